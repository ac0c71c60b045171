import { $, h, show } from "./dom.js";
import { count, range, second, short } from "./format.js";

const width = 1000, top = 14, height = 26, left = 4;

// Fulls are ticks, what the oplog covers is a band, gaps are red; the same as a sentence for those who do not see it.
export function timeline({ windows, gaps }, fulls) {
  const moments = [...windows.flatMap(w => [w.fromTime, w.toTime]), ...gaps.flatMap(g => [g.afterTime, g.beforeTime ?? g.detectedAt]), ...fulls.map(f => f.started)].filter(Boolean).map(Date.parse);
  const known = [windows, gaps, fulls.map(f => f.id)];
  if (moments.length === 0) return show($("timeline"), known, () => h("p", { class: "quiet" }, "No backup yet: start the first one, and its moment stands here."));
  const first = Math.min(...moments), length = Math.max(Math.max(...moments) - first, 1000);
  const x = at => left + (Date.parse(at) - first) / length * (width - 2 * left);
  const box = (from, to, name, title) => h("rect", { class: name, x: x(from), y: top, width: Math.max(x(to) - x(from), 3), height, rx: 2 }, h("title", {}, title));

  show($("timeline"), known, () => {
    const label = `${count(fulls.length, "full backup")}; ${windows.length === 0 ? "no restorable range" : windows.map(w => `restorable from ${second(w.fromTime)} to ${second(w.toTime)}`).join("; ")}`
      + gaps.map(g => `; gap behind ${second(g.afterTime)}${g.beforeTime ? ` until ${second(g.beforeTime)}` : ""}`).join("");
    return [
      h("svg", { class: "wide", viewBox: `0 0 ${width} 54`, preserveAspectRatio: "none", role: "img", "aria-label": label },
        h("line", { class: "ground", x1: left, x2: width - left, y1: top + height / 2, y2: top + height / 2 }),
        windows.map(w => box(w.fromTime, w.toTime, "band", `restorable from ${second(w.fromTime)} to ${second(w.toTime)}`)),
        gaps.map(g => box(g.afterTime, g.beforeTime ?? g.detectedAt ?? g.afterTime, "gap", `gap${g.reason ? ` (${g.reason.replaceAll("_", " ")})` : ""} behind ${second(g.afterTime)}`)),
        fulls.map(f => h("line", { class: "tick", x1: x(f.consistentAt ? momentOf(f) : f.started), x2: x(f.consistentAt ? momentOf(f) : f.started), y1: top - 8, y2: top + height + 4 }, h("title", {}, `full backup ${short(f.id)}, ${second(f.started)}`)))),
      h("div", { class: "row quiet number" }, range(...[first, first + length].map(at => new Date(at).toISOString().replace(/\.\d+/, ""))).map(end => h("small", {}, end))),
      h("p", { class: "legend", "aria-hidden": "true" }, key("tick", "full backup"), key("band", "oplog: every moment"), key("gap", "gap: cannot be restored")),
    ];
  });
}

// an optime, seconds:increment
const momentOf = full => new Date(Number(full.consistentAt.split(":")[0]) * 1000).toISOString();

const key = (name, text) => h("span", {}, h("svg", { viewBox: "0 0 14 14" },
  name === "tick" ? h("line", { class: name, x1: 7, x2: 7, y1: 0, y2: 14 }) : h("rect", { class: name, width: 14, height: 14, rx: 3 })), text);
