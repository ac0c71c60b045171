import { $, announce, h, show } from "./dom.js";
import { ago, count, range, sentence } from "./format.js";

const reason = problem => [problem.message.replace(/\.$/, ""), problem.hint].filter(Boolean).join("; ");

// Health may be some seconds old: backups are told by their list.
export function headline(health, windows, lastBackup, lastProven) {
  const { windows: ranges, gaps } = windows;
  const isRed = health.status !== "healthy";
  // that there is no backup yet is told by the list, which is newer
  const problems = (health.problems ?? []).filter(p => p.event !== "backup.overdue" || p.subject).map(reason);
  const parts = [
    ranges.length === 0 ? "Nothing can be restored to a point in time yet" : `Restorable from ${range(ranges[0].fromTime, ranges.at(-1).toTime).join(" to ")}`,
    lastBackup ? `last backup ${ago(lastBackup.completed)}` : "no backup yet",
    lastProven ? `last proven restore ${ago(lastProven.at)}` : "no restore proven yet",
  ];
  const inside = gaps.filter(g => g.beforeTime).length;
  const lost = gaps.length - inside;
  const more = [isRed ? "The host is unhealthy." : !lastBackup ? "Start the first backup." : problems.length > 0 ? "Backups go on, with problems." : gaps.length === 0 ? "All is well." : null,
    inside > 0 ? `${count(inside, "gap")} inside cannot be restored.` : null, lost > 0 ? "The oplog behind the end was lost." : null].filter(Boolean);
  const box = $("headline");
  if (isRed && !box.classList.contains("bad")) announce(["The host is unhealthy", ...problems].join(". "));
  box.classList.toggle("bad", isRed);
  box.classList.toggle("warn", !isRed && (!lastBackup || problems.length > 0 || gaps.length > 0));
  $("headline-text").textContent = parts.join("; ");
  $("headline-more").textContent = more.join(" ");
  show($("reasons"), problems, () => problems.map(p => h("li", {}, sentence(p))));
  document.title = `${isRed ? "✗ " : ""}BackupFunctions`;
}

export function unreachable(error) {
  const box = $("headline");
  box.classList.add("bad");
  $("headline-text").textContent = "The host does not answer as it should";
  $("headline-more").textContent = "What stands below was true when it was last asked.";
  show($("reasons"), [error.message], () => h("li", {}, sentence(error.message)));
}
