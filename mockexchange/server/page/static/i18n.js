// The language of the page. Ids of sentences are the English ones; locale/LANGUAGE.json has the others.

let sentences = {};

export let language = "en";

function wanted() {
  const kept = localStorage.getItem("mock-language");
  if (kept) return kept;
  return (navigator.languages || [navigator.language]).find((one) => /^(zh|en)/i.test(one))?.toLowerCase().startsWith("zh") ? "zh_CN" : "en";
}

/** Choose the language, load its sentences, and put them into the page. */
export async function start() {
  language = wanted() === "zh_CN" ? "zh_CN" : "en";
  if (language !== "en") sentences = await (await fetch(`/_mock/page/locale/${language}.json`)).json();
  document.documentElement.lang = language === "zh_CN" ? "zh-CN" : "en";
  document.title = t("Mock exchange");
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.textContent);
  for (const one of document.querySelectorAll("[data-t-label]")) {
    one.setAttribute("aria-label", t(one.dataset.tLabel));
    one.title = t(one.dataset.tLabel);
  }
  const chooser = document.getElementById("language");
  chooser.value = language;
  chooser.addEventListener("change", () => {
    localStorage.setItem("mock-language", chooser.value);
    location.reload();
  });
}

/** An id that is translated elsewhere, where it is shown. */
export const mark = (id) => id;

/** A sentence in the language of the page; `{name}` in it is `values.name`. */
export function t(id, values = {}) {
  return (sentences[id] || id).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
