// What runs, with progress, and how the last runs ended; the status API of Durable in both hosts.
import { $, announce, h, show } from "./dom.js";
import { ask, instancesUri } from "./api.js";
import { ago, ahead, second, sentence, size, words } from "./format.js";

const ended = new Set(["Completed", "Failed", "Terminated", "Canceled"]), shownEnded = 6;
const states = new Map();

export async function loadOperations() {
  const all = await ask(`${instancesUri}?showInput=false&top=100`);
  const newest = [...all].sort((a, b) => b.lastUpdatedTime.localeCompare(a.lastUpdatedTime));
  const running = newest.filter(i => !ended.has(i.runtimeStatus)), over = newest.filter(i => ended.has(i.runtimeStatus)).slice(0, shownEnded);
  tell(newest);
  show($("operations"), [running, over, Math.floor(Date.now() / 60000)], () => all.length === 0 ? h("li", { class: "quiet" }, "Nothing has run yet.") : [...running.map(active), ...over.map(past)]);
  return running.length > 0;
}

// said once for each change of stage or state
function tell(instances) {
  for (const i of instances) {
    const now = ended.has(i.runtimeStatus) ? i.runtimeStatus.toLowerCase() : i.customStatus?.stage ?? i.runtimeStatus.toLowerCase();
    const stamp = `${i.createdTime} ${now}`, before = states.get(i.instanceId);
    if (states.has("") && before !== stamp) announce(`${sentence(words(i.instanceId))}: ${now}`);
    states.set(i.instanceId, stamp);
  }
  states.set("", "");
}

function active(instance) {
  const status = instance.customStatus, name = sentence(words(instance.instanceId));
  const known = status && status.total > 0;
  const text = [status?.stage ?? instance.runtimeStatus.toLowerCase(), known ? `${status.done} of ${status.total}` : null, status?.bytes > 0 ? size(status.bytes) : null, status?.detail].filter(Boolean).join(", ");
  return h("li", { class: "running" },
    h("div", { class: "row" }, h("b", {}, name), h("span", { class: "badge" }, instance.runtimeStatus.toLowerCase())),
    h("progress", known ? { "aria-label": `${name}: ${status.stage}`, value: Math.min(status.done, status.total), max: status.total } : { "aria-label": name }),
    h("small", {}, text, ` · since ${second(instance.createdTime)}`));
}

function past(instance) {
  const failed = instance.runtimeStatus === "Failed", problems = instance.output?.problems ?? [];
  const said = typeof instance.output === "string" ? instance.output : problems.map(p => typeof p === "string" ? p : p.message).join("; ");
  const type = failed ? "bad" : instance.runtimeStatus !== "Completed" || problems.length > 0 ? "warn" : "";
  return h("li", {},
    h("div", { class: "row" }, h("span", {}, sentence(words(instance.instanceId))),
      h("span", {}, h("small", { class: "hidden" }, "ended as "), h("span", { class: `badge ${type}` }, problems.length > 0 && !failed ? "with problems" : instance.runtimeStatus.toLowerCase()))),
    h("small", { title: second(instance.lastUpdatedTime) }, ago(instance.lastUpdatedTime)),
    said ? h("small", {}, sentence(said)) : null);
}

export function next(health) {
  const due = health.schedules ?? [];
  const minute = Math.floor(Date.now() / 60000);
  show($("schedules"), [due, minute], () => due.length === 0 ? h("li", { class: "quiet" }, "Nothing is scheduled, or the host does not tell.")
    : due.map(s => h("li", { class: "row" }, h("span", {}, sentence(words(s.workflow))), h("span", { class: "quiet", title: second(s.next) }, s.next ? ahead(s.next) : "never again"))));
  const nodes = health.nodes ?? [];
  show($("nodes"), nodes, () => nodes.length === 0 ? h("li", { class: "quiet" }, "The host does not tell: it wants its key, BACKUP_API_KEY.")
    : nodes.map(n => h("li", {}, h("div", { class: "row" }, h("span", {}, n.node), h("span", { class: `badge ${n.ok ? "" : "bad"}` }, n.ok ? "answers" : "fails")), h("small", {}, n.ok ? n.agent : sentence(n.problem ?? "")))));
}

// Until what was started has ended, by the URI that its start returned; the page shows its progress meanwhile.
export async function follow(uris) {
  while (true) {
    const instance = await ask(uris.statusQueryGetUri);
    if (ended.has(instance.runtimeStatus)) return instance;
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
}
