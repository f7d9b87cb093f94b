// What a sheet may be, checked before it is sent: the rules of market.call in words. The server has the last word.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { say } = openpit;
  const { money } = openpit.words;
  const { unitsOf } = openpit.holdings;

  /** The own sheet that is in force, as [side, price, quantity]. */
  function inForce(view) {
    return view.orders.map(([, side, price, quantity]) => [side, price, quantity]);
  }

  /** Each order with its `problem` in words, "" for none; problems that an order has already stay. */
  function check(orders, view) {
    const checks = [limits, cash, stock, crossed];
    return checks.reduce((checked, one) => one(checked, view), orders);
  }

  function flag(orders, wrong) {
    return orders.map((order) => (order.problem ? order : { ...order, problem: wrong(order) || "" }));
  }

  function limits(orders, { facts }) {
    const { price_min: low, price_max: high, tick } = facts;
    const text = say("screen.sheet.limits", { low: money(low, tick), high: money(high, tick) });
    return flag(orders, ({ price }) => (price < low || price > high) && text);
  }

  /** {cost, bid, offered} of the orders that can be read, and {cash, stock} that they may take; `cash` null: no limit. */
  function sums(orders, view) {
    const readable = orders.filter((one) => one.price !== undefined && one.quantity !== undefined);
    const of = (side, amount) => readable.filter((one) => one.side === side).reduce((sum, one) => sum + amount(one), 0);
    return {
      cost: of("buy", (one) => one.price * one.quantity),
      bid: of("buy", (one) => one.quantity),
      offered: of("sell", (one) => one.quantity),
      ...room(view),
    };
  }

  // A sheet replaces the one in force: what that holds is free for the new one.
  function room({ holdings, facts }) {
    const { cash_free: cash, cash_reserved: held, shares_free: shares, shares_reserved: offered } = holdings;
    if (facts.induced) return { cash: null, stock: unitsOf(holdings).left.length };
    return { cash: cash === null ? null : Math.max(0, cash + held), stock: Math.max(0, shares + offered) };
  }

  /** From the first bid on that the cash does not reach for. */
  function cash(orders, view) {
    const { cost, cash: free } = sums(orders, view);
    if (free === null || cost <= free) return orders;
    const { tick } = view.facts;
    const text = say("screen.sheet.cash", { cost: money(cost, tick), free: money(free, tick) });
    return flag(orders, beyond("buy", (one) => one.price * one.quantity, free, text));
  }

  function stock(orders, view) {
    const { bid, offered, stock: free } = sums(orders, view);
    const buying = view.facts.induced && bid > 0;
    const [side, quantity] = buying ? ["buy", bid] : ["sell", offered];
    if (quantity <= free) return orders;
    const text = say(buying ? "screen.sheet.stock_buy" : "screen.sheet.stock", { quantity, free });
    return flag(orders, beyond(side, (one) => one.quantity, free, text));
  }

  function beyond(side, amount, free, text) {
    let sum = 0;
    return (one) => {
      if (one.side === side) sum += amount(one);
      return one.side === side && sum > free && text;
    };
  }

  function crossed(orders, { facts }) {
    const prices = (side) => orders.filter((one) => one.side === side && one.price !== undefined).map((one) => one.price);
    const highest = Math.max(...prices("buy"));
    const lowest = Math.min(...prices("sell"));
    if (!(highest >= lowest)) return orders;
    return flag(orders, ({ side, price }) => {
      const wrong = side === "buy" ? price >= lowest : price <= highest;
      return wrong && say("screen.sheet.crossed", { side, price: money(side === "buy" ? lowest : highest, facts.tick) });
    });
  }

  openpit.rules = { check, inForce, sums };
})();
