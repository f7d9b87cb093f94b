// What one owns and what it pays: cash and shares, or units with their values; dividends and the rules on orders.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, putNumber, show, make } = openpit.dom;
  const { say } = openpit;
  const { money, average, noun, list, rate, percent } = openpit.words;
  const { lastPrice } = openpit.read;

  let drawnUnits = null;
  let allUnits = [];
  let drawnFacts = false;

  function draw(view) {
    const draws = view.facts.induced ? [drawProfit, drawUnits] : [drawAccount, drawPayments];
    drawClue(view);
    if (!drawnFacts) drawFacts(view.facts, creditOf(view.holdings));
    for (const each of draws) each(view);
  }

  function line(number, label, amount, note) {
    put(byId(`op-label-${number}`), label);
    putNumber(byId(`op-amount-${number}`), amount);
    put(byId(`op-note-${number}`), note);
  }

  function brief(number, label, amount) {
    put(byId(`op-brief-label-${number}`), label);
    put(byId(`op-brief-${number}`), amount);
  }

  // Asset markets

  function drawAccount({ holdings, facts, trades, phase }) {
    const { tick } = facts;
    const cash = money(holdings.cash - holdings.cash_reserved, tick);
    const shares = money(holdings.shares - holdings.shares_reserved, "1");
    line(1, say("screen.cash"), cash, cashNote(holdings, tick));
    line(2, say("screen.shares"), shares, sharesNote(holdings));
    line(3, say("screen.holdings.worth"), ...worthNow(holdings, phase === "finished" ? 0 : lastPrice({ trades }), tick));
    brief(1, say("screen.cash"), money(holdings.cash, tick));
    brief(2, say("screen.shares"), money(holdings.shares, "1"));
  }

  function cashNote({ cash_reserved: held }, tick) {
    return held ? say("screen.holdings.held", { amount: money(held, tick) }) : say("screen.holdings.none_held");
  }

  /** [amount, how it is counted]; at the end, at a price of 0, shares pay no more. */
  function worthNow({ cash, shares }, price, tick) {
    if (price === null) return [say("screen.nothing"), say("screen.holdings.no_price")];
    const note = price ? say("screen.holdings.at_last", { price: money(price, tick) }) : say("screen.holdings.pays_no_more");
    return [money(cash + shares * price, tick), note];
  }

  function sharesNote(holdings) {
    const { shares, shares_reserved: offered } = holdings;
    const rest = offered ? say("screen.holdings.offered", { number: offered }) : say("screen.holdings.none_offered");
    return shares < 0 ? say("screen.holdings.short", { shares: say("count.share", { number: -shares }), rest }) : rest;
  }

  function drawPayments({ facts, history, period, phase, holding_value: holding }) {
    const paid = history.filter((summary) => summary[5] !== null);
    const last = paid.length ? paid[paid.length - 1][5] : null;
    show(byId("op-pays-last"), last !== null && facts.dividends.length > 1);
    if (last !== null) put(byId("op-pays-last"), say("screen.pays.last", { amount: money(last, facts.tick) }));
    const left = facts.periods - (phase === "open" || phase === "paused" ? period - 1 : period);
    put(byId("op-pays-left"), dividendsLeft(facts, left, phase));
    const worth = facts.fundamental[facts.periods - left];
    put(byId("op-pays-worth"), worth === undefined ? "" : worthText(facts, worth));
    put(byId("op-pays-holding"), holding === null || holding === undefined ? "" : holdingText(facts, holding));
  }

  function dividendsLeft(facts, left, phase) {
    if (!facts.dividends.length) return "";
    if (!left) return say("screen.pays.none_left");
    return say(phase === "open" || phase === "paused" ? "screen.pays.left_now" : "screen.pays.left", { number: left });
  }

  function holdingText({ tick }, holding) {
    return say("screen.notice.holding", { amount: average(holding, tick) });
  }

  function worthText(facts, worth) {
    return say("screen.pays.worth", { amount: average(worth, facts.tick) });
  }

  // Induced values and costs

  function drawProfit({ holdings, facts, orders }) {
    const { tick } = facts;
    const units = unitsOf(holdings);
    put(byId("op-holdings-title"), say(units.side === "buy" ? "screen.holdings.buyer" : "screen.holdings.seller"));
    const promised = promisedUnits(orders, units.side);
    const note = promised ? say("screen.holdings.in_orders", { number: promised }) : say("screen.holdings.this_period");
    line(1, say("screen.holdings.profit_period"), money(holdings.period_profit, tick), say("screen.holdings.in_currency", facts));
    line(2, say("screen.holdings.profit_all"), money(holdings.profit, tick), say("screen.holdings.all_periods"));
    line(3, say("screen.holdings.units_left"), String(units.left.length - promised), note);
    brief(1, say("screen.holdings.profit"), money(holdings.profit, tick));
    brief(2, say("screen.units"), String(units.left.length - promised));
  }

  function unitsOf(holdings) {
    const buyer = holdings.values_left.length > 0 || (!holdings.costs_left.length && /buy/i.test(holdings.role));
    return buyer ? { side: "buy", left: holdings.values_left } : { side: "sell", left: holdings.costs_left };
  }

  function promisedUnits(orders, side) {
    return orders.reduce((sum, order) => sum + (order[1] === side ? order[3] : 0), 0);
  }

  function drawUnits({ holdings, facts, orders }) {
    const { side, left } = unitsOf(holdings);
    const promised = promisedUnits(orders, side);
    const key = JSON.stringify([left, promised]);
    if (key === drawnUnits) return;
    drawnUnits = key;
    // The view has only what is left; units that were there before have been traded in this period.
    if (left.length > allUnits.length) allUnits = left;
    const traded = allUnits.length - left.length;
    put(byId("op-pays-title"), say(side === "buy" ? "screen.pays.values" : "screen.pays.costs"));
    byId("op-units").replaceChildren(...allUnits.map((amount, place) => unitRow(amount, place - traded, promised, facts.tick)));
    show(byId("op-units"), true);
  }

  function unitRow(amount, place, promised, tick) {
    const state = place < 0 ? "traded" : place < promised ? "promised" : place === promised ? "next" : "later";
    return make("li", state, make("span", "", say(`screen.pays.${state}`)), make("b", "", money(amount, tick)));
  }

  // Private information

  function drawClue({ facts, clue, phase }) {
    const told = (facts.clues || "none") !== "none" && (phase === "open" || phase === "paused");
    const text = clue ? say(`screen.clue.${clue.kind}`, clue) : say("screen.clue.none");
    put(byId("op-clue-text"), told ? text : "");
    show(byId("op-clue"), told);
  }

  // What never changes

  /** How far cash may go below zero; null where it has no limit, or where cash is not counted. */
  function creditOf({ cash, cash_reserved: held, cash_free: free }) {
    return free === null ? null : free - (cash - held);
  }

  function drawFacts(facts, credit) {
    drawnFacts = true;
    byId("op-facts").replaceChildren(...[...factLines(facts, credit)].map((text) => make("li", "", text)));
    if (facts.induced) return;
    put(byId("op-pays-title"), say("screen.pays.title"));
    put(byId("op-pays-each"), dividendText(facts));
    byId("op-states").replaceChildren(...stateLines(facts).map((text) => make("li", "", text)));
  }

  function dividendText({ dividends, states, tick }) {
    if (states.length) return say("screen.clue.odds_title");
    if (!dividends.length) return say("screen.pays.no_dividend");
    const amounts = dividends.map((amount) => money(amount, tick));
    if (amounts.length === 1) return say("screen.pays.each", { amount: amounts[0] });
    return say("screen.pays.equally", { amounts: list(amounts, "or") });
  }

  function* factLines(facts, credit) {
    const { tick } = facts;
    if (facts.buyback) yield say("screen.pays.buyback", { amount: money(facts.buyback, tick) });
    if (rate(facts.interest)) yield say("screen.pays.interest", { rate: percent(facts.interest) });
    if (credit) yield say("screen.pays.credit", { amount: money(credit, tick) });
    if (facts.short_limit) yield say("screen.pays.short", { shares: say("count.share", { number: facts.short_limit }) });
    if (facts.improvement) yield say("screen.pays.improvement");
    if (facts.one_order_a_side) yield say(facts.induced ? "screen.pays.one_order" : "screen.pays.one_a_side");
    if (facts.single_unit) yield say(`screen.pays.single_${noun(facts)}`);
  }

  /** What a share pays in each state, and how likely the state is where they are not all alike. */
  function stateLines({ states, tick }) {
    const all = states.reduce((sum, one) => sum + one.weight, 0);
    return states.map(({ name, weight, dividend }) => {
      const facts = { state: name, amount: money(dividend, tick), weight, all };
      return say(all === states.length ? "screen.clue.pays" : "screen.clue.odds", facts);
    });
  }

  openpit.holdings = { draw, unitsOf, promisedUnits };
})();
