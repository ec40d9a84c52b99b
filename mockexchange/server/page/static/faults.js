// Faults: one is chosen by name or made by hand, set, and watched as it bites.

import { act, call } from "./api.js";
import { $, el, flash } from "./dom.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

const BY_HAND = "";

/** What stands before the colon of a preset's name, in any language. */
const groupOf = (name) => name.split(/[:：]/)[0].trim();

/** The faults of the venue. `catalogue` as GET /_mock/catalogue has it. */
export class Faults {
  constructor(catalogue) {
    this.presets = catalogue.presets;
    this.actions = new Map(catalogue.actions.map((action) => [action.name, action]));
    this.faults = [];
    this.bitten = new Map();
    this.build();
    this.choose(this.presets[0].name);
    $("disarm-all").addEventListener("click", () => act("DELETE", "faults", undefined, t("All faults are disarmed.")));
  }

  // the form

  build() {
    const groups = new Map();
    for (const preset of this.presets) {
      const group = groupOf(preset.name);
      groups.set(group, [...(groups.get(group) || []), preset]);
    }
    this.preset = el("select", { id: "preset", "aria-label": t("What goes wrong"), onchange: () => this.choose(this.preset.value) },
      [...groups.values()].map((presets) => el("optgroup", { label: groupOf(t(presets[0].name)) }, presets.map((one) => el("option", { value: one.name }, t(one.name))))),
      el("option", { value: BY_HAND }, t("Made by hand …")));
    this.does = el("p", { class: "does" });
    this.match = el("input", { id: "match", list: "labels", spellcheck: "false", autocomplete: "off", onfocus: () => this.loadLabels() });
    this.stage = el("select", { id: "stage", onchange: () => this.showFields() });
    this.action = el("select", { id: "action", onchange: () => this.showAction() },
      [...this.actions.keys()].map((name) => el("option", { value: name }, name)));
    this.actionDoes = el("small", { class: "muted" });
    this.stageDoes = el("small", { class: "muted" });
    this.fields = el("div", { class: "fields" });
    this.times = el("input", { id: "times", type: "number", min: 0, step: 1, inputmode: "numeric" });
    this.details = el("details", { id: "by-hand" }, el("summary", {}, t("All fields")),
      labelled(t("Match"), this.match, el("small", { class: "muted" }, t("A label, with * for any text; several with | between them."))),
      labelled(t("Action"), this.action, this.actionDoes),
      labelled(t("Stage"), this.stage, this.stageDoes),
      this.fields);
    this.arm = el("button", { id: "arm-fault", type: "button", class: "primary", onclick: () => this.add() }, t("Arm"));
    $("arm").replaceChildren(
      this.preset, this.does,
      el("div", { class: "line" }, el("label", { for: "times" }, t("Times")), this.times, el("small", { class: "muted" }, t("0: without end")), el("span", { class: "spring" }), this.arm),
      this.details, el("datalist", { id: "labels" }));
  }

  choose(name) {
    const preset = this.presets.find((one) => one.name === name);
    this.preset.value = preset ? name : BY_HAND;
    if (!preset) {
      this.does.textContent = t("Any request, answer, push or connection, and what is done to it.");
      this.details.open = true;
      return;
    }
    this.does.replaceChildren(t(preset.does), " ", el("span", { class: "badge", title: t("Row of the fault matrix") }, preset.row));
    const [{ match, stage, action, ...own }] = preset.faults;
    this.match.value = preset.faults.map((fault) => fault.match).join(" | ");
    this.action.value = action;
    this.times.value = own.times ?? 1;
    this.showAction(stage, own);
  }

  /** Make a fault of a label by hand, as from the log of requests. */
  chooseLabel(label) {
    this.choose(BY_HAND);
    this.match.value = label;
    $("arm").scrollIntoView({ behavior: "smooth", block: "nearest" });
    this.match.focus({ preventScroll: true });
  }

  showAction(stage = this.stage.value, values = {}) {
    const action = this.actions.get(this.action.value);
    this.actionDoes.textContent = t(action.does);
    this.stage.replaceChildren(...Object.keys(action.stages).map((name) => el("option", { value: name }, name)));
    if (stage in action.stages) this.stage.value = stage;
    this.showFields(values);
  }

  showFields(values = {}) {
    const action = this.actions.get(this.action.value);
    this.stageDoes.textContent = t(action.stages[this.stage.value]);
    this.inputs = action.fields
      .filter((field) => field.name !== "times" && (!field.stages.length || field.stages.includes(this.stage.value)))
      .map((field) => [field, input(field, values[field.name])]);
    this.fields.replaceChildren(...this.inputs.map(([field, made]) => (
      field.kind === "flag" ? el("label", { class: "check", title: t(field.does) }, made, field.name, el("small", { class: "muted" }, t(field.does)))
        : labelled(field.name, made, el("small", { class: "muted" }, t(field.does))))));
  }

  async loadLabels() {
    if ($("labels").childElementCount) return;
    const { labels } = await call("GET", "labels").catch(() => ({ labels: [] }));
    $("labels").replaceChildren(...labels.slice(0, 500).map((label) => el("option", { value: label })));
  }

  async add() {
    let fault;
    try {
      fault = { stage: this.stage.value, action: this.action.value, times: whole("times", this.times.value) };
      for (const [field, made] of this.inputs) {
        const value = read(field, made);
        if (value !== undefined) fault[field.name] = value;
      }
    } catch (error) {
      return toast(error.message, true);
    }
    for (const match of this.match.value.split("|").map((one) => one.trim())) {
      const added = await act("POST", "faults", { match, ...fault }, (answer) => answer.warning || t("Armed: {name}", { name: this.title(answer) }));
      if (!added) return;
    }
  }

  // those that are armed

  /** What a fault is called: the preset that it is, else its action. */
  title(fault) {
    const same = (one) => one.match === fault.match && one.stage === fault.stage && one.action === fault.action;
    const found = this.presets.filter((preset) => preset.faults.some((one) => same(one) && alike(one, fault)));
    return found.length ? t(found[0].name) : `${fault.action} · ${fault.match}`;
  }

  name(id) {
    const fault = this.faults.find((one) => one.id === id);
    return fault ? fault.action : `#${id}`;
  }

  update(faults) {
    this.faults = faults;
    $("disarm-all").hidden = !faults.length;
    if (!faults.length) {
      this.bitten.clear();
      $("armed").replaceChildren(el("p", { class: "empty" }, t("No fault is armed: the venue behaves.")));
      return;
    }
    $("armed").replaceChildren(...this.groups(faults).map((group) => this.row(group)).reverse());
    this.bitten = new Map(faults.map((fault) => [fault.id, fault.bitten]));
  }

  /** Faults that were set together, as ways that one request may take, are one. */
  groups(faults) {
    const found = [];
    for (const fault of faults) {
      const last = found.at(-1);
      const together = last && this.title(last[0]) === this.title(fault) && last.at(-1).id === fault.id - 1 && last.every((one) => one.match !== fault.match);
      if (together) last.push(fault);
      else found.push([fault]);
    }
    return found;
  }

  row(group) {
    const bites = group.map((fault) => (!fault.times ? t("bit {bitten}×", fault)
      : fault.bitten >= fault.times ? t("bit {bitten}×, spent", fault) : t("bit {bitten}×, {left} left", { ...fault, left: fault.times - fault.bitten })));
    const disarm = async () => { for (const fault of group) await act("DELETE", `faults/${fault.id}`); };
    const isSpent = (fault) => fault.times && fault.bitten >= fault.times;
    const made = el("div", { class: `fault-row${group.every(isSpent) ? " spent" : ""}`, "data-id": group[0].id },
      el("div", { class: "line" },
        el("b", {}, this.title(group[0])), el("span", { class: "spring" }),
        group.length === 1 ? el("span", { class: "num bites" }, bites[0]) : null,
        el("button", { type: "button", class: "plain", title: t("Disarm"), "aria-label": t("Disarm"), onclick: disarm }, "✕")),
      group.map((fault, place) => el("div", { class: "line" },
        el("small", { class: "muted id" }, group.length > 1 ? fault.match : `${fault.match} · ${fault.stage} · ${fault.action}`), el("span", { class: "spring" }),
        group.length > 1 ? el("span", { class: "num bites" }, bites[place]) : null)),
      group.filter((fault) => fault.warning).map((fault) => el("small", { class: "warn" }, fault.warning)));
    if (group.some((fault) => fault.bitten > (this.bitten.get(fault.id) ?? fault.bitten))) flash(made);
    return made;
  }
}

/** Whether a fault has the values of a preset, where the preset says any; times may be others. */
function alike(preset, fault) {
  return Object.entries(preset).every(([name, value]) => name === "times" || JSON.stringify(fault[name]) === JSON.stringify(value));
}

function labelled(name, made, more) {
  return el("label", { class: "field" }, el("span", {}, name), made, more);
}

function input(field, value) {
  if (field.kind === "flag") {
    const box = el("input", { type: "checkbox", "data-field": field.name });
    box.checked = value ?? field.default ?? false;
    return box;
  }
  if (field.kind === "choice") {
    return el("select", { "data-field": field.name, value: null }, field.choices.map((one) => el("option", { value: one, selected: one === (value ?? field.default) }, one)));
  }
  if (field.kind === "integer" || field.kind === "number") {
    return el("input", { type: "number", step: field.kind === "integer" ? 1 : "any", "data-field": field.name, value: value ?? (field.needed ? field.default : ""), placeholder: field.default ?? "" });
  }
  return el("textarea", { rows: 2, spellcheck: "false", "data-field": field.name, value: value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value) });
}

function whole(name, text) {
  if (!/^\d+$/.test(text)) throw new Error(t("{name}: not a whole number: {text}", { name, text }));
  return Number(text);
}

/** The value of a field as the control API wants it; undefined where it is left as it is. */
function read(field, made) {
  if (field.kind === "flag") return made.checked === (field.default ?? false) ? undefined : made.checked;
  const text = made.value.trim();
  if (text === "") return field.needed && field.kind === "body" ? "" : undefined;
  if (field.kind === "choice") return text === field.default ? undefined : text;
  if (field.kind === "integer" || field.kind === "number") {
    if (Number.isNaN(Number(text))) throw new Error(t("{name}: not a number: {text}", { name: field.name, text }));
    return Number(text);
  }
  if (field.kind === "body") return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(t("{name}: not JSON: {text}", { name: field.name, text }));
  }
}
