// The best levels of the book. Prices at which users' orders rest are marked; a click takes the price.

import { $, el } from "./dom.js";
import { decimal } from "./format.js";
import { t } from "./i18n.js";

export class Ladder {
  constructor(choose) {
    this.choose = choose;
    this.book = { bids: [], asks: [] };
    this.own = new Map();           // price -> quantity of users' orders that rests there
    $("ladder").addEventListener("click", (event) => {
      const row = event.target.closest("[data-price]");
      if (row) this.choose(row.dataset.price);
    });
  }

  show(instrument) {
    this.instrument = instrument;
    this.update({ bids: [], asks: [] });
  }

  update(book) {
    this.book = book;
    this.draw();
  }

  mark(orders) {
    this.own = new Map();
    for (const order of orders) {
      if (order.symbol !== this.instrument.symbol || order.price === "0") continue;
      this.own.set(order.price, (this.own.get(order.price) || 0) + (order.quantity - order.executed));
    }
    this.draw();
  }

  draw() {
    const { bids, asks } = this.book;
    const levels = Math.max(5, Math.min(15, Math.floor(($("ladder").clientHeight - 30) / 2 / 19)));
    const shownBids = bids.slice(0, levels);
    const shownAsks = asks.slice(0, levels);
    const most = Math.max(...[...shownBids, ...shownAsks].map(([, quantity]) => +quantity), 0);
    const row = (side) => ([price, quantity]) => {
      const own = this.own.get(price);
      const bar = el("span", { class: "bar-fill" });
      bar.style.width = `${most ? (100 * quantity) / most : 0}%`;
      return el("button", { type: "button", class: `level ${side}${own ? " own" : ""}`, "data-price": price, title: own ? t("{quantity} of it is ordered here", { quantity: own }) : null },
        bar, el("b", {}, decimal(price, this.instrument.price_decimals)), el("span", {}, decimal(quantity)));
    };
    const spread = bids.length && asks.length ? (asks[0][0] - bids[0][0]).toFixed(this.instrument.price_decimals) : "–";
    $("ladder").replaceChildren(
      ...(bids.length || asks.length ? [] : [el("p", { class: "empty" }, t("The book is empty."))]),
      el("div", { class: "half" }, shownAsks.map(row("ask")).reverse()),
      el("div", { class: "spread" }, `${t("Spread")} ${spread}`),
      el("div", { class: "half" }, shownBids.map(row("bid"))),
    );
  }
}
