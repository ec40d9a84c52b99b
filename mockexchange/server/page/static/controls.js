// Buttons for what happens at the venue itself: its price, clock, connections, restarts, bans, keys.

import { act } from "./api.js";
import { $, el } from "./dom.js";
import { decimal, span } from "./format.js";
import { t } from "./i18n.js";

const STEPS = [1, 60, 3600, 86400];

export class Controls {
  constructor(venue) {
    this.venue = venue;
    this.state = { revoked: [], halted: {}, removed: [], offset_ms: 0, banned_until: null };
    this.price = el("input", { id: "price", inputmode: "decimal", autocomplete: "off", "aria-label": t("Price"), placeholder: t("Price"),
      onkeydown: (event) => { if (event.key === "Enter") this.move(); } });
    this.account = el("select", { id: "account", "aria-label": t("Account"), onchange: () => this.update({ state: this.state }) },
      venue.accounts.map((key) => el("option", { value: key }, key)));
    this.key = button("revoke", "", () => this.revoke());
    this.halt = button("halt", "", () => this.setHalt());
    this.seconds = el("input", { id: "down", type: "number", min: 0, value: 2, "aria-label": t("Seconds") });
    this.keep = el("input", { id: "keep", type: "checkbox" });
    this.keep.checked = true;
    this.banSeconds = el("input", { id: "ban-seconds", type: "number", min: 1, value: 30, "aria-label": t("Seconds") });
    this.banButton = button("ban", "", () => this.ban(), "", t("Every address is answered 418 with Retry-After."));
    this.offset = el("input", { id: "offset", type: "number", step: "any", value: 0, "aria-label": t("Seconds") });
    $("controls").replaceChildren(...[
      group(t("Price"), this.price, button("price-here", t("Price here"), () => this.move(), "primary"),
        hint(t("Moves the market there and fills what it crosses. A click in chart or book takes the price."))),
      group(t("Symbol"), this.halt),
      venue.can.advance ? group(t("Clock"), ...STEPS.map((step) => button(`advance-${step}`, `+${span(step)}`, () => this.advance(step))), hint(t("Time stands still until it is advanced.")))
        : group(t("Clock"), this.offset, unit(t("s ahead")), button("set-offset", t("Set"), () => this.setOffset(), "", t("How far the venue's clock runs ahead; negative: behind. A venue with --clock manual has a clock that can be advanced."))),
      group(t("Connections"), button("drop-streams", t("Drop websockets"), () => this.drop(true)), button("drop", t("Drop all"), () => this.drop(false))),
      group(t("Server"), button("restart", t("Restart"), () => this.restart()), el("span", { class: "unit" }, t("away for")), this.seconds, unit("s"), el("label", { class: "check" }, this.keep, t("keep its state"))),
      venue.can.ban ? group(t("Ban"), this.banButton, this.banSeconds, unit("s")) : null,
      group(t("Key"), this.account, this.key),
      group(t("First day"), button("reset", t("Reset everything"), () => this.reset(), "danger", t("Orders, balances, faults, clock and market as at the start."))),
    ].filter(Boolean));
    this.update({ state: this.state });
  }

  show(instrument) {
    this.instrument = instrument;
    this.price.value = "";
    this.update({ state: this.state });
  }

  take(price) {
    this.price.value = price;
    this.price.focus({ preventScroll: true });
  }

  update({ state }) {
    if (!state) return;
    this.state = state;
    this.isRevoked = state.revoked.includes(this.account.value);
    this.key.textContent = this.isRevoked ? t("Make it good again") : t("Revoke key");
    this.isHalted = this.instrument && this.instrument.symbol in state.halted;
    this.halt.textContent = this.isHalted ? t("Resume trading") : t("Halt trading");
    this.isBanned = state.banned_until !== null;
    this.banButton.textContent = this.isBanned ? t("End the ban") : t("Ban all addresses");
    if (document.activeElement !== this.offset) this.offset.value = state.offset_ms / 1000;
  }

  move() {
    const symbol = this.instrument.symbol;
    const price = this.price.value.replace(/,/g, "").trim();
    return act("POST", "price", { symbol, price }, t("{symbol} is at {price}.", { symbol, price: decimal(price) }));
  }

  setHalt() {
    const symbol = this.instrument.symbol;
    return act("POST", "symbol", { symbol, status: this.isHalted ? "TRADING" : "HALT" });
  }

  advance(seconds) {
    return act("POST", "clock", { advance_ms: seconds * 1000 });
  }

  setOffset() {
    return act("POST", "clock", { offset_ms: Math.round(Number(this.offset.value) * 1000) }, t("The venue's clock is {seconds} s ahead.", { seconds: this.offset.value }));
  }

  drop(streams) {
    return act("POST", "drop", { streams }, ({ dropped }) => t("Connections cut: {dropped}", { dropped }));
  }

  restart() {
    return act("POST", "restart", { keep_state: this.keep.checked, down_ms: Math.round(Number(this.seconds.value) * 1000) }, t("The venue restarts."));
  }

  ban() {
    return act("POST", "ban", { ms: this.isBanned ? 0 : Math.round(Number(this.banSeconds.value) * 1000) });
  }

  revoke() {
    return act("POST", "key", { key: this.account.value, revoked: !this.isRevoked });
  }

  reset() {
    if (confirm(t("Reset everything? Connections are cut."))) act("POST", "reset", {}, t("It is the first day again."));
  }
}

function group(name, ...parts) {
  return el("fieldset", { class: "group" }, el("legend", {}, name), ...parts);
}

function button(id, text, onclick, kind = "", title = null) {
  return el("button", { id, type: "button", class: kind, onclick, title }, text);
}

const hint = (text) => el("small", { class: "muted hint" }, text);
const unit = (text) => el("span", { class: "unit" }, text);
