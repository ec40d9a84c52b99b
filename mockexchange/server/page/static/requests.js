// The requests that pass the venue while the page is open, newest first, by the labels that faults match.

import { $, el } from "./dom.js";
import { timeOfDay } from "./format.js";
import { t } from "./i18n.js";

const MOST = 200;

export class Requests {
  /** `choose(label)`: a label has been clicked, a fault is to be made of it. `name(id)`: of a fault. */
  constructor(count, choose, name) {
    this.count = count;
    this.name = name;
    this.rows = new Map();
    this.body = el("tbody");
    this.empty = el("p", { class: "empty" }, t("No request has come since this page was opened."));
    this.body.addEventListener("click", (event) => {
      const label = event.target.closest("[data-label]")?.dataset.label;
      if (label) choose(label);
    });
    $("requests").replaceChildren(this.empty, el("table", { class: "num wide log" }, this.body));
  }

  update(rows) {
    this.empty.hidden = true;
    for (const row of rows) {
      const [number] = row;
      const made = this.row(row);
      const before = this.rows.get(number);
      if (before) before.replaceWith(made);
      else this.body.prepend(made);
      this.rows.set(number, made);
      this.last = Math.max(this.last || 0, number);
    }
    this.count(this.last);
    while (this.rows.size > MOST) {
      const [number, oldest] = this.rows.entries().next().value;
      oldest.remove();
      this.rows.delete(number);
    }
  }

  row([, time, label, status, ms, fault]) {
    const isOver = ms !== null;
    const overSocket = label.startsWith("WS ");
    const answer = status === 101 ? (isOver ? t("closed") : t("open")) : status ? String(status) : !isOver ? t("waits") : overSocket && !fault ? "" : t("no answer");
    const kind = !status && isOver && !(overSocket && !fault) || status >= 400 ? "down" : status ? "" : "muted";
    return el("tr", {},
      el("td", { class: "muted" }, timeOfDay(time)),
      el("td", {}, el("button", { type: "button", class: "link-like", "data-label": label, title: t("Make a fault of it") }, label)),
      el("td", { class: kind }, answer),
      el("td", { class: "right muted" }, isOver && !overSocket && status !== 101 ? `${ms} ms` : ""),
      el("td", {}, fault ? el("span", { class: "badge fault" }, this.name(fault)) : ""));
  }
}
