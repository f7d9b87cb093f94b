// Trade prices of the whole session with a band a period, drawn by uPlot. Knows the view, changes nothing.
// A call market has one price a period, joined by a line, and bars for the volumes.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, attribute } = openpit.dom;
  const { say } = openpit;
  const { money, average, clock } = openpit.words;

  const INK = "#1d2433";
  const MUTE = "#5d6679";
  const GRID = "#e9ecf0";
  const BAND = "#f1f4f8";
  const MEAN = "#98a2b3";
  const VALUE = "#a86a12";
  const VOLUME = "#d3dae6";
  // of the chart's height
  const HIGHEST_BAR = 0.22;
  const FONT = "12px system-ui, 'Segoe UI', Roboto, sans-serif";
  const PERIOD_PIXELS = 24;
  const PRICE_PIXELS = 52;
  const DIGIT_PIXELS = 7;
  const REDRAW_MS = 200;

  let plot = null;
  let facts = null;
  let view = null;
  let drawnSeq = -1;
  let timer = 0;
  let highestUnit = 0;

  /** Show a view; soon rather than at once, since drawing costs more than a busy market leaves time for. */
  function draw(next) {
    view = next;
    facts = next.facts;
    if (!plot) create();
    if (!timer) timer = setTimeout(redraw, REDRAW_MS);
  }

  function redraw() {
    timer = 0;
    const key = `${view.seq}`;
    if (key === drawnSeq) return;
    drawnSeq = key;
    plot.setData(data());
    attribute(byId("op-chart"), "aria-label", spoken());
  }

  function data() {
    if (isCall()) return [cleared().map(([period]) => period - 0.5), cleared().map((summary) => summary[3])];
    return [view.trades.map(placeOf), view.trades.map((trade) => trade[3])];
  }

  function isCall() {
    return facts.institution === "call";
  }

  /** The periods that have a price. */
  function cleared() {
    return view.history.filter((summary) => summary[3] !== null);
  }

  function placeOf([, period, seconds]) {
    return period - 1 + Math.min(1, seconds / facts.period_seconds);
  }

  function create() {
    const box = byId("op-chart");
    plot = new uPlot(options(box), data(), box);
    new ResizeObserver(() => plot.setSize(sizeOf(box))).observe(box);
    show(byId("op-legend-value"), facts.fundamental.length > 0);
  }

  function sizeOf(box) {
    return { width: box.clientWidth, height: box.clientHeight };
  }

  function options(box) {
    return {
      ...sizeOf(box),
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, x: false, y: false, points: { size: 9, fill: INK }, focus: { prox: 24 } },
      scales: { x: { time: false, range: [0, facts.periods] }, y: { range: () => [floor(), ceiling()] } },
      axes: [periodAxis(), priceAxis()],
      series: [{}, isCall() ? joined() : dots()],
      padding: [8, 10, 0, 0],
      hooks: { drawClear: [drawBands, drawVolumes], draw: [drawMeans, drawValue], setCursor: [drawReading] },
    };
  }

  function dots() {
    return { stroke: INK, width: 0, paths: () => null, points: { show: true, size: 5.5, width: 0, fill: "rgba(29,36,51,.72)" } };
  }

  function joined() {
    return { stroke: INK, width: 1.5, points: { show: true, size: 7, width: 0, fill: INK } };
  }

  function periodAxis() {
    return {
      stroke: MUTE,
      font: FONT,
      size: 26,
      gap: 4,
      grid: { show: false },
      ticks: { show: false },
      splits: (u) => labelled(u).map((period) => period - 0.5),
      values: (u, splits) => splits.map((split) => String(split + 0.5)),
    };
  }

  function labelled(u) {
    const step = Math.max(1, Math.ceil((PERIOD_PIXELS * facts.periods) / Math.max(1, u.bbox.width / devicePixelRatio)));
    return Array.from({ length: facts.periods }, (_, index) => index + 1).filter((period) => (period - 1) % step === 0);
  }

  function priceAxis() {
    return {
      stroke: MUTE,
      font: FONT,
      size: (u, labels) => Math.max(PRICE_PIXELS, ...(labels || []).map((label) => 14 + DIGIT_PIXELS * label.length)),
      gap: 6,
      space: 48,
      grid: { stroke: GRID, width: 1 },
      ticks: { show: false },
      values: (u, splits) => splits.map((ticks) => (Number.isInteger(ticks) && highest() ? money(ticks, facts.tick) : "")),
    };
  }

  // The ends of the price axis are round numbers, so that they move only when a price comes near them.
  function ceiling() {
    return round(1.08 * (highest() || facts.price_max), Math.ceil);
  }

  /** The highest price that is known, 0 for none: the axis has no numbers then, for they would suggest some. */
  function highest() {
    // Units that were traded are gone from the view, but the axis must not shrink for that.
    highestUnit = Math.max(highestUnit, ...view.holdings.values_left, ...view.holdings.costs_left);
    return prices().reduce((one, other) => Math.max(one, other), highestUnit);
  }

  /** Zero, unless all prices are close to each other and far from it. */
  function floor() {
    if (facts.induced) return 0;
    const lowest = prices().reduce((one, other) => Math.min(one, other), Infinity);
    return lowest < Infinity && lowest > ceiling() / 2 ? round(0.8 * lowest, Math.floor) : 0;
  }

  function prices() {
    const first = facts.reference_price ? [facts.reference_price] : [];
    return [...first, ...view.trades.map((trade) => trade[3]), ...cleared().map((summary) => summary[3]), ...facts.fundamental];
  }

  function round(amount, way) {
    const step = 10 ** Math.floor(Math.log10(amount)) / 2;
    return way(amount / step) * step;
  }

  function drawBands(u) {
    const { ctx, bbox } = u;
    ctx.save();
    for (let period = 1; period <= facts.periods; period += 1) {
      const left = u.valToPos(period - 1, "x", true);
      if (period === view.period) fillBand(ctx, bbox, left, u.valToPos(period, "x", true));
      if (period > 1) line(ctx, [[left, bbox.top], [left, bbox.top + bbox.height]], { color: GRID, width: 1 });
    }
    ctx.restore();
  }

  function fillBand(ctx, bbox, left, right) {
    ctx.fillStyle = BAND;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }

  function drawVolumes(u) {
    if (!isCall()) return;
    const { ctx, bbox } = u;
    const most = Math.max(1, ...view.history.map((summary) => summary[2]));
    const width = u.valToPos(0.5, "x", true) - u.valToPos(0, "x", true);
    ctx.save();
    ctx.fillStyle = VOLUME;
    for (const [period, , volume] of view.history) {
      const height = (HIGHEST_BAR * bbox.height * volume) / most;
      ctx.fillRect(u.valToPos(period - 0.75, "x", true), bbox.top + bbox.height - height, width, height);
    }
    ctx.restore();
  }

  function drawMeans(u) {
    if (isCall()) return;
    const running = view.phase === "open" || view.phase === "paused" ? view.period : 0;
    for (const [period, , , mean] of view.history) {
      if (mean !== null && period !== running) flat(u, period, mean, { color: MEAN, width: 3, alpha: 0.75 }, 0.04);
    }
  }

  function drawValue(u) {
    const steps = facts.fundamental.flatMap((value, index) => [at(u, index, value), at(u, index + 1, value)]);
    if (steps.length) line(u.ctx, steps, { color: VALUE, width: 1.75, dash: [6, 4] });
  }

  function flat(u, period, price, style, inset) {
    line(u.ctx, [at(u, period - 1 + inset, price), at(u, period - inset, price)], style);
  }

  function at(u, x, price) {
    return [u.valToPos(x, "x", true), u.valToPos(price, "y", true)];
  }

  function line(ctx, points, { color, width, dash = [], alpha = 1 }) {
    ctx.save();
    ctx.globalAlpha = alpha;
    ctx.strokeStyle = color;
    ctx.lineWidth = width * devicePixelRatio;
    ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    points.forEach(([x, y], index) => (index ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.stroke();
    ctx.restore();
  }

  // What the mouse points at, in the corner above the chart.
  function drawReading(u) {
    const pointed = u.cursor.left >= 0 && u.cursor.idx !== null ? (isCall() ? cleared() : view.trades)[u.cursor.idx] : undefined;
    put(byId("op-reading"), pointed ? (isCall() ? periodOf(pointed) : readingOf(pointed)) : "");
  }

  function readingOf([, period, seconds, price, quantity]) {
    return say("screen.chart.reading", { period, clock: clock(seconds), price: money(price, facts.tick), quantity });
  }

  function periodOf([period, , volume, price]) {
    return say("screen.past.label", { period, price: average(price, facts.tick), volume });
  }

  function spoken() {
    if (isCall() && cleared().length) return say("screen.past.labels", { periods: cleared().map(periodOf).join("; ") });
    const traded = view.history.filter((one) => one[3] !== null);
    const means = traded.map((one) => say("screen.chart.mean_of", { price: average(one[3], facts.tick), period: one[0] }));
    return means.length ? say("screen.chart.means", { means: means.join(", ") }) : say("screen.chart.no_trade");
  }

  openpit.chart = { draw };
})();
