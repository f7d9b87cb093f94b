// Puts the market page together: news into the view, the view onto the page, commands out, and the interface for bots.
(function () {
  "use strict";
  const openpit = window.openpit;
  const { byId, put, show, attribute } = openpit.dom;
  const { clock: clockText } = openpit.words;
  const { ticket, book, holdings, stage, chart, keys, clock } = openpit;

  const TICK_MS = 250;
  const SUBMIT_MS = 2000;
  const CLOSING_SECONDS = 10;

  let connection = null;
  let lost = false;
  let drawing = 0;
  let submitting = 0;
  let longest = { phase: "", seconds: 0 };

  function start() {
    put(byId("op-title"), js_vars.title);
    put(byId("op-trader"), js_vars.name);
    connection = new openpit.Connection(js_vars.socket, hear, connected);
    openpit.act = (command) => connection.act(command);
    ticket.start(openpit.act);
    book.start(ticket.setPrice, ([id]) => ticket.cancel(id));
    keys.start();
    setInterval(drawClock, TICK_MS);
    byId("form").addEventListener("submit", submit);
  }

  // News

  function hear(message) {
    if (message.type === "snapshot") takeSnapshot(message);
    else if (message.type === "host") takeHost(message.host);
    else if (message.type === "update" && openpit.view) takeUpdate(message);
  }

  function takeSnapshot({ view, host }) {
    openpit.view = view;
    clock.heardSeconds();
    takeHost(host);
  }

  function takeHost(host) {
    openpit.host = host;
    clock.heardHost();
    changed();
  }

  function takeUpdate(update) {
    const before = openpit.view;
    if (update.seq <= before.seq) return;
    if (update.from !== before.seq) {
      connection.askSnapshot();
      return;
    }
    openpit.view = openpit.fold(before, update);
    clock.heardSeconds();
    if (update.me) ticket.tellNews(openpit.read.ownNews(before, openpit.view, update.trades || []), before.facts);
    changed();
  }

  function changed() {
    const { seq, phase, period } = openpit.view;
    document.dispatchEvent(new CustomEvent("openpit:changed", { detail: { seq, phase, period } }));
    drawSoon();
    if (over() && !submitting) submitting = setTimeout(() => byId("form").requestSubmit(), SUBMIT_MS);
  }

  function connected(now) {
    lost = !now;
    document.dispatchEvent(new CustomEvent("openpit:connection", { detail: { connected: now } }));
    drawSoon();
  }

  // Enter in a field must not leave the page, and the page leaves only once.
  function submit(event) {
    clearTimeout(submitting);
    if (!over()) event.preventDefault();
  }

  function over() {
    return openpit.view !== null && openpit.view.phase === "finished";
  }

  // Drawing

  function drawSoon() {
    // A hidden page gets no animation frames.
    if (!drawing) drawing = document.hidden ? setTimeout(draw, TICK_MS) : requestAnimationFrame(draw);
  }

  function draw() {
    drawing = 0;
    drawConnection();
    const { view, host } = openpit;
    if (!view) return;
    attribute(byId("op-market"), "data-phase", view.phase);
    put(byId("op-period"), String(Math.max(1, view.period)));
    put(byId("op-periods"), String(view.facts.periods));
    book.draw(view);
    holdings.draw(view);
    stage.draw(view, host);
    ticket.draw(view, connection.connected && view.phase === "open");
    chart.draw(view);
    drawNote(view, host);
    drawClock();
    byId("op-next").disabled = !over();
  }

  function drawConnection() {
    const state = connection.connected ? "connected" : lost ? "lost" : "connecting";
    attribute(byId("op-connection"), "data-state", state);
    put(byId("op-connection-text"), { connected: "connected", lost: "no connection", connecting: "connecting" }[state]);
    show(byId("op-lost"), lost && !over());
  }

  function drawNote(view, host) {
    const paused = view.phase === "paused" ? "The market is paused. The clock stands still; orders stay where they are." : "";
    const text = [paused, host.note].filter(Boolean).join(" ");
    put(byId("op-note"), text);
    show(byId("op-note"), text !== "" && !(lost && !over()));
  }

  // The clock

  function drawClock() {
    const { view } = openpit;
    if (!view) return;
    const seconds = openpit.remaining();
    put(byId("op-clock"), seconds === null ? (over() ? "0:00" : "–:––") : clockText(seconds));
    put(byId("op-clock-label"), clockLabel(view));
    byId("op-clock-bar").style.width = `${(100 * fraction(view, seconds)).toFixed(1)}%`;
    const closing = view.phase === "open" && seconds !== null && seconds <= closingSeconds(view);
    byId("op-clock-box").classList.toggle("closing", closing);
    stage.drawTime(view, seconds);
    if (view.phase === "open") say(closing ? `Period ${view.period} closes in ${closingSeconds(view)} seconds.` : `Period ${view.period} is open.`);
  }

  function clockLabel({ phase, period }) {
    return { waiting: "not open yet", open: "time left", paused: "paused", closed: `to period ${period + 1}`, finished: "over" }[phase];
  }

  function fraction(view, seconds) {
    if (seconds === null) return 0;
    const phase = `${view.phase} ${view.period}`;
    if (phase !== longest.phase) longest = { phase, seconds: 0 };
    longest.seconds = Math.max(longest.seconds, seconds);
    const whole = view.phase === "open" || view.phase === "paused" ? view.facts.period_seconds : longest.seconds;
    return whole ? Math.min(1, seconds / whole) : 0;
  }

  // For those who do not see the clock: once when a period opens, and once when it is about to close.
  function say(text) {
    put(byId("op-said"), text);
  }

  // The last seconds of a period, fewer in a short one.
  function closingSeconds({ facts }) {
    return Math.min(CLOSING_SECONDS, Math.round(facts.period_seconds / 4));
  }

  start();
})();
