// The table, by pages: the next one begins where the last one ended, by the time of the start.
import { $, announce, h, show } from "./dom.js";
import { ask } from "./api.js";
import { second, short, size, time } from "./format.js";
import { openRestore } from "./restore.js";

const pages = [{ until: null, seen: [], before: 0 }];
let listed = { backups: [], total: 0 };

export async function loadBackups() {
  const page = pages.at(-1), rows = Number($("rows").value);
  // times are told to the second: what began in the same one as the last row is asked for again and left out
  const query = new URLSearchParams({ limit: Math.min(rows + page.seen.length, 1000) });
  if (page.until) query.set("until", page.until);
  const answer = await ask(`backups?${query}`);
  const skip = new Set(page.seen);
  listed = { backups: answer.backups.filter(b => !skip.has(b.id)).slice(0, rows), total: page.before + answer.total - page.seen.length, before: page.before };
  render();
  return answer;
}

function render() {
  const { backups, total, before } = listed;
  show($("table"), backups, () => backups.length === 0 ? h("p", { class: "quiet" }, "No backup yet.") : table(backups));
  $("range").textContent = backups.length === 0 ? "" : `${before + 1} to ${before + backups.length} of ${total}`;
  $("pages").hidden = total === 0;
  $("newer").disabled = pages.length === 1;
  $("older").disabled = before + backups.length >= total;
}

const columns = [["Type"], ["Started"], ["Size", "number"], ["Stored", "number"], ["Ratio", "number"], ["Chain"], ["Key", "number"], ["Pins"], ["Verified"], ["Drilled"], [""]];

// roles are spelled out because narrow screens show rows as blocks, which would take them away
const table = backups => h("table", { role: "table", "aria-labelledby": "backups-title" },
  h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map(([name, type]) => h("th", { role: "columnheader", scope: "col", class: type }, name || h("span", { class: "hidden" }, "Restore"))))),
  h("tbody", { role: "rowgroup" }, backups.map(row)));

function row(backup) {
  const cell = (label, content, type) => h("td", { role: "cell", "data-label": label, class: type }, content);
  const id = short(backup.id);
  return h("tr", { role: "row" },
    h("th", { role: "rowheader", scope: "row" }, h("span", {}, backup.type, " ", h("code", { class: "quiet", title: `${backup.id}\n${backup.cid}` }, id))),
    cell("Started", h("time", { datetime: backup.started }, second(backup.started)), "time"),
    cell("Size", size(backup.bytes), "number"),
    cell("Stored", h("span", { title: `${size(backup.newBytes)} of it new` }, size(backup.storedBytes)), "number"),
    cell("Ratio", backup.storedBytes > 0 ? (backup.bytes / backup.storedBytes).toFixed(1) : "–", "number"),
    cell("Chain", backup.chain === null ? badge("broken", "warn") : h("code", { class: "quiet" }, backup.chain === backup.id ? "starts" : short(backup.chain))),
    cell("Key", String(backup.epoch), "number"),
    cell("Pins", badge(`${backup.copies}/${backup.wantedCopies}`, backup.copies < backup.wantedCopies ? "warn" : "")),
    cell("Verified", backup.isDamaged ? badge("damaged", "bad") : backup.verifiedAt ? moment(backup.verifiedAt) : badge("no", "none")),
    cell("Drilled", drilled(backup.drilled)),
    cell("", h("button", { type: "button", class: "small", "aria-label": `Restore backup ${id}`, onclick: () => openRestore(backup.id) }, "Restore…"), "do"));
}

const drilled = drill => drill === null ? badge("–", "none")
  : h("span", { class: `badge ${drill.outcome === "failed" ? "bad" : drill.outcome === "replayed" ? "warn" : ""}`, title: time(drill.at) }, drill.outcome);

const moment = iso => h("time", { datetime: iso, title: second(iso) }, time(iso).slice(0, 10));

const badge = (text, type) => h("span", { class: `badge ${type}` }, text);

async function turn() {
  await loadBackups();
  announce(`Backups ${$("range").textContent}`);
}

$("older").addEventListener("click", () => {
  const { backups, before } = listed, last = backups.at(-1), page = pages.at(-1);
  const until = new Date(Date.parse(last.started) + 1000).toISOString().replace(/\.\d+/, "");
  const seen = backups.filter(b => b.started === last.started).map(b => b.id);
  pages.push({ until, seen: page.until === until ? [...page.seen, ...seen] : seen, before: before + backups.length });
  turn().catch(e => announce(e.message));
});

$("newer").addEventListener("click", () => {
  pages.pop();
  turn().catch(e => announce(e.message));
});

$("rows").addEventListener("change", () => {
  pages.length = 1;
  turn().catch(e => announce(e.message));
});
