
// Curves of specifications: what a reader ticks decides which of them are drawn and counted.
const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const bitsOf = (text, size) => {
  const bytes = bytesOf(text);
  return Uint8Array.from({ length: size }, (_, place) => (bytes[place >> 3] >> (7 - (place & 7))) & 1);
};
const numbersOf = ({ low, step, width, data }) => {
  const bytes = bytesOf(data);
  return Float64Array.from({ length: bytes.length / width }, (_, place) => {
    let whole = 0;
    for (let byte = width - 1; byte >= 0; byte--) whole = whole * 256 + bytes[place * width + byte];
    return low + whole * step;
  });
};

// For each factor, the alternative of each specification; combinations are counted with the last choice fastest.
const codesOf = ({ choices, there }) => {
  const total = choices.reduce((size, choice) => size * choice.size, 1);
  const present = bitsOf(there, total);
  const places = [...present.keys()].filter((place) => present[place]);
  let rest = total;
  return choices.flatMap(({ size, controls, members }) => {
    rest /= size;
    const step = rest;
    const alternative = places.map((place) => Math.floor(place / step) % size);
    if (controls === undefined) return [alternative];
    const has = bitsOf(members, size * controls);
    return Array.from({ length: controls }, (_, control) => alternative.map((set) => has[set * controls + control]));
  });
};

const quantile = (sorted, share) => {
  const place = (sorted.length - 1) * share, low = Math.floor(place);
  return sorted[low] + ((sorted[low + 1] ?? sorted[low]) - sorted[low]) * (place - low);
};

// The same numbers, by the same names, as the table of the curve.
const summaryOf = (curve, left) => {
  const b = left.map((place) => curve.estimate[place]);
  const share = (holds) => left.filter(holds).length / left.length;
  const significant = (place) => curve.significant[place];
  const sorted = Float64Array.from(b).sort();
  return {
    "specifications": left.length,
    "share positive": share((place) => curve.estimate[place] > 0),
    "share significant": share(significant),
    "share significant and positive": share((place) => significant(place) && curve.estimate[place] > 0),
    "share significant and negative": share((place) => significant(place) && curve.estimate[place] < 0),
    "smallest": sorted[0],
    "lower quartile": quantile(sorted, 0.25),
    "median": quantile(sorted, 0.5),
    "upper quartile": quantile(sorted, 0.75),
    "largest": sorted[sorted.length - 1],
    "reported": curve.estimate[0],
    "share below the reported": share((place) => curve.estimate[place] < curve.estimate[0]),
  };
};

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 704, NAMES = 250, HIGH = 230, ROW = 13, DRAWN = 500, STRIPS = 60;
const drawn = (name, looks, words) => {
  const made = document.createElementNS(SVG, name);
  for (const [look, value] of Object.entries(looks)) made.setAttribute(look, value);
  if (words !== undefined) made.textContent = words;
  return made;
};
const signed = (value, decimals) => value.toFixed(decimals).replace("-", "\u2212");

// Ticks of an axis: about five, at a round step.
const ticksOf = (low, high) => {
  const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) ticks.push(n * step);
  return { ticks, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
};

const picture = (curve, left) => {
  const order = [...left].sort((one, other) => curve.estimate[one] - curve.estimate[other] || one - other);
  const rows = curve.rows.flatMap((names, factor) =>
    names.map((name, code) => ({ name, factor, code })).filter(({ name, factor: f, code: c }) =>
      name && order.some((place) => curve.codes[f][place] === c)));
  const high = HIGH + 24 + rows.length * ROW;
  const svg = drawn("svg", { viewBox: `0 0 ${WIDE} ${high}`, "aria-hidden": "true" });
  const shown = [...new Set(Array.from({ length: DRAWN }, (_, n) => Math.round((n * (order.length - 1)) / (DRAWN - 1))))];
  const ends = shown.flatMap((n) => [curve.lows[order[n]], curve.highs[order[n]]]);
  const low = Math.min(0, ...ends), top = Math.max(0, ...ends);
  const x = (n) => NAMES + ((n + 0.5) / order.length) * (WIDE - NAMES - 4);
  const y = (value) => 8 + ((top - value) / (top - low)) * (HIGH - 16);
  const line = (values) => shown.map((n) => `${x(n).toFixed(1)} ${y(values[order[n]]).toFixed(1)}`);
  const { ticks, decimals } = ticksOf(low, top);
  for (const tick of ticks) {
    svg.append(drawn("path", { class: tick === 0 ? "zero" : "grid", d: `M${NAMES} ${y(tick)}H${WIDE}` }));
    svg.append(drawn("text", { x: NAMES - 6, y: y(tick) + 3.5, "text-anchor": "end" }, signed(tick, decimals)));
  }
  svg.append(drawn("path", { class: "band", d: `M${[...line(curve.highs), ...line(curve.lows).reverse()].join("L")}Z` }));
  svg.append(drawn("path", { class: "line", d: `M${line(curve.estimate).join("L")}` }));
  const reported = order.indexOf(0);
  if (reported >= 0) svg.append(drawn("circle", { class: "reported", cx: x(reported), cy: y(curve.estimate[0]), r: 4 }));
  const strips = Math.min(STRIPS, order.length), wide = (WIDE - NAMES - 4) / strips;
  rows.forEach(({ name, factor, code }, row) => {
    const at = HIGH + 18 + row * ROW, counts = new Float64Array(strips), sizes = new Float64Array(strips);
    order.forEach((place, n) => {
      const strip = Math.floor((n * strips) / order.length);
      sizes[strip] += 1;
      counts[strip] += curve.codes[factor][place] === code;
    });
    const label = drawn("text", { x: NAMES - 6, y: at + 9, "text-anchor": "end" }, name.length > 46 ? `${name.slice(0, 45)}\u2026` : name);
    label.append(drawn("title", {}, name));
    svg.append(label);
    counts.forEach((count, strip) => {
      if (count) svg.append(drawn("rect", { class: "strip", x: (NAMES + strip * wide).toFixed(2), y: at, width: (wide + 0.2).toFixed(2), height: ROW - 3, "fill-opacity": (count / sizes[strip]).toFixed(2) }));
    });
  });
  return svg;
};

const listed = (curve, left) => Object.entries(summaryOf(curve, left)).flatMap(([name, value]) => {
  const term = document.createElement("dt"), said = document.createElement("dd"), data = document.createElement("data");
  const places = name === "specifications" ? 0 : name.startsWith("share") ? 3 : curve.decimals;
  term.textContent = name;
  data.value = String(value);
  data.textContent = name === "specifications" ? value.toLocaleString("en") : signed(value, places);
  said.append(data);
  return [term, said];
});

const alive = (figure) => {
  const curve = JSON.parse(figure.querySelector("script").textContent);
  curve.codes = codesOf(curve);
  curve.estimate = numbersOf(curve.estimate);
  curve.significant = bitsOf(curve.significant, curve.estimate.length);
  const [below, above = below] = curve.sides.map(numbersOf);
  curve.lows = curve.estimate.map((value, place) => value - below[place]);
  curve.highs = curve.estimate.map((value, place) => value + above[place]);
  const boxes = [...figure.querySelectorAll("fieldset")].map((set) => [...set.querySelectorAll("input")]);
  const place = figure.querySelector(".drawn"), list = figure.querySelector(".left");
  const show = () => {
    const left = [...curve.estimate.keys()].filter((row) =>
      curve.codes.every((codes, factor) => boxes[factor][codes[row]].checked));
    place.replaceChildren(...(left.length ? [picture(curve, left)] : []));
    place.setAttribute("aria-label", left.length ? `The curve of ${left.length} specifications` : "No curve");
    list.replaceChildren(...(left.length ? listed(curve, left) : ["No specification makes these choices."]));
  };
  figure.querySelector(".tick").hidden = false;
  figure.querySelector(".tick").addEventListener("change", show);
  figure.querySelector("button").addEventListener("click", () => {
    boxes.flat().forEach((box) => { box.checked = true; });
    show();
  });
  show();
};
addEventListener("DOMContentLoaded", () => document.querySelectorAll("figure.curve").forEach(alive));
