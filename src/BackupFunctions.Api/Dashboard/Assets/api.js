// Asks the host. The key is in this module's memory alone, and goes nowhere but to the host that served the page.
import { $, openDialog } from "./dom.js";

const base = new URL("./", document.baseURI);
let key = "", statusKey = "", asking = null;

export const instancesUri = new URL("../runtime/webhooks/durabletask/instances", base).href;

export class Problem extends Error {
  constructor(status, body) {
    super([body?.detail ?? body?.title ?? `the host answered ${status}`, body?.hint].filter(Boolean).join("; "));
    this.status = status;
    this.body = body ?? {};
  }
}

// What a returned URI means here: a proxy may have changed scheme and host, and a key is never sent to another origin.
function here(uri) {
  const url = new URL(uri, base);
  return new URL(url.pathname + url.search, location.origin);
}

export async function ask(uri, { body, accept = [] } = {}) {
  while (true) {
    const url = here(uri);
    const current = () => url.pathname.includes("/runtime/webhooks/") && statusKey ? statusKey : key;
    const used = current();
    const headers = { accept: "application/json" };
    if (used) headers["x-functions-key"] = used;
    if (body) headers["content-type"] = "application/json";
    const response = await fetch(url, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit", redirect: "error" });
    if (response.status === 401) {
      // it may have been given while this one was asked
      if (current() === used) await askForKey(used !== "");
      continue;
    }
    const text = await response.text();
    let answer = null;
    try {
      answer = text ? JSON.parse(text) : null;
    } catch {
      // a proxy's page: its status says enough
    }
    if (!response.ok && !accept.includes(response.status)) throw new Problem(response.status, answer);
    return answer;
  }
}

function askForKey(wasWrong) {
  if (asking) return asking.promise;
  asking = Promise.withResolvers();
  openDialog($("key-dialog"));
  $("key-problem").textContent = wasWrong ? "This key is not right." : "";
  return asking.promise;
}

$("key-dialog").addEventListener("cancel", event => event.preventDefault());
$("key-form").addEventListener("submit", event => {
  event.preventDefault();
  [key, statusKey] = [$("key").value, $("status-key").value];
  $("key-form").reset();
  $("key-dialog").close();
  const asked = asking;
  asking = null;
  asked.resolve();
});

// Health tells its detail by key and answers without one: another route tells first whether a key is wanted.
export const health = () => ask("health", { accept: [503] });
