// What stands in place of the order book while nobody can trade: who is here, how a period went, how the market ended.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, make } = openpit.dom;
  const { say } = openpit;
  const { money, average, noun, things, clock, duration, rate, percent } = openpit.words;

  const MOST_DOTS = 40;

  let drawn = null;
  // Shares before a call market's orders met, to tell what one traded.
  let before = { period: 0, shares: 0 };

  function draw(view, host) {
    const visible = view.phase !== "open" && view.phase !== "paused";
    if (view.phase === "open") before = { period: view.period, shares: view.holdings.shares };
    show(byId("op-stage"), visible);
    byId("op-desk-content").inert = visible;
    const key = visible ? `${view.phase} ${view.seq} ${host.ready} ${host.note}` : "";
    if (key === drawn) return;
    drawn = key;
    if (visible) ({ waiting: drawWaiting, forecast: drawForecast, closed: drawResult, finished: drawEnd })[view.phase](view, host);
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
    if (view.phase === "waiting" && remaining !== null) text = say(`screen.stage.late_${view.facts.late}`, { clock: clock(remaining) });
    if ((view.phase === "closed" || view.phase === "forecast") && remaining !== null) text = say("screen.stage.next_in", { period: view.period + 1, clock: clock(remaining) });
    if (view.phase === "finished" && !cut(view)) text = say("screen.stage.follows");
    put(byId("op-stage-time"), text);
  }

  function drawWaiting(view, host) {
    const { ready, seats } = host;
    const here = say("screen.stage.here", { number: ready, traders: say("count.trader", { number: seats }) });
    const dots = make("p", "dots", ...Array.from({ length: Math.min(seats, MOST_DOTS) }, (_, seat) => make("i", seat < ready ? "here" : "")));
    dots.setAttribute("aria-hidden", "true");
    const { periods, period_seconds: seconds } = view.facts;
    const first = say("screen.stage.opens", { periods: say("count.period", { number: periods }), length: duration(seconds) });
    const paid = view.facts.late === "cancel" && view.facts.waiting_paid ? [make("p", "", say("screen.stage.waiting_paid"))] : [];
    fill(say("screen.stage.waiting"), here, dots, make("p", "", first), ...paid, make("p", "quiet", say("screen.stage.nothing_to_do")));
  }

  function drawForecast({ period, forecast_targets: targets }) {
    const facts = { number: targets.length, period: period + 1 };
    fill(say("screen.forecast.title", facts), say("screen.forecast.lead", facts));
  }

  function drawResult(view) {
    fill(say("screen.stage.over", view), tradesText(view), table(periodRows(view)));
  }

  /** Whether the market ended before its time; `history` is empty where it never opened. */
  function cut({ phase, history, facts }) {
    const last = history[history.length - 1];
    return phase === "finished" && (!last || last[0] < facts.periods || last[5] === null);
  }

  function drawEnd(view, host) {
    if (cut(view)) {
      const opened = view.history.length > 0;
      fill(say(opened ? "screen.stage.cut" : "screen.stage.cancelled"), host.note, ...(opened ? [table(endRows(view))] : []));
      return;
    }
    const what = say("screen.stage.of_period", { period: view.period, what: tradesText(view, "screen.stage.nobody_small") });
    fill(say("screen.stage.all_over"), what, table([...periodRows(view), ...endRows(view)]));
  }

  function tradesText({ history, facts }, nobody = "screen.stage.nobody") {
    const [, trades, volume] = history[history.length - 1];
    if (!trades) return say(nobody);
    if (volume === trades || isCall(facts)) return say(`screen.stage.${noun(facts)}`, { number: volume });
    return say("screen.stage.in_trades", { things: things(volume, facts), trades: say("count.trade", { number: trades }) });
  }

  function isCall({ institution }) {
    return institution === "call";
  }

  function periodRows(view) {
    const { tick } = view.facts;
    const mean = view.history[view.history.length - 1][3];
    const price = [say(isCall(view.facts) ? "screen.price" : "screen.stage.mean"), mean === null ? say("screen.nothing") : average(mean, tick)];
    return [price, ...(view.facts.induced ? profitRows(view) : accountRows(view))];
  }

  function profitRows({ holdings, facts, phase }) {
    const rows = [[say("screen.stage.profit"), money(holdings.period_profit, facts.tick), "strong"]];
    return phase === "finished" ? rows : [...rows, [say("screen.stage.profit_all"), money(holdings.profit, facts.tick)]];
  }

  // Orders lapse before payments, and nothing is traded after: today's shares are those that were paid for.
  function accountRows(view) {
    const { holdings, facts } = view;
    const { tick } = facts;
    const { dividend, interest, buyback } = paid(view);
    const shares = say("count.share", { number: holdings.shares });
    const rows = [...tradeRows(view), ...stateRows(view)];
    if (facts.dividends.length || facts.states.length) {
      rows.push([say("screen.stage.dividend"), money(view.history[view.history.length - 1][5], tick)]);
      rows.push([say("screen.stage.paid", { shares }), money(dividend, tick), "strong"]);
    }
    if (interest) rows.push([say("screen.stage.interest", { rate: percent(facts.interest) }), money(interest, tick), "strong"]);
    if (buyback) rows.push([say("screen.stage.bought_back", { number: holdings.shares }), money(buyback, tick), "strong"]);
    if (view.phase === "finished") return rows;
    const kept = [[say("screen.stage.your_shares"), money(holdings.shares, "1")], [say("screen.stage.your_cash"), money(holdings.cash, tick)]];
    return [...rows, ...kept];
  }

  function tradeRows({ facts, holdings, period }) {
    if (!isCall(facts) || before.period !== period) return [];
    const more = holdings.shares - before.shares;
    return [[say("screen.stage.traded", { side: more < 0 ? "sell" : "buy" }), money(Math.abs(more), "1"), "strong"]];
  }

  function stateRows({ history }) {
    const state = history[history.length - 1][6];
    return state ? [[say("screen.stage.state"), state, "strong"]] : [];
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
    return [[say(facts.induced ? "screen.stage.profit_end" : "screen.stage.cash_end"), money(amount, facts.tick), "total"]];
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
