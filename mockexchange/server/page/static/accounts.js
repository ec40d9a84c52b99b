// What every account has: what it is worth in the currency of the symbol shown, its positions and its cash.

import { $, el } from "./dom.js";
import { decimal } from "./format.js";
import { t } from "./i18n.js";

export class Accounts {
  constructor(venue) {
    this.venue = venue;
    this.balances = {};
    this.prices = {};
    this.revoked = [];
    this.markets = new Map();       // asset -> the instruments that trade it
    for (const one of venue.symbols) this.markets.set(one.base, [...(this.markets.get(one.base) || []), one]);
    this.first = {};                // account -> its worth when the page was opened
  }

  show(instrument) {
    this.quote = instrument.quote;
    this.first = {};
    this.draw();
  }

  update(changes) {
    if (changes.balances) Object.assign(this.balances, changes.balances);
    if (changes.prices) Object.assign(this.prices, changes.prices);
    if (changes.state) this.revoked = changes.state.revoked;
    if (changes.balances || changes.prices || changes.state) this.draw();
  }

  market(asset) {
    const found = (this.markets.get(asset) || []).filter((one) => this.prices[one.symbol] > 0);
    return found.find((one) => one.quote === this.quote) || found[0];
  }

  row(asset, [free, locked, late]) {
    const total = +free + +locked + +late;
    const market = this.market(asset);
    const isCash = !market || asset === this.quote;
    const price = market ? this.prices[market.symbol] : null;
    return { asset, free, locked, late, total, market, isCash, price, worth: market ? total * price : total, quote: market ? market.quote : asset };
  }

  draw() {
    const parts = this.venue.accounts.map((account) => {
      const rows = Object.entries(this.balances[account] || {}).map(([asset, parts]) => this.row(asset, parts));
      const shown = rows.filter((row) => row.total || row.isCash && row.asset === this.quote)
        .sort((one, other) => one.isCash - other.isCash || one.asset.localeCompare(other.asset));
      const worth = rows.reduce((sum, row) => sum + (row.quote === this.quote ? row.worth : 0), 0);
      if (!(account in this.first) && rows.length) this.first[account] = worth;
      const change = worth - (this.first[account] ?? worth);
      const late = shown.some((row) => +row.late);
      return el("div", { class: "account" },
        el("div", { class: "line" }, el("b", {}, account),
          this.revoked.includes(account) ? el("span", { class: "badge bad" }, t("key revoked")) : null,
          el("span", { class: "spring" }),
          el("span", { class: "num" }, `${money(worth)} ${this.quote} `, el("small", { class: change < 0 ? "down" : "up", title: t("Since this page was opened") }, signed(change)))),
        el("table", { class: "num wide" },
          el("thead", {}, el("tr", {}, el("th", {}, t("Asset")), right(t("Free")), right(t("Locked")), late ? right(t("Unsettled")) : null, right(t("Price")), right(t("Worth")))),
          el("tbody", {}, shown.map((row) => el("tr", {},
            el("td", {}, row.asset, row.isCash ? "" : el("small", { class: "muted" }, ` ${t("position")}`)),
            cell(decimal(row.free)), cell(decimal(row.locked)), late ? cell(decimal(row.late)) : null,
            cell(row.price === null ? "" : decimal(row.price, row.market.price_decimals)), cell(`${money(row.worth)} ${row.quote}`))))));
    });
    $("accounts").replaceChildren(...parts);
  }
}

const right = (text) => el("th", { class: "right" }, text);
const cell = (text) => el("td", { class: "right" }, text);
const money = (number) => decimal(number.toFixed(2), 2);
const signed = (number) => (number < 0 ? "−" : "+") + money(Math.abs(number));
