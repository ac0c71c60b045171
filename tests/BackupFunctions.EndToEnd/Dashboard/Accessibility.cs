using System.Text.Json;
using Microsoft.Playwright;

namespace BackupFunctions.EndToEnd.Dashboard;

/// <summary>What WCAG 2.2 AA asks of a page that can be told by looking at it: contrast, names, ids, headings, the size of targets.</summary>
internal static class Accessibility
{
    private const string Look = """
        () => {
          const found = [], seen = e => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".hidden, .skip, [aria-hidden=true]");
          const where = e => `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""} '${(e.textContent || "").trim().slice(0, 40)}'`;
          const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
          const parse = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
          const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
          const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3])).concat(1);
          const behind = e => e ? over(parse(getComputedStyle(e).backgroundColor), e.tagName === "DIALOG" ? [0, 0, 0, 1] : behind(e.parentElement)) : parse(getComputedStyle(document.documentElement).colorScheme === "dark" ? "black" : "white");
          const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + .05) / (y + .05); };
          for (const e of document.querySelectorAll("body *")) {
            if (!seen(e) || e.matches(":disabled, option") || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            const style = getComputedStyle(e), large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
            if (e.closest("svg")) continue;
            const back = behind(e), contrast = ratio(over(parse(style.color), back), back);
            if (contrast < (large ? 3 : 4.5)) found.push(`contrast ${contrast.toFixed(2)} of ${where(e)}`);
          }
          for (const e of document.querySelectorAll("svg .band, svg .gap, svg .tick, svg .full, svg .incremental")) {
            const style = getComputedStyle(e), paint = style.stroke !== "none" ? style.stroke : style.fill, back = behind(e.closest(".card"));
            if (seen(e) && e.matches(".gap, .tick, .full") && ratio(parse(paint), back) < 3) found.push(`contrast of ${e.getAttribute("class")} in a chart`);
          }
          for (const e of document.querySelectorAll("button, input, select, textarea, a[href], summary")) {
            if (!seen(e)) continue;
            const name = e.getAttribute("aria-label") || [...(e.labels ?? [])].map(l => l.textContent.trim()).join("") || (e.matches("button, a, summary") ? e.textContent.trim() : "");
            if (!name) found.push(`no name of ${where(e)}`);
            const box = (e.labels?.[0] ?? e).getBoundingClientRect();
            if (box.width < 24 || box.height < 24) found.push(`target of ${Math.round(box.width)} by ${Math.round(box.height)} of ${where(e)}`);
          }
          for (const e of document.querySelectorAll("[role=img], progress, dialog, section, nav, table")) {
            const by = e.getAttribute("aria-labelledby");
            if (seen(e) && !e.closest("#plan") && !e.getAttribute("aria-label") && !(by && document.getElementById(by)?.textContent.trim())) found.push(`no name of ${where(e)}`);
          }
          const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
          for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) found.push(`id ${id} twice`);
          for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) for (const id of (e.getAttribute("aria-describedby") ?? e.getAttribute("aria-labelledby")).split(" ")) if (!ids.includes(id)) found.push(`no ${id} for ${where(e)}`);
          const levels = [...document.querySelectorAll("h1, h2, h3")].filter(seen).map(h => Number(h.tagName[1]));
          if (levels.filter(l => l === 1).length !== 1 || levels.some((l, i) => i > 0 && l > levels[i - 1] + 1)) found.push(`headings ${levels}`);
          if (!document.documentElement.lang || !document.title) found.push("no language or title");
          for (const e of document.querySelectorAll("body *")) if (seen(e) && !e.closest("svg, .scroll") && e.getBoundingClientRect().right > innerWidth + 1) found.push(`beside the window: ${where(e)}`);
          return found;
        }
        """;

    /// <summary>What is wrong on the page as it stands.</summary>
    public static async Task<IReadOnlyList<string>> Problems(IPage page) => [.. (await page.EvaluateAsync<JsonElement>(Look)).EnumerateArray().Select(p => p.GetString()!).Distinct()];
}
