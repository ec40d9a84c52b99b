// The language of the page. Ids of sentences are the English ones; the venue makes locale/LANGUAGE.json of the catalogue of all packages.

let sentences = {};

export let language = "en";

function wanted() {
  const there = [...document.getElementById("language").options].map((one) => one.value);
  const kept = localStorage.getItem("mock-language");
  if (there.includes(kept)) return kept;
  const tongue = (name) => name.toLowerCase().split(/[-_]/)[0];
  for (const one of navigator.languages || [navigator.language]) {
    const found = there.find((name) => tongue(name) === tongue(one));
    if (found) return found;
  }
  return "en";
}

/** Choose the language, load its sentences, and put them into the page. */
export async function start() {
  language = wanted();
  if (language !== "en") sentences = await (await fetch(`/_mock/page/locale/${language}.json`)).json();
  document.documentElement.lang = language.replace("_", "-");
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
