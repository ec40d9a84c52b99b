// Candles and volume, with users' fills marked. A click takes the price under the pointer.

import { $, el } from "./dom.js";
import { dateAndTime, decimal, timeOfDay } from "./format.js";
import { language, t } from "./i18n.js";

const MOST_FILLS = 300;
const MOST_BARS = 3000;
const KEPT_BARS = 2000;         // when there are more than that
const FEW_MARKS = 12;           // with more of them no quantities are written

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function colours() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const resolved = (value) => { probe.style.color = value; return getComputedStyle(probe).color; };
  const found = Object.fromEntries(["up", "down", "buy", "sell", "muted", "line"].map((name) => [name, resolved(css(`--${name}`))]));
  found.upFaded = rgba(found.up, 0.4);
  found.downFaded = rgba(found.down, 0.4);
  probe.remove();
  return found;
}

function rgba(colour, alpha) {
  const [red, green, blue] = colour.match(/[\d.]+/g);
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

function tick(time, kind) {
  const ms = time * 1000;
  const at = new Date(ms);
  if (kind === 0) return String(at.getFullYear());
  if (kind === 1) return at.toLocaleString(language.replace("_", "-"), { month: "short" });
  if (kind === 2) return `${at.getMonth() + 1}-${at.getDate()}`;
  return kind === 3 ? timeOfDay(ms).slice(0, 5) : timeOfDay(ms);
}

export class Chart {
  /** `choose(price)` is called with the text of a price that has been clicked. */
  constructor(choose) {
    const { createChart, CandlestickSeries, HistogramSeries, createSeriesMarkers } = window.LightweightCharts;
    this.fills = [];
    this.bars = new Map();
    this.decimals = 2;
    this.chart = createChart($("chart"), {
      autoSize: true,
      layout: { background: { color: "transparent" }, attributionLogo: true, fontFamily: getComputedStyle(document.body).fontFamily },
      localization: { priceFormatter: (price) => decimal(price.toFixed(this.decimals)), timeFormatter: (time) => dateAndTime(time * 1000) },
      timeScale: { timeVisible: true, secondsVisible: false, tickMarkFormatter: tick, rightOffset: 4 },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.24 } },
      crosshair: { mode: 0 },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, { borderVisible: false });
    this.volume = this.chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.markers = createSeriesMarkers(this.candles, []);
    this.chart.subscribeClick((event) => {
      const price = event.point && this.candles.coordinateToPrice(event.point.y);
      if (price) choose(this.onTick(price));
    });
    this.chart.subscribeCrosshairMove((event) => this.legend(event.time));
    this.paint();
  }

  onTick(price) {
    return price.toFixed(this.decimals);
  }

  paint() {
    const is = colours();
    this.is = is;
    this.chart.applyOptions({ layout: { textColor: is.muted }, grid: { vertLines: { color: is.line }, horzLines: { color: is.line } }, timeScale: { borderColor: is.line } });
    this.candles.applyOptions({ upColor: is.up, downColor: is.down, wickUpColor: is.up, wickDownColor: is.down });
    this.volume.setData([...this.bars.values()].map((bar) => this.volumeOf(bar)));
    this.mark();
  }

  volumeOf(bar) {
    return { time: bar.time, value: bar.volume, color: bar.close >= bar.open ? this.is.upFaded : this.is.downFaded };
  }

  /** Another symbol, or bars of another length. */
  show(instrument, seconds) {
    this.decimals = instrument.price_decimals;
    this.seconds = seconds;
    this.fills = [];
    this.bars.clear();
    this.last = undefined;
    this.candles.applyOptions({ priceFormat: { type: "price", precision: this.decimals, minMove: 10 ** -this.decimals } });
    this.chart.applyOptions({ timeScale: { secondsVisible: seconds < 60 } });
    this.candles.setData([]);
    this.volume.setData([]);
    this.markers.setMarkers([]);
    this.legend();
  }

  update({ whole, rows }) {
    if (whole) this.bars.clear();
    const changed = rows.map(([time, open, high, low, close, volume]) => ({ time, open: +open, high: +high, low: +low, close: +close, volume: +volume }));
    for (const bar of changed) this.bars.set(bar.time, bar);
    if (whole) {
      this.candles.setData(changed);
      this.volume.setData(changed.map((bar) => this.volumeOf(bar)));
      const visible = Math.max(40, Math.min(120, Math.floor($("chart").clientWidth / 8)));
      this.chart.timeScale().setVisibleLogicalRange({ from: changed.length - visible, to: changed.length + 4 });
      this.mark();
    } else {
      for (const bar of changed) {
        this.candles.update(bar);
        this.volume.update(this.volumeOf(bar));
      }
      if (this.bars.size > MOST_BARS) this.forget();
    }
    this.last = changed.at(-1);
    this.legend();
  }

  /** The oldest bars, so that a page may stay open for days. */
  forget() {
    this.bars = new Map([...this.bars].slice(-KEPT_BARS));
    this.candles.setData([...this.bars.values()]);
    this.volume.setData([...this.bars.values()].map((bar) => this.volumeOf(bar)));
    this.mark();
  }

  addFills(rows) {
    this.fills = [...this.fills, ...rows].slice(-MOST_FILLS);
    this.mark();
  }

  mark() {
    const marks = new Map();        // those of one side within a bar are one mark, at their average price
    for (const [time, price, quantity, isBuy] of this.fills) {
      const bar = time - (time % this.seconds);
      if (!this.bars.has(bar)) continue;
      const mark = marks.get(`${bar} ${isBuy}`) || { bar, isBuy, quantity: 0, worth: 0 };
      mark.quantity += +quantity;
      mark.worth += price * quantity;
      marks.set(`${bar} ${isBuy}`, mark);
    }
    this.markers.setMarkers([...marks.values()].map(({ bar, isBuy, quantity, worth }) => ({
      time: bar,
      price: worth / quantity,
      position: isBuy ? "atPriceBottom" : "atPriceTop",
      shape: isBuy ? "arrowUp" : "arrowDown",
      color: isBuy ? this.is.buy : this.is.sell,
      text: marks.size <= FEW_MARKS ? decimal(String(+quantity.toPrecision(8))) : undefined,
    })));
  }

  legend(time) {
    const bar = (time !== undefined && this.bars.get(time)) || this.last;
    if (!bar) return $("legend").replaceChildren();
    const way = bar.close >= bar.open ? "up" : "down";
    const part = (name, value) => el("span", {}, el("i", {}, name), el("b", { class: way }, decimal(value.toFixed(this.decimals))));
    $("legend").replaceChildren(
      part(t("O"), bar.open), part(t("H"), bar.high), part(t("L"), bar.low), part(t("C"), bar.close),
      el("span", {}, el("i", {}, t("Vol")), el("b", {}, decimal(String(+bar.volume.toPrecision(6))))),
    );
  }
}
