// The keyboard of the market page: which key does what, and when keys belong to a field instead. Does nothing itself.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId } = openpit.dom;
  const { answers, ticket, sheet, forecast } = openpit;

  const TICKET = {
    b: () => ticket.choose("buy"),
    s: () => ticket.choose("sell"),
    x: cancelLatest,
    "+": () => ticket.stepPrice(1),
    "=": () => ticket.stepPrice(1),
    "-": () => ticket.stepPrice(-1),
    ArrowUp: () => ticket.stepPrice(1),
    ArrowDown: () => ticket.stepPrice(-1),
    Escape: () => answers.clear(),
    Enter: () => ticket.place(),
  };
  const SHEET = {
    b: () => sheet.write("buy"),
    s: () => sheet.write("sell"),
    ArrowUp: () => sheet.step(1),
    ArrowDown: () => sheet.step(-1),
    Escape: () => answers.clear(),
    Enter: () => sheet.submit(),
  };
  const FORECAST = { Enter: () => forecast.submit() };
  // Typing goes to the field; these keys mean the same everywhere. Arrows step the price in its own field, too.
  const IN_FIELDS = new Set(["Enter", "Escape"]);
  const IN_PRICE = new Set([...IN_FIELDS, "ArrowUp", "ArrowDown"]);

  function start() {
    document.addEventListener("keydown", press);
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const keys = keysNow();
    if (!keys[key] || !meant(event.target, key)) return;
    event.preventDefault();
    if (!event.repeat || key.startsWith("Arrow") || key === "+" || key === "-") keys[key]();
  }

  function keysNow() {
    const { view } = openpit;
    if (!view) return {};
    if (view.phase === "forecast") return byId("op-forecast-entry").disabled ? {} : FORECAST;
    const [entry, keys] = view.facts.institution === "call" ? ["op-sheet-entry", SHEET] : ["op-entry", TICKET];
    return byId(entry).disabled ? {} : keys;
  }

  function meant(target, key) {
    if (target.id === "op-price") return IN_PRICE.has(key);
    // No letters are typed into a sheet.
    if (target.closest("#op-sheet-entry ul") && target.matches("input")) return true;
    if (target.matches("input[type=text], textarea, select")) return IN_FIELDS.has(key);
    return key !== "Enter" || !target.closest("button, a");
  }

  function cancelLatest() {
    const { orders } = openpit.view;
    if (orders.length) ticket.cancel(orders[orders.length - 1][0]);
  }

  openpit.keys = { start };
})();
