// The best levels of the book. Prices at which users' orders rest are marked; a click takes the price.

import { $, el, setText } from "./dom.js";
import { decimal } from "./format.js";
import { t } from "./i18n.js";

const MOST = 15;
const FEWEST = 5;
const ROW_PIXELS = 19;

/** One level. The same element shows whatever is at its place, so that a click meets it however often the book changes. */
class Level {
  constructor(side) {
    this.bar = el("span", { class: "bar-fill" });
    this.price = el("b");
    this.quantity = el("span");
    this.element = el("button", { type: "button", class: `level ${side}`, hidden: true }, this.bar, this.price, this.quantity);
  }

  show(level, most, decimals, own) {
    this.element.hidden = !level;
    if (!level) return;
    const [price, quantity] = level;
    this.element.dataset.price = price;
    this.bar.style.width = `${most ? (100 * quantity) / most : 0}%`;
    setText(this.price, decimal(price, decimals));
    setText(this.quantity, decimal(quantity));
    this.element.classList.toggle("own", Boolean(own));
    this.element.title = own ? t("{quantity} of it is ordered here", { quantity: +own.toPrecision(8) }) : "";
  }
}

export class Ladder {
  constructor(choose) {
    this.book = { bids: [], asks: [] };
    this.own = new Map();           // price -> quantity of users' orders that rests there
    this.asks = Array.from({ length: MOST }, () => new Level("ask"));      // best first
    this.bids = Array.from({ length: MOST }, () => new Level("bid"));
    this.spread = el("div", { class: "spread" });
    this.empty = el("p", { class: "empty" }, t("The book is empty."));
    $("ladder").replaceChildren(
      this.empty, el("div", {}, this.asks.map((level) => level.element).reverse()), this.spread, el("div", {}, this.bids.map((level) => level.element)));
    $("ladder").addEventListener("click", (event) => {
      const level = event.target.closest(".level");
      if (level) choose(level.dataset.price);
    });
  }

  show(instrument) {
    this.instrument = instrument;
    this.own.clear();
    this.update({ bids: [], asks: [] });
  }

  update(book) {
    this.book = book;
    this.draw();
  }

  mark(orders) {
    this.own.clear();
    for (const order of orders) {
      if (order.symbol !== this.instrument.symbol || order.price === "0") continue;
      this.own.set(order.price, (this.own.get(order.price) || 0) + (order.quantity - order.executed));
    }
    this.draw();
  }

  draw() {
    const { bids, asks } = this.book;
    const decimals = this.instrument.price_decimals;
    const fit = Math.floor(($("ladder").clientHeight - 30) / 2 / ROW_PIXELS);
    const shown = Math.max(FEWEST, Math.min(MOST, fit));
    const most = Math.max(0, ...[...bids.slice(0, shown), ...asks.slice(0, shown)].map(([, quantity]) => +quantity));
    for (const [levels, side] of [[this.asks, asks], [this.bids, bids]]) {
      levels.forEach((level, place) => {
        const found = place < shown ? side[place] : undefined;
        level.show(found, most, decimals, found && this.own.get(found[0]));
      });
    }
    this.empty.hidden = Boolean(bids.length || asks.length);
    this.spread.hidden = !this.empty.hidden;
    setText(this.spread, `${t("Spread")} ${bids.length && asks.length ? (asks[0][0] - bids[0][0]).toFixed(decimals) : "–"}`);
  }
}
