// Prices of a market against what they should be, drawn by uPlot. Knows the monitor's figures, changes nothing.
(function () {
  "use strict";
  const openpit = window.openpit;
  const { byId, attribute } = openpit.dom;
  const { money, average } = openpit.words;

  const INK = "rgba(29,36,51,.72)";
  const MUTE = "#5d6679";
  const GRID = "#e9ecf0";
  const MEAN = "#98a2b3";
  const VALUE = "#a86a12";
  const FONT = "12px system-ui, 'Segoe UI', Roboto, sans-serif";
  const PERIOD_PIXELS = 28;

  let plot = null;
  let figures = null;
  let drawn = "";

  /** Draw the figures of a market where they have changed. */
  function draw(market, next) {
    const key = JSON.stringify([market, next.prints.length, next.prints.at(-1), next.history, next.values.length]);
    if (key === drawn) return;
    drawn = key;
    figures = next;
    if (plot) plot.setData(data());
    else create();
    attribute(byId("chart"), "aria-label", spoken());
  }

  function data() {
    const places = figures.prints.map(([period, seconds]) => period - 1 + Math.min(1, seconds / figures.period_seconds));
    return [places, figures.prints.map((one) => one[2])];
  }

  function create() {
    const box = byId("chart");
    plot = new uPlot(options(box), data(), box);
    new ResizeObserver(() => plot.setSize(sizeOf(box))).observe(box);
  }

  function sizeOf(box) {
    return { width: box.clientWidth, height: box.clientHeight };
  }

  function options(box) {
    return {
      ...sizeOf(box),
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: () => [0, figures.periods] }, y: { range } },
      axes: [periodAxis(), priceAxis()],
      series: [{}, { stroke: INK, width: 0, paths: () => null, points: { show: true, size: 6, width: 0, fill: INK } }],
      padding: [8, 10, 0, 0],
      hooks: { drawClear: [drawPeriods], draw: [drawMeans, drawValue] },
    };
  }

  function periodAxis() {
    const axis = { stroke: MUTE, font: FONT, size: 26, gap: 4, grid: { show: false }, ticks: { show: false } };
    const splits = (u) => labelled(u).map((period) => period - 0.5);
    return { ...axis, splits, values: (u, found) => found.map((split) => String(split + 0.5)) };
  }

  function labelled(u) {
    const room = Math.max(1, u.bbox.width / devicePixelRatio);
    const step = Math.max(1, Math.ceil((PERIOD_PIXELS * figures.periods) / room));
    return Array.from({ length: figures.periods }, (_, index) => index + 1).filter((period) => (period - 1) % step === 0);
  }

  function priceAxis() {
    const axis = { stroke: MUTE, font: FONT, size: 56, gap: 6, space: 44, grid: { stroke: GRID, width: 1 }, ticks: { show: false } };
    return { ...axis, values: (u, splits) => splits.map((ticks) => (Number.isInteger(ticks) ? money(ticks, figures.tick) : "")) };
  }

  /** From zero to a round number above all prices; closer where they lie far from zero and near each other. */
  function range() {
    const all = [...figures.prints.map((one) => one[2]), ...figures.values];
    if (!all.length) return [0, 1];
    const [lowest, highest] = all.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, 1]);
    const top = round(1.08 * highest, Math.ceil);
    return [lowest > top / 2 ? round(0.8 * lowest, Math.floor) : 0, top];
  }

  function round(amount, way) {
    const step = 10 ** Math.floor(Math.log10(amount)) / 2;
    return way(amount / step) * step;
  }

  function drawPeriods(u) {
    const { top, height } = u.bbox;
    for (let period = 1; period < figures.periods; period += 1) {
      const left = u.valToPos(period, "x", true);
      line(u.ctx, [[left, top], [left, top + height]], { color: GRID, width: 1 });
    }
  }

  function drawMeans(u) {
    for (const [period, , mean] of figures.history) {
      if (mean !== null) line(u.ctx, [at(u, period - 0.96, mean), at(u, period - 0.04, mean)], { color: MEAN, width: 3 });
    }
  }

  function drawValue(u) {
    const steps = figures.values.flatMap((value, index) => [at(u, index, value), at(u, index + 1, value)]);
    if (steps.length) line(u.ctx, steps, { color: VALUE, width: 2, dash: [6, 4] });
  }

  function at(u, x, price) {
    return [u.valToPos(x, "x", true), u.valToPos(price, "y", true)];
  }

  function line(ctx, points, { color, width, dash = [] }) {
    ctx.save();
    ctx.strokeStyle = color;
    ctx.lineWidth = width * devicePixelRatio;
    ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    points.forEach(([x, y], index) => (index ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.stroke();
    ctx.restore();
  }

  function spoken() {
    const means = figures.history.filter((one) => one[2] !== null).map(([period, , mean]) => `${average(mean, figures.tick)} in period ${period}`);
    return means.length ? `Mean price ${means.join(", ")}.` : "No trade yet.";
  }

  openpit.monitorChart = { draw };
})();
