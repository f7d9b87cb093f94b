// The order ticket: what a person wants to trade, said in words before and after it is sent. Sends by a call-back only.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, attribute } = openpit.dom;
  const { say } = openpit;
  const { money, things, noun, readPrice, readQuantity, answer, taken, removed } = openpit.words;
  const { takes, best, lastPrice } = openpit.read;
  const { unitsOf, promisedUnits } = openpit.holdings;
  const { clear, tell } = openpit.answers;


  const takenBack = new Set();

  let act = null;
  let side = "buy";
  let busy = false;
  let live = false;
  let focused = null;
  let period = 0;

  /** `send(command)` gives the promise of a receipt. */
  function start(send) {
    act = send;
    for (const one of ["buy", "sell"]) {
      byId(`op-${one}`).addEventListener("change", () => choose(one));
      byId(`op-${one}-now`).addEventListener("click", () => takeNow(one));
    }
    byId("op-send").addEventListener("click", place);
    steppers();
    for (const id of ["op-price", "op-quantity"]) byId(id).addEventListener("input", edited);
  }

  function steppers() {
    const steps = { "op-price-down": [stepPrice, -1], "op-price-up": [stepPrice, 1], "op-quantity-down": [stepQuantity, -1], "op-quantity-up": [stepQuantity, 1] };
    for (const [id, [step, by]] of Object.entries(steps)) byId(id).addEventListener("click", () => step(by));
    // Buttons leave the focus where it is, so that Enter still sends the order after a click on one of them.
    for (const button of byId("op-entry").querySelectorAll("button")) {
      button.addEventListener("mousedown", (event) => event.preventDefault());
    }
  }

  // What a person changes

  function choose(wanted) {
    if (byId(`op-${wanted}`).disabled || !live) return;
    side = wanted;
    byId(`op-${wanted}`).checked = true;
    edited();
  }

  function setPrice(ticks) {
    if (!live) return;
    byId("op-price").value = plain(ticks);
    edited();
  }

  function plain(ticks) {
    return money(ticks, openpit.view.facts.tick).replace(/,/g, "");
  }

  function stepPrice(by) {
    const { facts } = openpit.view;
    const typed = readPrice(byId("op-price").value, facts.tick);
    const next = typed.ticks === undefined ? firstPrice() : typed.ticks + by;
    setPrice(Math.min(facts.price_max, Math.max(facts.price_min, next)));
  }

  // Where stepping begins in an empty field: at prices that are there to be seen.
  function firstPrice() {
    const { view } = openpit;
    const [own, other, better] = side === "buy" ? [view.bids, view.asks, 1] : [view.asks, view.bids, -1];
    const mine = own.length && view.facts.improvement ? best(own) + better : best(own);
    const seen = [mine, lastPrice(view), best(other), unitsOf(view.holdings).left[0], view.facts.fundamental[view.period - 1]];
    return Math.round(seen.find((price) => price !== null && price !== undefined) ?? view.facts.price_min);
  }

  function stepQuantity(by) {
    const typed = readQuantity(byId("op-quantity").value, "share");
    byId("op-quantity").value = String(Math.max(1, (typed.quantity || 0) + by));
    edited();
  }

  function edited() {
    if (byId("op-alert").textContent) clear();
    if (openpit.view) drawWords(openpit.view);
  }

  // Sending

  function order() {
    const { facts } = openpit.view;
    const price = readPrice(byId("op-price").value, facts.tick);
    const quantity = wantedQuantity(facts);
    return { problem: price.problem || quantity.problem || "", price: price.ticks, quantity: quantity.quantity };
  }

  function wantedQuantity(facts) {
    return facts.single_unit ? { quantity: 1 } : readQuantity(byId("op-quantity").value, noun(facts));
  }

  function place() {
    const { problem, price, quantity } = order();
    if (problem) tell(problem, true);
    else send({ do: "place", side, price, quantity });
  }

  // Never at a worse price than the button says, even when the book moves on the way.
  function takeNow(wanted) {
    const { view } = openpit;
    const { quantity, problem } = wantedQuantity(view.facts);
    if (problem) {
      tell(problem, true);
      return;
    }
    const found = takes(wanted === "buy" ? view.asks : view.bids, quantity);
    if (found) send({ do: "place", side: wanted, price: found.worst, quantity, time_in_force: "ioc" });
  }

  function cancel(orderId) {
    takenBack.add(orderId);
    return send({ do: "cancel", order_id: orderId });
  }

  async function send(command) {
    if (busy || !live) return;
    busy = true;
    drawWords(openpit.view);
    const receipt = await act(command);
    busy = false;
    const { refused, text } = answer(command, receipt, openpit.view.facts);
    tell(text, refused);
    drawWords(openpit.view);
  }

  /** Tell of own resting orders that others traded with, and of those that went without having been taken back here. */
  function tellNews(news, facts) {
    const unasked = news.removed.filter((order) => !takenBack.has(order.id));
    const sentences = [...news.fills.map((fill) => taken(fill, facts)), ...unasked.map((order) => removed(order, facts))];
    if (sentences.length) put(byId("op-news"), sentences.join(" "));
  }

  // Drawing

  /** `isLive`: orders may be sent now. */
  function draw(view, isLive) {
    if (isLive !== live) setLive(isLive);
    if (view.period !== period) startPeriod(view.period);
    drawSides(view);
    drawWords(view);
  }

  function startPeriod(number) {
    period = number;
    put(byId("op-news"), "");
    clear();
  }

  function setLive(isLive) {
    live = isLive;
    const entry = byId("op-entry");
    if (!isLive) focused = entry.contains(document.activeElement) ? document.activeElement : focused;
    entry.disabled = !isLive;
    if (isLive && focused && document.activeElement === document.body) focused.focus({ preventScroll: true });
    if (isLive) focused = null;
  }

  // In an induced market a seat only buys or only sells.
  function drawSides(view) {
    const only = view.facts.induced ? unitsOf(view.holdings).side : null;
    for (const one of ["buy", "sell"]) {
      byId(`op-${one}`).disabled = only !== null && only !== one;
      show(byId(`op-${one}-now`), only === null || only === one);
    }
    if (only) side = only;
    byId(`op-${side}`).checked = true;
    attribute(byId("op-entry"), "data-side", side);
    show(byId("op-quantity-field"), !view.facts.single_unit);
    put(byId("op-quantity-label"), say(view.facts.induced ? "screen.units" : "screen.shares"));
    byId("op-price").placeholder = say("screen.ticket.price");
  }

  function drawWords(view) {
    const wanted = order();
    attribute(byId("op-entry"), "data-side", side);
    attribute(byId("op-send"), "aria-disabled", String(busy));
    put(byId("op-send-text"), busy ? say("screen.ticket.sending") : sendText(view, wanted));
    put(byId("op-hint"), hintText(view, wanted));
    for (const one of ["buy", "sell"]) drawNow(one, view, wanted.quantity || 1);
  }

  function sendText(view, { price, quantity }) {
    if (price === undefined || quantity === undefined) return say("screen.ticket.place", { side });
    const found = side === "buy" ? best(view.asks) : best(view.bids);
    const meets = found !== null && (side === "buy" ? price >= found : price <= found);
    const terms = { side, quantity, price: money(price, view.facts.tick), things: things(quantity, view.facts) };
    return say(meets ? "screen.ticket.meets" : "screen.ticket.terms", terms);
  }

  function hintText(view, { price, quantity }) {
    if (price === undefined || quantity === undefined) return openHint(view);
    return view.facts.induced ? gainText(view, price, quantity) : sumText(view, price * quantity);
  }

  function openHint({ holdings, facts, orders }) {
    const next = unitsOf(holdings).left[promisedUnits(orders, side)];
    if (!facts.induced) return say("screen.ticket.hint");
    if (next === undefined) return say("screen.ticket.no_units");
    return say("screen.ticket.next_unit", { side, amount: money(next, facts.tick) });
  }

  function sumText({ holdings, facts }, sum) {
    const total = money(sum, facts.tick);
    if (side === "sell") return say("screen.ticket.brings", { total, free: Math.max(0, holdings.shares_free) });
    if (holdings.cash_free === null) return say("screen.ticket.costs", { total });
    return say("screen.ticket.costs_of", { total, free: money(holdings.cash_free, facts.tick) });
  }

  function gainText({ holdings, facts, orders }, price, quantity) {
    const { left } = unitsOf(holdings);
    const from = promisedUnits(orders, side);
    const units = left.slice(from, from + quantity);
    if (units.length < quantity) return say("screen.ticket.no_units");
    const worth = units.reduce((sum, one) => sum + one, 0);
    const gain = side === "buy" ? worth - price * quantity : price * quantity - worth;
    const amounts = { worth: money(worth, facts.tick), gain: money(Math.abs(gain), facts.tick) };
    return say(gain < 0 ? "screen.ticket.loss" : "screen.ticket.gain", { side, ...amounts });
  }

  function drawNow(wanted, view, quantity) {
    const button = byId(`op-${wanted}-now`);
    const found = takes(wanted === "buy" ? view.asks : view.bids, quantity);
    const possible = found && within(wanted, view, found);
    button.disabled = !possible;
    if (possible) put(button, nowText(wanted, found, quantity, view.facts.tick));
    else put(button, say(found ? "screen.ticket.too_little" : "screen.ticket.nothing_now", { side: wanted }));
  }

  /** Whether the account can keep such a trade; units are for the hint above the buttons to tell of. */
  function within(wanted, { holdings, facts }, { quantity, cost }) {
    if (facts.induced) return true;
    if (wanted === "sell") return quantity <= holdings.shares_free;
    return holdings.cash_free === null || cost <= holdings.cash_free;
  }

  function nowText(wanted, found, quantity, tick) {
    const range = found.best === found.worst ? "" : `–${money(found.worst, tick)}`;
    const key = quantity > 1 ? "screen.ticket.now_several" : "screen.ticket.now";
    return say(key, { side: wanted, quantity: found.quantity, prices: `${money(found.best, tick)}${range}` });
  }

  openpit.ticket = { start, draw, choose, setPrice, stepPrice, place, cancel, tellNews };
})();
