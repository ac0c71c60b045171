import { $ } from "./dom.js";
import { ask, health } from "./api.js";
import { loadBackups } from "./backups.js";
import { headline, unreachable } from "./headline.js";
import { loadOperations, next } from "./operations.js";
import { sizes } from "./sizes.js";
import { second } from "./format.js";
import { timeline } from "./timeline.js";
import "./start.js";

const busy = 2000, quiet = 10000, most = 1000;
let timer = 0, asking = false, again = false;

async function refresh() {
  // the first of them asks for the key, if one is wanted
  const windows = await ask("windows");
  const [state, fulls, newest] = await Promise.all([health(), ask(`backups?type=full&limit=${most}`), ask("backups?limit=60"), loadBackups()]);
  headline(state, windows, newest.backups[0], newest.lastProven);
  timeline(windows, fulls.backups);
  sizes(newest.backups);
  next(state);
  const runs = await loadOperations();
  $("asked").textContent = `Asked at ${second(new Date().toISOString().replace(/\.\d+/, ""))}.`;
  return runs;
}

// one look at a time; what changes meanwhile is looked at again at once
async function turn() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  clearTimeout(timer);
  let pause = quiet;
  try {
    do {
      again = false;
      if (await refresh()) pause = busy;
    } while (again);
  } catch (e) {
    unreachable(e);
  } finally {
    asking = false;
    if (!document.hidden) timer = setTimeout(turn, again ? 0 : pause);
  }
}

document.addEventListener("changed", turn);
document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : turn());
turn();
