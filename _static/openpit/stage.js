// What stands in place of the order book while nobody can trade: who is here, how a period went, how the market ended.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, make } = openpit.dom;
  const { money, average, count, clock, duration, rate, percent } = openpit.words;

  const MOST_DOTS = 40;

  let drawn = null;

  function draw(view, host) {
    const visible = view.phase !== "open" && view.phase !== "paused";
    show(byId("op-stage"), visible);
    byId("op-desk-content").inert = visible;
    const key = visible ? `${view.phase} ${view.seq} ${host.ready} ${host.note}` : "";
    if (key === drawn) return;
    drawn = key;
    if (visible) ({ waiting: drawWaiting, closed: drawResult, finished: drawEnd })[view.phase](view, host);
    show(byId("op-end"), view.phase === "finished");
  }

  function fill(title, lead, ...parts) {
    put(byId("op-stage-title"), title);
    put(byId("op-stage-lead"), lead);
    byId("op-stage-body").replaceChildren(...parts);
  }

  /** The line with the countdown; called as time goes by. */
  function drawTime(view, remaining) {
    let text = "";
    if (view.phase === "waiting") text = remaining === null ? "" : `The market opens in ${clock(remaining)} at the latest.`;
    if (view.phase === "closed" && remaining !== null) text = `Period ${view.period + 1} opens in ${clock(remaining)}`;
    if (view.phase === "finished") text = "Your result follows by itself.";
    put(byId("op-stage-time"), text);
  }

  function drawWaiting(view, host) {
    const { ready, seats } = host;
    const here = `${ready} of ${count(seats, "trader")} ${ready === 1 ? "is" : "are"} here`;
    const dots = make("p", "dots", ...Array.from({ length: Math.min(seats, MOST_DOTS) }, (_, seat) => make("i", seat < ready ? "here" : "")));
    dots.setAttribute("aria-hidden", "true");
    const { periods, period_seconds: seconds } = view.facts;
    const first = `The market opens for everybody at once, as soon as all are here: ${count(periods, "period")} of ${duration(seconds)}.`;
    fill("Waiting for the others", here, dots, make("p", "", first), make("p", "quiet", "You need not do anything now."));
  }

  function drawResult(view) {
    fill(`Period ${view.period} is over`, tradesText(view), table(periodRows(view)));
  }

  function drawEnd(view) {
    fill("The market is over", `Period ${view.period}: ${tradesText(view).toLowerCase()}`, table([...periodRows(view), ...endRows(view)]));
  }

  function tradesText({ history, facts }) {
    const [, trades, volume] = history[history.length - 1];
    if (!trades) return "Nobody traded";
    const things = count(volume, facts.induced ? "unit" : "share");
    return volume === trades ? `${things} traded` : `${things} traded in ${count(trades, "trade")}`;
  }

  function periodRows(view) {
    const { tick } = view.facts;
    const mean = view.history[view.history.length - 1][3];
    const price = ["Mean price", mean === null ? "–" : average(mean, tick)];
    return [price, ...(view.facts.induced ? profitRows(view) : accountRows(view))];
  }

  function profitRows({ holdings, facts, phase }) {
    const rows = [["Your profit", money(holdings.period_profit, facts.tick), "strong"]];
    return phase === "finished" ? rows : [...rows, ["Your profit in all", money(holdings.profit, facts.tick)]];
  }

  // Orders lapse before payments, and nothing is traded after: today's shares are those that were paid for.
  function accountRows(view) {
    const { holdings, facts } = view;
    const { tick } = facts;
    const { dividend, interest, buyback } = paid(view);
    const shares = count(holdings.shares, "share");
    const rows = [];
    if (facts.dividends.length) {
      rows.push(["Dividend a share", money(view.history[view.history.length - 1][5], tick)]);
      rows.push([`Paid on your ${shares}`, money(dividend, tick), "strong"]);
    }
    if (interest) rows.push([`Interest of ${percent(facts.interest)}`, money(interest, tick), "strong"]);
    if (buyback) rows.push([`${shares} bought back`, money(buyback, tick), "strong"]);
    return view.phase === "finished" ? rows : [...rows, ["Your shares", money(holdings.shares, "1")], ["Your cash now", money(holdings.cash, tick)]];
  }

  /** Interest is found by going back from the cash now: rounding to whole ticks leaves one amount only. */
  function paid({ holdings, facts, history, phase }) {
    const dividend = holdings.shares * (history[history.length - 1][5] || 0);
    const buyback = phase === "finished" ? holdings.shares * facts.buyback : 0;
    const grown = holdings.cash - dividend - buyback;
    return { dividend, buyback, interest: grown - Math.round(grown / (1 + rate(facts.interest))) };
  }

  function endRows({ holdings, facts }) {
    const amount = facts.induced ? holdings.profit : holdings.cash;
    return [[facts.induced ? "Profit in all" : "Cash at the end", money(amount, facts.tick), "total"]];
  }

  function table(rows) {
    const lines = rows.map(([label, amount, kind]) => {
      const head = make("th", "", label);
      head.scope = "row";
      return make("tr", kind || "", head, make("td", "", amount));
    });
    return make("table", "sums", make("tbody", "", ...lines));
  }

  openpit.stage = { draw, drawTime };
})();
