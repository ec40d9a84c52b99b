// Elements. Text goes in as text, never as HTML: names and ids of orders are the clients' own.

export const $ = (id) => document.getElementById(id);

/** An element: tag, attributes (`on...` are listeners, null and false are left out), children (texts or elements). */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Set the text of an element, where it is another one. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Flash an element once, as for something that has just happened. */
export function flash(element) {
  element.classList.remove("flash");
  void element.offsetWidth;
  element.classList.add("flash");
}

/** Keep only the first `most` children. */
export function trim(parent, most) {
  while (parent.childElementCount > most) parent.lastElementChild.remove();
}
