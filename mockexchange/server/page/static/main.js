// The page of a mock exchange: makes its parts, and hands each what the venue says has changed.

import { Accounts } from "./accounts.js";
import { call } from "./api.js";
import { Chart } from "./chart.js";
import { Controls } from "./controls.js";
import { $, el, setText } from "./dom.js";
import { Faults } from "./faults.js";
import { Header } from "./header.js";
import { mark, start as startLanguage, t } from "./i18n.js";
import { Journal } from "./journal.js";
import { Ladder } from "./ladder.js";
import { Orders } from "./orders.js";
import { Requests } from "./requests.js";
import { Stream } from "./stream.js";
import { Tape } from "./tape.js";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 };
const TABS = ["accounts", "orders", "journal", "requests"];
const NAMES = { accounts: mark("Accounts"), orders: mark("Open orders"), journal: mark("Journal"), requests: mark("Requests") };

const secondsOf = (interval) => parseInt(interval, 10) * SECONDS[interval.at(-1)];

class Page {
  constructor(catalogue) {
    this.catalogue = catalogue;
    this.interval = localStorage.getItem("mock-interval") || "1m";
    this.stream = new Stream({
      hello: (venue) => this.hello(venue),
      shown: ({ symbol, interval }) => this.shown(symbol, interval),
      update: (changes) => this.update(changes),
      link: (isOpen) => this.header?.link(isOpen),
    });
  }

  /** A venue is there: the first one, or the same after it was away. */
  hello(venue) {
    if (this.venue && this.venue.dialect !== venue.dialect) return location.reload();       // another venue at the same address
    this.venue = venue;
    const kept = this.symbol || sessionStorage.getItem("mock-symbol");
    this.symbol = venue.symbols.some((one) => one.symbol === kept) ? kept : venue.symbols[0].symbol;
    if (!venue.intervals.includes(this.interval)) this.interval = "1m";
    $("page").hidden = false;
    this.build();
    this.stream.show(this.symbol, this.interval);
  }

  build() {
    const choose = (price) => this.controls.take(price);
    $("symbol").replaceChildren(...this.venue.symbols.map((one) => el("option", { value: one.symbol }, one.symbol)));
    $("symbol").value = this.symbol;
    $("intervals").replaceChildren(...this.venue.intervals.map((one) => (
      el("button", { type: "button", "data-interval": one, onclick: () => this.look(this.symbol, one) }, one))));
    this.header = this.header || new Header(this.venue);
    this.header.link(true);
    this.chart = this.chart || new Chart(choose);
    this.ladder = this.ladder || new Ladder(choose);
    this.tape = this.tape || new Tape();
    this.faults = this.faults || new Faults(this.catalogue);
    this.controls = new Controls(this.venue);
    this.accounts = new Accounts(this.venue);
    this.orders = new Orders((count) => badge("orders", count));
    this.journal = new Journal((count) => badge("journal", count));
    this.requests = new Requests((count) => badge("requests", count), (label) => this.faults.chooseLabel(label), (id) => this.faults.name(id));
  }

  look(symbol, interval) {
    localStorage.setItem("mock-interval", interval);
    sessionStorage.setItem("mock-symbol", symbol);
    this.stream.show(symbol, interval);
  }

  shown(symbol, interval) {
    this.symbol = symbol;
    this.interval = interval;
    for (const one of $("intervals").children) one.setAttribute("aria-pressed", String(one.dataset.interval === interval));
    this.instrument = this.venue.symbols.find((one) => one.symbol === symbol);
    this.orders = new Orders((count) => badge("orders", count));
    this.journal = new Journal((count) => badge("journal", count));
    this.requests = new Requests((count) => badge("requests", count), (label) => this.faults.chooseLabel(label), (id) => this.faults.name(id));
    this.chart.show(this.instrument, secondsOf(interval));
    for (const part of [this.header, this.ladder, this.tape, this.accounts, this.controls]) part.show(this.instrument);
  }

  update(changes) {
    this.header.update(changes);
    this.controls.update(changes);
    if (changes.faults) this.faults.update(changes.faults);
    if (changes.bars) {
      this.chart.update(changes.bars);
      this.header.since(this.chart.bars.values().next().value?.open);
    }
    if (changes.fills) this.chart.addFills(changes.fills);
    if (changes.book) this.ladder.update(changes.book);
    if (changes.trades) this.tape.update(changes.trades);
    if (changes.orders) {
      this.orders.update(changes.orders);
      this.ladder.mark(this.orders.all);
    }
    this.accounts.update(changes);
    if (changes.journal) this.journal.update(changes.journal);
    if (changes.requests) this.requests.update(changes.requests);
  }
}

function badge(tab, count) {
  const shown = document.querySelector(`#tabs [data-tab=${tab}] .count`);
  setText(shown, count ? String(count) : "");
}

function buildTabs() {
  $("tabs").replaceChildren(...TABS.map((tab) => el("button", { type: "button", role: "tab", "data-tab": tab, "aria-controls": tab, onclick: () => openTab(tab) },
    t(NAMES[tab]), el("span", { class: "count num" }))));
  openTab(sessionStorage.getItem("mock-tab") || TABS[0]);
}

function openTab(wanted) {
  sessionStorage.setItem("mock-tab", wanted);
  for (const tab of TABS) {
    $(tab).hidden = tab !== wanted;
    document.querySelector(`#tabs [data-tab=${tab}]`).setAttribute("aria-selected", String(tab === wanted));
  }
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

async function start() {
  setTheme(localStorage.getItem("mock-theme"));
  await startLanguage();
  buildTabs();
  const page = new Page(await call("GET", "catalogue"));
  $("symbol").addEventListener("change", () => page.look($("symbol").value, page.interval));
  const isDark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  $("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    localStorage.setItem("mock-theme", theme);
    setTheme(theme);
    page.chart?.paint();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => page.chart?.paint());
  window.mockPage = page;
}

start();
