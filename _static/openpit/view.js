// Folds news into the document that the market page is drawn from, and reads that document. Knows no page and no socket.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });

  // As many as a snapshot carries: market.view.RECENT_TRADES.
  const RECENT_TRADES = 2000;

  /** The view after an update. Equal to the snapshot that the server would send now; neither argument is changed. */
  function fold(view, update) {
    const own = update.me || view;
    return {
      ...view,
      seq: update.seq,
      seconds: update.seconds === undefined ? view.seconds : update.seconds,
      bids: levels(view.bids, update.levels.bids, own.orders, "buy"),
      asks: levels(view.asks, update.levels.asks, own.orders, "sell"),
      orders: own.orders,
      trades: update.trades ? [...view.trades, ...update.trades].slice(-RECENT_TRADES) : view.trades,
      holdings: own.holdings,
      ...(own.forecasts && { forecasts: own.forecasts }),
      history: update.summary ? withSummary(view.history, update.summary) : view.history,
    };
  }

  /** The view of a snapshot. One that leaves out the trades that this page was told continues those of `before`;
   *  null where they do not meet. */
  function whole(before, { view, trades_after: known }) {
    if (!known) return view;
    const told = before ? before.trades : [];
    if (!told.length || told[told.length - 1][0] !== known) return null;
    return { ...view, trades: [...told, ...view.trades].slice(-RECENT_TRADES) };
  }

  /** One side of the book, the best price first; a changed quantity of 0 takes a level away. */
  function levels(before, changes, orders, side) {
    const quantities = new Map(before.map(([price, quantity]) => [price, quantity]));
    for (const [price, quantity] of changes) {
      if (quantity) quantities.set(price, quantity);
      else quantities.delete(price);
    }
    const mine = ownQuantities(orders, side);
    const sign = side === "buy" ? -1 : 1;
    return [...quantities]
      .sort(([one], [other]) => sign * (one - other))
      .map(([price, quantity]) => [price, quantity, mine.get(price) || 0]);
  }

  function ownQuantities(orders, side) {
    const mine = new Map();
    for (const [, orderSide, price, quantity] of orders) {
      if (orderSide === side) mine.set(price, (mine.get(price) || 0) + quantity);
    }
    return mine;
  }

  function withSummary(history, summary) {
    return [...history.filter(([period]) => period !== summary[0]), summary];
  }

  /** What `quantity` shares of a side cost now, own orders left out: {quantity, best, worst, cost}, or null for none. */
  function takes(side, quantity) {
    const others = side.filter(([, total, mine]) => total > mine);
    let found = 0;
    let cost = 0;
    let worst = null;
    for (const [price, total, mine] of others) {
      if (found >= quantity) break;
      const much = Math.min(total - mine, quantity - found);
      found += much;
      cost += much * price;
      worst = price;
    }
    return found ? { quantity: found, best: others[0][0], worst, cost } : null;
  }

  /** What others did to own resting orders between two views: {fills, removed}, each [{id, side, price, quantity}]. */
  function ownNews(before, after, trades) {
    const left = new Map(after.orders.map((order) => [order[0], order[3]]));
    const traded = accountMoved(before.holdings, after.holdings) ? takenQuantities(trades) : new Map();
    const news = { fills: [], removed: [] };
    for (const [id, side, price, quantity] of before.orders) {
      const gone = quantity - (left.get(id) || 0);
      const filled = Math.min(gone, traded.get(`${side} ${price}`) || 0);
      if (filled > 0) news.fills.push({ id, side, price, quantity: filled });
      if (filled < gone && !left.has(id)) news.removed.push({ id, side, price, quantity: gone - filled });
    }
    return news;
  }

  /** Shares taken from resting orders by "side price". */
  function takenQuantities(trades) {
    const taken = new Map();
    for (const [, , , price, quantity, aggressor] of trades) {
      const key = `${aggressor === "buy" ? "sell" : "buy"} ${price}`;
      taken.set(key, (taken.get(key) || 0) + quantity);
    }
    return taken;
  }

  // An order taken back at a price at which others traded looks like a fill, but moves nothing.
  function accountMoved(before, after) {
    return before.cash !== after.cash || before.shares !== after.shares || before.profit !== after.profit;
  }

  function lastPrice(view) {
    return view.trades.length ? view.trades[view.trades.length - 1][3] : null;
  }

  function best(side) {
    return side.length ? side[0][0] : null;
  }

  openpit.fold = fold;
  openpit.whole = whole;
  openpit.read = { takes, ownNews, lastPrice, best };
})();
