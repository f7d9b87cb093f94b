// The order book, the tape of trades and one's own orders. Tells by call-backs what was picked or is to be taken back.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, attribute, make } = openpit.dom;
  const { say } = openpit;
  const { money, things } = openpit.words;
  const { best, lastPrice } = openpit.read;

  const FEWEST_ROWS = 3;
  const MOST_ROWS = 12;
  const ROW_PIXELS = 24;
  const TAPE = 30;

  let rows = { asks: [], bids: [] };
  let pick = () => {};
  let cancel = () => {};
  let drawnTape = null;
  let drawnOrders = null;

  /** `onPick(price)` gets the price of a level that was clicked, `onCancel(order)` an order to take back. */
  function start(onPick, onCancel) {
    pick = onPick;
    cancel = onCancel;
    fitRows();
    window.addEventListener("resize", fitRows);
  }

  // The number of rows follows the window, never the market.
  function fitRows() {
    if (js_vars.institution === "call") return;
    const fitting = rows.asks.length + Math.floor(spareHeight() / ROW_PIXELS / 2);
    const wanted = Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, fitting));
    if (wanted === rows.asks.length) return;
    rows = { asks: newRows("ask", wanted), bids: newRows("bid", wanted) };
    byId("op-asks").replaceChildren(...rows.asks.map((row) => row.line).reverse());
    byId("op-bids").replaceChildren(...rows.bids.map((row) => row.line));
    if (openpit.view) draw(openpit.view);
  }

  /** Empty pixels at the end of the ticket, or (negative) those that book and ticket are too tall by. */
  function spareHeight() {
    const empty = byId("op-keys").offsetTop - byId("op-news").offsetTop - byId("op-news").offsetHeight;
    return empty - Math.max(0, byId("op-desk-content").offsetHeight - byId("op-desk").clientHeight);
  }

  function newRows(kind, number) {
    return Array.from({ length: number }, () => newRow(kind));
  }

  function newRow(kind) {
    const depth = make("span", "depth");
    const quantity = make("span", "quantity");
    const price = make("button", "price");
    price.type = "button";
    price.tabIndex = -1;
    price.title = say("screen.book.pick");
    const line = make("tr", kind, make("td", "", depth, quantity), make("td", "", price));
    const row = { line, depth, quantity, price, level: null };
    line.addEventListener("click", () => row.level && pick(row.level[0]));
    return row;
  }

  function draw(view) {
    drawOrders(view);
    if (view.facts.institution === "call") return;
    drawBook(view);
    drawTape(view);
  }

  function drawBook(view) {
    const { tick } = view.facts;
    const shown = [...view.bids.slice(0, rows.bids.length), ...view.asks.slice(0, rows.asks.length)];
    const deepest = Math.max(1, ...shown.map(([, quantity]) => quantity));
    rows.asks.forEach((row, place) => drawRow(row, view.asks[place] || null, deepest, tick));
    rows.bids.forEach((row, place) => drawRow(row, view.bids[place] || null, deepest, tick));
    const bid = best(view.bids);
    const ask = best(view.asks);
    const last = lastPrice(view);
    put(byId("op-last"), last === null ? say("screen.book.no_trade") : say("screen.book.last", { price: money(last, tick) }));
    put(byId("op-spread"), bid === null || ask === null ? "" : say("screen.book.spread", { price: money(ask - bid, tick) }));
    const hidden = view.bids.length + view.asks.length - shown.length;
    put(byId("op-deeper"), hidden ? say("screen.book.deeper", { number: hidden }) : "");
  }

  function drawRow(row, level, deepest, tick) {
    row.level = level;
    const [price, quantity, mine] = level || [0, 0, 0];
    put(row.price, level ? money(price, tick) : "");
    put(row.quantity, level ? ownership(quantity, mine) : "");
    attribute(row.depth, "style", `width:${Math.round((100 * quantity) / deepest)}%`);
    row.line.classList.toggle("mine", mine > 0);
    row.line.classList.toggle("filled", level !== null);
    show(row.price, level !== null);
  }

  function ownership(quantity, mine) {
    if (!mine) return money(quantity, "1");
    return say(mine === quantity ? "screen.book.yours" : "screen.book.some_yours", { quantity, mine });
  }

  // Newest first: the first one is what the X key takes back.
  function drawOrders(view) {
    const key = JSON.stringify(view.orders);
    if (key === drawnOrders) return;
    drawnOrders = key;
    const orders = [...view.orders].reverse();
    byId("op-orders").replaceChildren(...orders.map((order) => orderRow(order, view.facts)));
    show(byId("op-no-orders"), !orders.length);
    show(byId("op-orders-table"), orders.length > 0);
    put(byId("op-orders-count"), orders.length ? String(orders.length) : "");
  }

  function orderRow(order, facts) {
    const [id, side, price, quantity, size] = order;
    const name = say("screen.orders.name", { side, things: things(quantity, facts), price: money(price, facts.tick) });
    const button = make("button", "cancel", "✕");
    button.type = "button";
    button.title = say("screen.orders.take_back");
    button.dataset.order = id;
    button.setAttribute("aria-label", say("screen.orders.take_back_this", { order: name }));
    button.addEventListener("click", () => cancel(order));
    // A sheet is changed as a whole, where it was written.
    if (facts.institution === "call") button.hidden = true;
    const left = quantity === size ? money(quantity, "1") : say("screen.orders.left_of", { left: quantity, size });
    return make(
      "tr",
      "",
      make("td", "", make("span", `tag ${side}`, say("screen.orders.tag", { side }))),
      make("td", "", left),
      make("td", "", money(price, facts.tick)),
      make("td", "", button),
    );
  }

  function drawTape(view) {
    const last = view.trades.length ? view.trades[view.trades.length - 1][0] : 0;
    if (last === drawnTape) return;
    drawnTape = last;
    const newest = view.trades.slice(-TAPE).reverse();
    byId("op-tape").replaceChildren(...newest.map((trade) => tapeItem(trade, view)));
    show(byId("op-no-trades"), !newest.length);
  }

  function tapeItem([, period, , price, quantity, aggressor], view) {
    const arrow = make("i", aggressor, aggressor === "buy" ? "▲" : "▼");
    arrow.setAttribute("aria-hidden", "true");
    const item = make("li", period === view.period ? "" : "earlier", arrow, `${money(price, view.facts.tick)} × ${quantity}`);
    item.title = say("screen.tape.trade", { side: aggressor, period });
    return item;
  }

  openpit.book = { start, draw };
})();
