// Elements from names, attributes and children; text stays text.
const svgNames = new Set(["svg", "g", "line", "rect", "text", "title"]);

export const $ = id => document.getElementById(id);

export function h(name, attributes = {}, ...children) {
  const element = svgNames.has(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") element.addEventListener("click", value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(c => c !== null && c !== undefined));
  return element;
}

const shown = new WeakMap();

// Replaces what is in an element, unless the same data stands there already: focus and selection stay where they are.
export function show(element, data, build) {
  const text = JSON.stringify(data);
  if (shown.get(element) === text) return;
  shown.set(element, text);
  element.replaceChildren(...[build()].flat(Infinity).filter(Boolean));
}

// Tells those who do not see the page.
export function announce(text) {
  if ($("live").textContent !== text) $("live").textContent = text;
}

// A dialog gives the focus back to what opened it; Escape and its Cancel button close it.
export function openDialog(dialog) {
  if (dialog.open) return;
  for (const problem of dialog.querySelectorAll(".problem")) problem.textContent = "";
  dialog.showModal();
}

export function wireDialog(dialog, form, submit) {
  dialog.querySelector(".cancel")?.addEventListener("click", () => dialog.close());
  form.addEventListener("submit", event => {
    event.preventDefault();
    submit();
  });
}
