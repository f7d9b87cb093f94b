// The order ticket: what a person wants to trade, said in words before and after it is sent. Sends by a call-back only.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, attribute } = openpit.dom;
  const { money, count, noun, readPrice, readQuantity, answer, taken, removed } = openpit.words;
  const { takes, best, lastPrice } = openpit.read;
  const { unitsOf, promisedUnits } = openpit.holdings;

  const GOOD_NEWS_MS = 8000;
  const NO_UNITS = "You have no more units to trade in this period.";

  const takenBack = new Set();

  let act = null;
  let side = "buy";
  let busy = false;
  let live = false;
  let focused = null;
  let fading = 0;
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
    if (problem) say(problem, true);
    else send({ do: "place", side, price, quantity });
  }

  // Never at a worse price than the button says, even when the book moves on the way.
  function takeNow(wanted) {
    const { view } = openpit;
    const { quantity, problem } = wantedQuantity(view.facts);
    if (problem) {
      say(problem, true);
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
    say(text, refused);
    drawWords(openpit.view);
  }

  // Answers: refusals stay until something changes, good news fades

  function say(text, refused) {
    clearTimeout(fading);
    put(byId("op-alert"), refused ? text : "");
    put(byId("op-status"), refused ? "" : text);
    attribute(byId("op-message"), "data-kind", refused ? "refused" : "done");
    if (!refused) fading = setTimeout(clear, GOOD_NEWS_MS);
  }

  function clear() {
    clearTimeout(fading);
    put(byId("op-alert"), "");
    put(byId("op-status"), "");
    attribute(byId("op-message"), "data-kind", "none");
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
    put(byId("op-quantity-label"), view.facts.induced ? "Units" : "Shares");
    byId("op-price").placeholder = "price";
  }

  function drawWords(view) {
    const wanted = order();
    attribute(byId("op-entry"), "data-side", side);
    attribute(byId("op-send"), "aria-disabled", String(busy));
    put(byId("op-send-text"), busy ? "Sending …" : sendText(view, wanted));
    put(byId("op-hint"), hintText(view, wanted));
    for (const one of ["buy", "sell"]) drawNow(one, view, wanted.quantity || 1);
  }

  function sendText(view, { price, quantity }) {
    if (price === undefined || quantity === undefined) return side === "buy" ? "Place a bid" : "Place an offer";
    const amount = money(price, view.facts.tick);
    const things = count(quantity, noun(view.facts));
    const found = side === "buy" ? best(view.asks) : best(view.bids);
    const meets = found !== null && (side === "buy" ? price >= found : price <= found);
    if (meets) return side === "buy" ? `Buy ${quantity} at up to ${amount}` : `Sell ${quantity} at ${amount} or more`;
    return side === "buy" ? `Bid ${amount} for ${things}` : `Offer ${things} at ${amount}`;
  }

  function hintText(view, { price, quantity }) {
    if (price === undefined || quantity === undefined) return openHint(view);
    return view.facts.induced ? gainText(view, price, quantity) : sumText(view, price * quantity);
  }

  function openHint({ holdings, facts, orders }) {
    const next = unitsOf(holdings).left[promisedUnits(orders, side)];
    if (!facts.induced) return "Type a price, or pick one in the order book.";
    if (next === undefined) return NO_UNITS;
    return `Your next unit ${side === "buy" ? "is worth" : "costs you"} ${money(next, facts.tick)}${side === "buy" ? " to you" : ""}.`;
  }

  function sumText({ holdings, facts }, sum) {
    const total = money(sum, facts.tick);
    if (side === "sell") return `Brings ${total}. You can sell ${money(Math.max(0, holdings.shares_free), "1")}.`;
    return holdings.cash_free === null ? `Costs ${total}.` : `Costs ${total} of the ${money(holdings.cash_free, facts.tick)} you can spend.`;
  }

  function gainText({ holdings, facts, orders }, price, quantity) {
    const { left } = unitsOf(holdings);
    const from = promisedUnits(orders, side);
    const units = left.slice(from, from + quantity);
    if (units.length < quantity) return NO_UNITS;
    const worth = units.reduce((sum, one) => sum + one, 0);
    const gain = side === "buy" ? worth - price * quantity : price * quantity - worth;
    const start = `${side === "buy" ? "Worth" : "Costs you"} ${money(worth, facts.tick)}:`;
    return gain < 0 ? `${start} you would lose ${money(-gain, facts.tick)}.` : `${start} you would gain ${money(gain, facts.tick)}.`;
  }

  function drawNow(wanted, view, quantity) {
    const button = byId(`op-${wanted}-now`);
    const found = takes(wanted === "buy" ? view.asks : view.bids, quantity);
    const verb = wanted === "buy" ? "Buy" : "Sell";
    button.disabled = !found;
    put(button, found ? nowText(verb, found, quantity, view.facts.tick) : `${verb} now: no ${wanted === "buy" ? "offers" : "bids"}`);
  }

  function nowText(verb, found, quantity, tick) {
    const much = quantity > 1 ? ` ${found.quantity}` : "";
    const range = found.best === found.worst ? "" : `–${money(found.worst, tick)}`;
    return `${verb}${much} now at ${money(found.best, tick)}${range}`;
  }

  openpit.ticket = { start, draw, choose, setPrice, stepPrice, place, cancel, clear, tellNews };
})();
