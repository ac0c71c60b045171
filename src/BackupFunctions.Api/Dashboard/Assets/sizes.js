import { $, h, show } from "./dom.js";
import { second, size } from "./format.js";

const width = 1000, height = 150, most = 60;

// What each of the newest backups added on a node, oldest first.
export function sizes(backups) {
  const bars = backups.slice(0, most).reverse();
  if (bars.length === 0) return show($("sizes"), [], () => h("p", { class: "quiet" }, "No backup yet."));
  const largest = Math.max(...bars.map(b => b.newBytes), 1), step = width / Math.max(bars.length, 12);
  const all = bars.reduce((sum, b) => sum + b.newBytes, 0);
  show($("sizes"), bars.map(b => [b.id, b.newBytes]), () => [
    h("div", { class: "chart" }, h("div", { class: "axis number", "aria-hidden": "true" }, [1, .5, 0].map(part => h("small", {}, size(largest * part)))),
      h("svg", { class: "wide", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": `New bytes of the last ${bars.length} backups: ${size(all)} together, ${size(largest)} the largest` },
        [0, .5, 1].map(part => h("line", { class: "grid", x1: 0, x2: width, y1: height - part * height, y2: height - part * height })),
        bars.map((b, i) => {
          const tall = Math.max(b.newBytes / largest * height, 2);
          return h("rect", { class: b.type, x: i * step + step * .15, y: height - tall, width: step * .7, height: tall, rx: 2 }, h("title", {}, `${b.type}, ${second(b.started)}: ${size(b.newBytes)} new of ${size(b.storedBytes)} stored`));
        }))),
    h("p", { class: "legend", "aria-hidden": "true" },
      ["full", "incremental"].map(type => h("span", {}, h("svg", { viewBox: "0 0 14 14" }, h("rect", { class: type, width: 14, height: 14, rx: 3 })), type)),
      h("span", {}, `new bytes on each node by the last ${bars.length === 1 ? "backup" : `${bars.length} backups`}: ${size(all)}`)),
  ]);
}
