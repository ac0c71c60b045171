import { $, announce, openDialog, wireDialog } from "./dom.js";
import { ask } from "./api.js";
import { sentence, words } from "./format.js";
import { follow } from "./operations.js";

// Starts something and says how it ended; the page is asked anew at both ends.
export async function start(route, body) {
  const uris = await ask(route, { body });
  announce(`${sentence(words(uris.id))} is started`);
  document.dispatchEvent(new Event("changed"));
  follow(uris).then(instance => announce(`${sentence(words(uris.id))} ended: ${instance.runtimeStatus.toLowerCase()}`)).catch(e => announce(e.message)).finally(() => document.dispatchEvent(new Event("changed")));
}

const dialog = $("backup-dialog");
$("open-backup").addEventListener("click", () => openDialog(dialog));
wireDialog(dialog, $("backup-form"), async () => {
  const button = dialog.querySelector("[type=submit]");
  button.disabled = true;
  try {
    await start("backups", { type: new FormData($("backup-form")).get("type") });
    dialog.close();
  } catch (e) {
    $("backup-problem").textContent = sentence(e.message);
  } finally {
    button.disabled = false;
  }
});
