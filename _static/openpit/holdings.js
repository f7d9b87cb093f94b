// What one owns and what it pays: cash and shares, or units with their values; dividends and the rules on orders.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, putNumber, show, make } = openpit.dom;
  const { money, average, count, list, rate, percent } = openpit.words;
  const { lastPrice } = openpit.read;

  let drawnUnits = null;
  let allUnits = [];
  let drawnFacts = false;

  function draw(view) {
    const draws = view.facts.induced ? [drawProfit, drawUnits] : [drawAccount, drawPayments];
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
    line(1, "Cash", cash, cashNote(holdings, tick));
    line(2, "Shares", shares, sharesNote(holdings));
    line(3, "Worth now", ...worthNow(holdings, phase === "finished" ? 0 : lastPrice({ trades }), tick));
    brief(1, "Cash", cash);
    brief(2, "Shares", shares);
  }

  function cashNote({ cash_reserved: held }, tick) {
    return held ? `${money(held, tick)} more is held for your bids` : "nothing is held for bids";
  }

  /** [amount, how it is counted]; at the end, at a price of 0, shares pay no more. */
  function worthNow({ cash, shares }, price, tick) {
    if (price === null) return ["–", "until there is a price"];
    const note = price ? `at the last price, ${money(price, tick)}` : "shares pay no more";
    return [money(cash + shares * price, tick), note];
  }

  function sharesNote(holdings) {
    const { shares, shares_reserved: offered } = holdings;
    const short = shares < 0 ? `${count(-shares, "share")} sold short; ` : "";
    return `${short}${offered ? `${money(offered, "1")} more ${offered === 1 ? "is" : "are"} offered` : "none is offered"}`;
  }

  function drawPayments({ facts, history, period, phase }) {
    const paid = history.filter((summary) => summary[5] !== null);
    const last = paid.length ? paid[paid.length - 1][5] : null;
    show(byId("op-pays-last"), last !== null && facts.dividends.length > 1);
    if (last !== null) put(byId("op-pays-last"), `Last: ${money(last, facts.tick)}`);
    const ended = phase === "closed" || phase === "finished" ? period : period - 1;
    const left = facts.periods - Math.max(0, ended);
    put(byId("op-pays-left"), dividendsLeft(facts, left, phase));
    const worth = facts.fundamental[facts.periods - left];
    put(byId("op-pays-worth"), worth === undefined ? "" : worthText(facts, worth));
  }

  function dividendsLeft(facts, left, phase) {
    if (!facts.dividends.length) return "";
    const now = phase === "open" || phase === "paused" ? ", this period’s included" : "";
    return left === 1 ? `One dividend is left${now}.` : `${left || "No"} dividends are left${now}.`;
  }

  function worthText(facts, worth) {
    return `On average a share pays ${average(worth, facts.tick)} from now on.`;
  }

  // Induced values and costs

  function drawProfit({ holdings, facts, orders }) {
    const { tick } = facts;
    const units = unitsOf(holdings);
    put(byId("op-holdings-title"), `You are a ${units.side === "buy" ? "buyer" : "seller"}`);
    const promised = promisedUnits(orders, units.side);
    line(1, "Profit this period", money(holdings.period_profit, tick), `in ${facts.currency}`);
    line(2, "Profit in all", money(holdings.profit, tick), "of all periods so far");
    line(3, "Units left", String(units.left.length - promised), promised ? `${promised} more in your orders` : "in this period");
    brief(1, "Profit", money(holdings.profit, tick));
    brief(2, "Units", String(units.left.length - promised));
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
    put(byId("op-pays-title"), side === "buy" ? "Value of your units" : "Cost of your units");
    byId("op-units").replaceChildren(...allUnits.map((amount, place) => unitRow(amount, place - traded, promised, facts.tick)));
    show(byId("op-units"), true);
  }

  function unitRow(amount, place, promised, tick) {
    const state = place < 0 ? "traded" : place < promised ? "in your order" : place === promised ? "next" : "later";
    return make("li", state, make("span", "", state), make("b", "", money(amount, tick)));
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
    put(byId("op-pays-title"), "What a share pays");
    put(byId("op-pays-each"), dividendText(facts));
  }

  function dividendText({ dividends, tick }) {
    if (!dividends.length) return "Shares pay no dividend.";
    const amounts = dividends.map((amount) => money(amount, tick));
    return amounts.length === 1 ? `Each period ${amounts[0]}.` : `Each period ${list(amounts, "or")}, equally likely.`;
  }

  function* factLines({ buyback, interest, tick, improvement, one_order_a_side: one, single_unit: single, short_limit: short, induced }, credit) {
    if (buyback) yield `At the end a share is bought back for ${money(buyback, tick)}.`;
    if (rate(interest)) yield `Cash earns ${percent(interest)} a period.`;
    if (credit) yield `You may spend ${money(credit, tick)} more than you have.`;
    if (short) yield `You may sell ${count(short, "share")} more than you have.`;
    if (improvement) yield "A new bid or offer must beat the best one.";
    if (one) yield induced ? "One order at a time." : "One bid and one offer at a time.";
    if (single) yield `One ${induced ? "unit" : "share"} an order.`;
  }

  openpit.holdings = { draw, unitsOf, promisedUnits };
})();
