// Numbers and times as they are shown. Times are the venue's, in the browser's time zone.

const two = (number) => String(number).padStart(2, "0");

/** Decimal text with so many decimals, and a comma between thousands. */
export function decimal(text, decimals) {
  const [whole, fraction = ""] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const shown = decimals === undefined ? fraction : fraction.padEnd(decimals, "0").slice(0, Math.max(decimals, fraction.length));
  return shown ? `${grouped}.${shown}` : grouped;
}

export function timeOfDay(ms) {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

export function dateAndTime(ms) {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${timeOfDay(ms)}`;
}

/** Seconds as 5 s, 3 min, 2 h, 1 d. */
export function span(seconds) {
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (seconds >= size && seconds % size === 0) return `${seconds / size} ${unit}`;
  return `${seconds} s`;
}
