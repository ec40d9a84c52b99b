// The venue's journal, newest first: what was asked, and what came of it.

import { $, el, trim } from "./dom.js";
import { decimal, timeOfDay } from "./format.js";
import { mark, t } from "./i18n.js";

const MOST = 300;
const KINDS = { order: mark("order"), fill: mark("fill"), balance: mark("balance"), fault: mark("fault"), command: mark("command") };
const LEFT_OUT = new Set(["n", "t", "kind", "command", "refused"]);

const short = (text) => decimal(String(text).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, ""));

/** What a row says, in a line. */
function told(row) {
  switch (row.kind) {
    case "order":
      return [way(row.side), ` ${short(row.qty)} ${row.symbol} ${Number(row.price) ? `@ ${short(row.price)}` : row.type} · `, el("b", {}, row.status), ` · ${t("executed")} ${short(row.executed)} · ${row.client_order_id}`];
    case "fill":
      return [way(row.side), ` ${short(row.qty)} ${row.symbol} @ ${short(row.price)} · ${t("fee")} ${short(row.fee)} ${row.fee_asset} · ${row.client_order_id}`];
    case "balance":
      return [`${row.account} ${row.asset}: ${t("free")} ${short(row.free)}, ${t("locked")} ${short(row.locked)}`];
    case "fault":
      return [el("b", { class: "warn" }, row.action), ` ${row.label || ""} ${fields(row, new Set([...LEFT_OUT, "action", "label", "id"]))}`];
    case "command":
      return [el("b", {}, row.command), row.refused ? el("b", { class: "warn" }, ` ${t("refused")}: ${row.refused}`) : "", ` ${fields(row, LEFT_OUT)}`];
    default:
      return [fields(row, LEFT_OUT)];
  }
}

const way = (side) => el("span", { class: side === "BUY" ? "up" : "down" }, t(side));

function fields(row, without) {
  return Object.entries(row)
    .filter(([name, value]) => !without.has(name) && value !== null && value !== "" && value !== "0.00000000" && value !== "NONE" && value !== false && value !== 0)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : /^-?\d+\.\d+$/.test(value) ? short(value) : value}`).join(", ");
}

export class Journal {
  constructor(count) {
    this.count = count;
    this.body = el("tbody");
    this.hidden = new Set(JSON.parse(localStorage.getItem("mock-journal-hidden") || '["balance"]'));
    const filters = Object.keys(KINDS).map((kind) => {
      const box = el("input", { type: "checkbox", onchange: () => this.filter(kind, box.checked) });
      box.checked = !this.hidden.has(kind);
      return el("label", { class: "check" }, box, t(KINDS[kind]));
    });
    $("journal").replaceChildren(el("div", { class: "line filters" }, filters), el("table", { class: "num wide log" }, this.body));
    this.apply();
  }

  filter(kind, isShown) {
    this.hidden[isShown ? "delete" : "add"](kind);
    localStorage.setItem("mock-journal-hidden", JSON.stringify([...this.hidden]));
    this.apply();
  }

  apply() {
    this.body.parentElement.dataset.hidden = [...this.hidden].join(" ");
  }

  update({ rows, skipped, total }) {
    this.count(total);
    if (skipped && this.body.childElementCount) this.body.prepend(el("tr", {}, el("td", { colspan: 3, class: "muted" }, t("… {count} rows are not shown", { count: skipped }))));
    this.body.prepend(...rows.map((row) => el("tr", { "data-kind": row.kind },
      el("td", { class: "muted" }, timeOfDay(row.t)), el("td", { class: "kind" }, el("span", { class: `badge ${row.kind}` }, t(KINDS[row.kind] || row.kind))), el("td", {}, told(row)))).reverse());
    trim(this.body, MOST);
  }
}
