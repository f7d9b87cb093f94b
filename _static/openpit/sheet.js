// The order sheet of a call market: rows of bids and offers, checked before they are sent. Sends by a call-back only.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, attribute, make } = openpit.dom;
  const { say } = openpit;
  const { money, list, noun, readPrice, readQuantity } = openpit.words;
  const { check, inForce } = openpit.rules;
  const { unitsOf } = openpit.holdings;
  const { clear, tell } = openpit.answers;

  const SIDES = ["sell", "buy"];

  let act = null;
  let rows = { buy: [], sell: [] };
  let live = false;
  let busy = false;
  let edited = false;
  let since = "";
  let period = -1;
  let shownOrders = "";
  let closing = false;

  /** `send(command)` gives the promise of a receipt. */
  function start(send) {
    act = send;
    for (const side of SIDES) byId(`op-sheet-add-${side}`).addEventListener("click", () => add(side));
    byId("op-sheet-entry").addEventListener("focusin", ({ target }) => target.select && target.select());
    byId("op-sheet-send").addEventListener("click", submit);
  }

  // Rows

  function add(side) {
    if (!live || byId(`op-sheet-add-${side}`).disabled) return;
    insert(side).price.focus();
    edit();
  }

  /** Go on with a bid or an offer: in a row that is still empty, or in a new one. */
  function write(side) {
    const empty = rows[side].find((row) => !row.price.value.trim());
    if (empty) empty.price.focus();
    else add(side);
  }

  function insert(side, price = "", quantity = "1") {
    const row = newRow(side);
    row.price.value = price;
    row.quantity.value = quantity;
    rows[side].push(row);
    byId(`op-sheet-${side}`).append(row.node);
    name();
    return row;
  }

  function newRow(side) {
    const row = { side, price: field("decimal"), quantity: field("numeric"), note: make("p", "note") };
    row.remove = make("button", "cancel", "✕");
    row.remove.type = "button";
    row.remove.addEventListener("click", () => remove(row));
    row.note.id = `op-note-${side}-${Math.random().toString(36).slice(2)}`;
    for (const input of [row.price, row.quantity]) {
      input.addEventListener("input", edit);
      input.setAttribute("aria-describedby", row.note.id);
    }
    row.quantity.hidden = openpit.view.facts.single_unit;
    row.node = make("li", side, row.price, row.quantity, row.remove, row.note);
    return row;
  }

  function field(keyboard) {
    const input = make("input");
    Object.assign(input, { type: "text", inputMode: keyboard, autocomplete: "off" });
    input.setAttribute("form", "op-none");
    return input;
  }

  function remove(row) {
    if (!live) return;
    const { side } = row;
    const place = rows[side].indexOf(row);
    rows[side].splice(place, 1);
    row.node.remove();
    name();
    edit();
    const next = rows[side][Math.min(place, rows[side].length - 1)];
    (next ? next.price : byId(`op-sheet-add-${side}`)).focus();
  }

  // What screen readers call a field follows its place.
  function name() {
    for (const side of SIDES) {
      rows[side].forEach((row, index) => {
        const facts = { side, place: index + 1 };
        attribute(row.price, "aria-label", say("screen.sheet.price_of", facts));
        attribute(row.quantity, "aria-label", say("screen.sheet.quantity_of", facts));
        attribute(row.remove, "aria-label", say("screen.sheet.remove", facts));
        row.price.placeholder = say("screen.ticket.price");
      });
    }
  }

  /** The price or the quantity in the focused field, a step up or down. */
  function step(by) {
    const field = document.activeElement;
    const row = [...rows.buy, ...rows.sell].find((one) => one.price === field || one.quantity === field);
    if (!row || !live) return;
    field.value = field === row.price ? nextPrice(field.value, by) : nextQuantity(field.value, by);
    edit();
  }

  function nextPrice(text, by) {
    const { facts } = openpit.view;
    const { ticks } = readPrice(text, facts.tick);
    const next = ticks === undefined ? firstPrice(openpit.view) : ticks + by;
    return plain(Math.min(facts.price_max, Math.max(facts.price_min, next)), facts);
  }

  function nextQuantity(text, by) {
    return String(Math.max(1, (readQuantity(text, "share").quantity || 0) + by));
  }

  // Where stepping begins in an empty field: at the last price that there was.
  function firstPrice({ history, facts, period: now }) {
    const seen = history.filter((one) => one[4] !== null).map((one) => one[4]);
    return Math.round(seen[seen.length - 1] ?? (facts.reference_price || facts.fundamental[now - 1] || facts.price_min));
  }

  function plain(ticks, facts) {
    return money(ticks, facts.tick).replace(/,/g, "");
  }

  // Reading and checking

  function edit() {
    edited = true;
    if (byId("op-alert").textContent) clear();
    drawState(openpit.view);
  }

  /** Every row as {row, side, price, quantity, problem}; rows that were left empty are not there. */
  function written(facts) {
    const filled = [...rows.buy, ...rows.sell].filter((row) => row.price.value.trim());
    return filled.map((row) => {
      const price = readPrice(row.price.value, facts.tick);
      const quantity = facts.single_unit ? { quantity: 1 } : readQuantity(row.quantity.value, noun(facts));
      return { row, side: row.side, price: price.ticks, quantity: quantity.quantity, problem: price.problem || quantity.problem || "" };
    });
  }

  async function submit() {
    if (busy || !live) return;
    const { facts } = openpit.view;
    const orders = check(written(facts), openpit.view);
    if (orders.some((one) => one.problem)) {
      tell(say("screen.sheet.mend"), true);
      orders.find((one) => one.problem).row.price.focus();
      return;
    }
    await send(orders.map(({ side, price, quantity }) => [side, price, quantity]));
  }

  async function send(orders) {
    busy = true;
    drawState(openpit.view);
    const sent = snapshot();
    const receipt = await act({ do: "sheet", orders });
    busy = false;
    if (receipt.status !== "refused") {
      edited = snapshot() !== sent;
      since = new Date().toTimeString().slice(0, 8);
    }
    const done = orders.length ? say("screen.sheet.taken", { orders: counted(orders) }) : say("screen.sheet.emptied");
    tell(receipt.status === "refused" ? receipt.reason : done, receipt.status === "refused");
    drawState(openpit.view);
  }

  function snapshot() {
    return JSON.stringify([...rows.buy, ...rows.sell].map((row) => [row.side, row.price.value, row.quantity.value]));
  }

  /** "2 bids and 1 offer" */
  function counted(orders) {
    const bids = orders.filter(([side]) => side === "buy").length;
    const parts = [];
    if (bids) parts.push(say("screen.sheet.bids", { number: bids }));
    if (orders.length > bids) parts.push(say("screen.sheet.offers", { number: orders.length - bids }));
    return list(parts, "and");
  }

  // Drawing

  /** `isLive`: a sheet may be sent now. */
  function draw(view, isLive) {
    live = isLive;
    byId("op-sheet-entry").disabled = !isLive;
    const force = JSON.stringify(inForce(view));
    if (view.period !== period) begin(view);
    // What others submitted for this seat, a second page or a program, is taken over unless it would undo what is typed.
    else if (force !== shownOrders && !edited) fill(view);
    shownOrders = force;
    drawState(view);
  }

  function begin(view) {
    period = view.period;
    edited = false;
    since = "";
    clear();
    fill(view);
  }

  function fill(view) {
    for (const side of SIDES) byId(`op-sheet-${side}`).replaceChildren();
    rows = { buy: [], sell: [] };
    for (const [side, price, quantity] of inForce(view)) insert(side, plain(price, view.facts), String(quantity));
    for (const side of sidesOf(view)) if (!rows[side].length) insert(side);
    for (const side of SIDES) show(byId(`op-sheet-part-${side}`), sidesOf(view).includes(side));
  }

  // In an induced market a seat only buys or only sells.
  function sidesOf({ facts, holdings }) {
    return facts.induced ? [unitsOf(holdings).side] : SIDES;
  }

  function drawState(view) {
    const orders = check(written(view.facts), view);
    drawNotes(orders);
    drawSums(orders, view);
    const changed = edited && differs(orders, view);
    attribute(byId("op-sheet-state"), "data-kind", changed ? "changed" : view.orders.length ? "in-force" : "none");
    put(byId("op-sheet-state"), stateText(changed, view));
    attribute(byId("op-sheet-send"), "aria-disabled", String(busy));
    put(byId("op-sheet-send-text"), busy ? say("screen.ticket.sending") : say("screen.sheet.submit"));
    const most = view.facts.one_order_a_side ? 1 : view.facts.open_orders;
    for (const side of SIDES) {
      const used = view.facts.one_order_a_side ? rows[side].length : rows.buy.length + rows.sell.length;
      byId(`op-sheet-add-${side}`).disabled = used >= most;
    }
  }

  function drawNotes(orders) {
    const notes = new Map(orders.map(({ row, problem }) => [row, problem]));
    for (const row of [...rows.buy, ...rows.sell]) {
      const problem = notes.get(row) || "";
      put(row.note, problem);
      attribute(row.price, "aria-invalid", String(problem !== ""));
      row.node.classList.toggle("wrong", problem !== "");
    }
  }

  function drawSums(orders, view) {
    const { cost, bid, offered, cash, stock } = openpit.rules.sums(orders, view);
    const { tick, induced } = view.facts;
    const bids = induced ? say("screen.sheet.offered", { quantity: bid, free: stock }) : costText(cost, cash, tick);
    put(byId("op-sheet-sum-buy"), bids);
    put(byId("op-sheet-sum-sell"), say("screen.sheet.offered", { quantity: offered, free: stock }));
  }

  function costText(cost, cash, tick) {
    if (cash === null) return say("screen.sheet.cost_free", { cost: money(cost, tick) });
    return say("screen.sheet.cost", { cost: money(cost, tick), free: money(cash, tick) });
  }

  function differs(orders, view) {
    const draft = orders.map(({ side, price, quantity }) => [side, price, quantity]);
    return JSON.stringify(draft.sort()) !== JSON.stringify(inForce(view).sort());
  }

  function stateText(changed, view) {
    const { orders } = view;
    if (changed && closing) return say("screen.sheet.closing");
    if (changed) return say(orders.length ? "screen.sheet.changed" : "screen.sheet.changed_none");
    if (!orders.length) return since ? say("screen.sheet.withdrawn", { time: since }) : say("screen.sheet.not_yet");
    const facts = { time: since, orders: counted(inForce(view)) };
    return say(since ? "screen.sheet.in_force_since" : "screen.sheet.in_force", facts);
  }

  /** Say so, or no more, that the period is about to close. */
  function drawTime(view, soon) {
    if (soon === closing) return;
    closing = soon;
    drawState(view);
  }

  openpit.sheet = { start, draw, drawTime, write, step, submit };
})();
