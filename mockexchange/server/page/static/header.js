// The bar at the top: last price, the venue's clock, and what is out of order.

import { $, el, setText } from "./dom.js";
import { dateAndTime, decimal, timeOfDay } from "./format.js";
import { t } from "./i18n.js";

export class Header {
  constructor(venue) {
    this.venue = venue;
    this.state = null;
    this.now = venue.now;
    this.told = performance.now();
    setText($("dialect"), venue.dialect);
    document.title = `${venue.dialect} · ${t("Mock exchange")}`;
    setInterval(() => this.tick(), 250);
  }

  show(instrument) {
    this.instrument = instrument;
    this.opening = null;
    setText($("last"), "–");
    setText($("change"), "");
  }

  link(isOpen) {
    $("link").className = isOpen ? "link on" : "link off";
    $("link").title = isOpen ? t("Connected") : t("The venue is away; the page waits for it.");
    setText($("link"), isOpen ? "" : t("away"));
    if (isOpen) return;
    this.told = null;
  }

  update(changes) {
    this.now = changes.now;
    this.told = performance.now();
    if (changes.state) {
      this.state = changes.state;
      this.chips();
    }
    const price = changes.prices?.[this.instrument.symbol];
    if (price !== undefined) this.price(price);
    this.tick();
  }

  price(price) {
    const last = Number(price);
    const before = this.lastPrice ?? last;
    this.lastPrice = last;
    setText($("last"), decimal(price, this.instrument.price_decimals));
    $("last").className = `num ${last > before ? "up" : last < before ? "down" : $("last").classList.contains("down") ? "down" : "up"}`;
  }

  /** Since the first bar that is shown. */
  since(open) {
    this.opening = this.opening ?? open;
    if (!this.lastPrice || !this.opening) return;
    const change = (100 * (this.lastPrice - this.opening)) / this.opening;
    setText($("change"), `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(2)} %`);
    $("change").className = `num ${change < 0 ? "down" : "up"}`;
    $("change").title = t("Since the first bar shown");
  }

  tick() {
    if (!this.state || this.told === null) return;
    const stands = this.state.stands_at !== undefined;
    const now = stands ? Math.max(this.state.stands_at, this.now) : this.now + (performance.now() - this.told) * this.state.rate;
    setText($("clock"), this.state.clock === "system" ? timeOfDay(now) : dateAndTime(now));
    setText($("clock-kind"), stands ? t("manual clock") : this.state.rate === 0 ? t("as fast as it goes") : this.state.rate !== 1 ? `× ${this.state.rate}` : this.state.offset_ms ? t("{seconds} s off", { seconds: this.state.offset_ms / 1000 }) : "");
  }

  chips() {
    const { halted, removed, revoked, banned_until: banned, feed_status: status, feed_error: error, journal_error: full } = this.state;
    const chip = (kind, text) => el("span", { class: `badge ${kind}` }, text);
    $("chips").replaceChildren(
      ...Object.entries(halted).slice(0, 3).map(([symbol, word]) => chip("warn", `${symbol} ${word}`)),
      ...removed.slice(0, 3).map((symbol) => chip("warn", t("{symbol} removed", { symbol }))),
      ...revoked.slice(0, 3).map((key) => chip("bad", t("{key}: key revoked", { key }))),
      ...(banned ? [chip("bad", t("banned until {time}", { time: timeOfDay(banned) }))] : []),
      ...(error ? [chip("bad", t("feed: {error}", { error }))] : status === "ended" ? [chip("warn", t("the recording is over"))] : []),
      ...(full ? [chip("bad", full)] : []),
    );
  }
}
