// A restore is previewed first, and started only as it was previewed; what is dropped is confirmed by name.
import { $, h, openDialog, wireDialog } from "./dom.js";
import { ask } from "./api.js";
import { count, sentence, size } from "./format.js";
import { start } from "./start.js";

const dialog = $("restore-dialog"), form = $("restore-form");
let previewed = null;

export function openRestore(backup = "latest") {
  form.reset();
  $("restore-backup").value = backup;
  forget();
  openDialog(dialog);
}

const lines = id => $(id).value.split("\n").map(l => l.trim()).filter(Boolean);

function request() {
  const body = { target: $("target").value.trim(), nsInclude: lines("ns-include"), nsExclude: lines("ns-exclude"), nsFrom: lines("ns-from"), nsTo: lines("ns-to"), drop: $("drop").checked, usersAndRoles: $("users-and-roles").checked, force: $("force").checked };
  const [backup, at] = [$("restore-backup").value.trim(), $("at").value.trim()];
  if (backup) body.backup = backup;
  if (at) body.at = at;
  return body;
}

// any change needs another preview
function forget() {
  previewed = null;
  $("plan").hidden = $("confirm-drop").hidden = true;
  $("confirmed").checked = false;
  $("restore").disabled = true;
}

function fail(error) {
  $("restore-problem").textContent = sentence(error.message);
}

async function preview() {
  forget();
  $("restore-problem").textContent = "";
  const body = request();
  $("preview").disabled = true;
  try {
    const plan = await ask("restores", { body: { ...body, dryRun: true } });
    if (JSON.stringify(request()) !== JSON.stringify(body)) return;
    previewed = { body, drops: plan.drops };
    draw(plan);
  } catch (e) {
    fail(e);
  } finally {
    $("preview").disabled = false;
  }
}

function draw(plan) {
  const all = plan.namespaces, documents = all.reduce((sum, n) => sum + n.documents, 0), bytes = all.reduce((sum, n) => sum + n.bytes, 0);
  $("plan").replaceChildren(
    h("p", {}, `${count(all.length, "namespace")}, ${count(documents, "document")}, ${size(bytes)} into `, h("code", {}, plan.target), plan.replaysOplog ? `; then the oplog is replayed${plan.through ? ` through ${plan.through}` : ""} ${plan.slices.length > 0 ? ` (${count(plan.slices.length, "slice")})` : ""}` : "", "."),
    ...plan.warnings.map(w => h("p", { class: "problem" }, sentence(w))),
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Namespaces" }, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Namespace"), h("th", { scope: "col", class: "number" }, "Documents"), h("th", { scope: "col", class: "number" }, "Size"))),
      h("tbody", {}, all.map(n => h("tr", {}, h("th", { scope: "row" }, n.namespace), h("td", { class: "number" }, n.documents.toLocaleString("en")), h("td", { class: "number" }, size(n.bytes))))))));
  $("plan").hidden = false;
  const drops = previewed.body.drop;
  $("confirm-drop").hidden = !drops;
  const own = new Set(all.map(n => n.namespace)), others = plan.drops.filter(n => !own.has(n));
  $("confirm-text").textContent = `Drop ${all.length === 1 ? "this namespace" : `these ${all.length} namespaces`} on ${plan.target}: what is there under ${all.length === 1 ? "its name" : "their names"} now is lost.${others.length > 0 ? ` So is what is there now as ${others.join(", ")}, where the oplog creates or renames to it.` : ""}`;
  $("restore").disabled = drops;
  $("plan").focus();
}

async function begin() {
  if (!previewed) return;
  const { body, drops } = previewed;
  $("restore").disabled = true;
  try {
    await start("restores", body.drop ? { ...body, confirmDrop: drops } : body);
    form.reset();
    dialog.close();
  } catch (e) {
    forget();
    fail(e);
  }
}

$("open-restore").addEventListener("click", () => openRestore());
$("restore").addEventListener("click", begin);
$("confirmed").addEventListener("change", () => $("restore").disabled = !$("confirmed").checked);
form.addEventListener("input", event => {
  if (event.target !== $("confirmed")) forget();
});
// the target may hold a password
dialog.addEventListener("close", () => form.reset());
wireDialog(dialog, form, preview);
