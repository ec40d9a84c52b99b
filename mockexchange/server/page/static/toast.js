// Short messages at the edge of the page.

import { $, el } from "./dom.js";

export function toast(text, wrong = false) {
  const shown = el("div", { class: wrong ? "toast bad" : "toast" }, text);
  $("toasts").append(shown);
  while ($("toasts").childElementCount > 4) $("toasts").firstElementChild.remove();
  setTimeout(() => shown.remove(), wrong ? 8000 : 3500);
}
