// The newest public trades, newest first.

import { $, el, trim } from "./dom.js";
import { decimal, timeOfDay } from "./format.js";

const MOST = 60;

export class Tape {
  show(instrument) {
    this.instrument = instrument;
    $("tape").replaceChildren();
  }

  update(trades) {
    const rows = trades.map(([time, price, quantity, buyerMade]) => el("tr", {},
      el("td", { class: "muted" }, timeOfDay(time)),
      el("td", { class: buyerMade ? "down" : "up" }, decimal(price, this.instrument.price_decimals)),
      el("td", { class: "right" }, decimal(quantity))));
    $("tape").prepend(...rows.reverse());
    trim($("tape"), MOST);
  }
}
