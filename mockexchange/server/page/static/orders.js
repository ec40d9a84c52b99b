// Open orders of all accounts, newest first.

import { $, el } from "./dom.js";
import { decimal, timeOfDay } from "./format.js";
import { mark, t } from "./i18n.js";

const COLUMNS = [
  mark("Time"), mark("Symbol"), mark("Side"), mark("Type"), mark("Price"), mark("Quantity"), mark("Executed"), mark("Status"), mark("Account"),
  mark("Client order id"),
];
const SIDES = { BUY: mark("BUY"), SELL: mark("SELL") };

export class Orders {
  constructor(count) {
    this.count = count;
    this.rows = new Map();
    this.draw(0);
  }

  get all() {
    return [...this.rows.values()];
  }

  update({ set, gone, total }) {
    for (const id of gone) this.rows.delete(id);
    for (const row of set) this.rows.set(row.id, row);
    this.draw(total);
  }

  draw(total) {
    this.count(total);
    if (!this.rows.size) return $("orders").replaceChildren(el("p", { class: "empty" }, t("No order is open.")));
    const newest = this.all.sort((one, other) => other.id - one.id);
    $("orders").replaceChildren(el("table", { class: "num wide" },
      el("thead", {}, el("tr", {}, COLUMNS.map((name) => el("th", {}, t(name))))),
      el("tbody", {}, newest.map((row) => el("tr", {},
        el("td", { class: "muted" }, timeOfDay(row.t)), el("td", {}, row.symbol),
        el("td", { class: row.side === "BUY" ? "up" : "down" }, t(SIDES[row.side])), el("td", {}, row.type),
        el("td", {}, row.price === "0" ? decimal(row.stop) : row.stop === "0" ? decimal(row.price) : `${decimal(row.price)} @ ${decimal(row.stop)}`),
        el("td", {}, decimal(row.quantity)), el("td", {}, decimal(row.executed)), el("td", {}, row.status),
        el("td", {}, row.account), el("td", { class: "id" }, row.client_id)))),
    ), total > newest.length ? el("p", { class: "empty" }, t("The newest {shown} of {total}.", { shown: newest.length, total })) : "");
  }
}
