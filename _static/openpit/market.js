// Puts the market page together: news into the view, the view onto the page, commands out, and the interface for bots.
(function () {
  "use strict";
  const openpit = window.openpit;
  const { byId, put, show, attribute } = openpit.dom;
  const { say } = openpit;
  const { clock: clockText } = openpit.words;
  const { ticket, sheet, forecast, book, past, holdings, stage, notices, chart, keys, clock } = openpit;

  const TICK_MS = 250;
  const SUBMIT_MS = 2000;
  const CLOSING_SECONDS = 10;

  let connection = null;
  let lost = false;
  let drawing = 0;
  let submitting = 0;
  let longest = { phase: "", seconds: 0 };

  function start() {
    attribute(byId("op-market"), "data-institution", js_vars.institution);
    put(byId("op-title"), js_vars.title);
    put(byId("op-trader"), js_vars.name);
    connection = new openpit.Connection(js_vars.socket, hear, connected);
    openpit.act = (command) => connection.act(command);
    for (const each of [ticket, sheet, forecast]) each.start(openpit.act);
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

  function takeSnapshot(message) {
    const view = openpit.whole(openpit.view, message);
    if (!view) {
      connection.askSnapshot();
      return;
    }
    openpit.view = view;
    clock.heardSeconds();
    takeHost(message.host);
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

  function connected() {
    lost = !connection.connected;
    document.dispatchEvent(new CustomEvent("openpit:connection", { detail: { connected: connection.connected } }));
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
    const line = lineNow();
    drawConnection(line);
    const { view, host } = openpit;
    if (!view) return;
    attribute(byId("op-market"), "data-phase", view.phase);
    put(byId("op-period"), say("screen.bar.period", { period: Math.max(1, view.period), periods: view.facts.periods }));
    drawDesk(view);
    holdings.draw(view);
    stage.draw(view, host);
    forecast.draw(view, connection.connected && view.phase === "forecast");
    chart.draw(view);
    notices.draw(view, host, line);
    drawClock();
    byId("op-next").disabled = !over();
  }

  function drawDesk(view) {
    const open = connection.connected && view.phase === "open";
    book.draw(view);
    if (view.facts.institution === "call") {
      past.draw(view);
      sheet.draw(view, open);
    } else {
      ticket.draw(view, open);
    }
  }

  function lineNow() {
    if (connection.gone) return "gone";
    return connection.connected ? "connected" : lost ? "lost" : "connecting";
  }

  function drawConnection(line) {
    const state = line === "gone" ? "lost" : line;
    attribute(byId("op-connection"), "data-state", state);
    put(byId("op-connection-text"), say(`screen.bar.${state === "lost" ? "no_connection" : state}`));
    if (!openpit.view) notices.drawLine(line, false);
  }

  // Where nothing has the focus it may be moved to where typing is asked for.
  openpit.mayFocus = () => !document.activeElement || document.activeElement === document.body;

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
    if (view.facts.institution === "call") sheet.drawTime(view, closing);
    if (view.phase === "open") announce(view, closing);
  }

  function clockLabel({ phase, period }) {
    return say(`screen.clock.${phase}`, { next: period + 1 });
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
  function announce(view, closing) {
    const facts = { period: view.period, number: closingSeconds(view) };
    put(byId("op-said"), say(closing ? "screen.bar.closing" : "screen.bar.opened", facts));
  }

  // The last seconds of a period, fewer in a short one.
  function closingSeconds({ facts }) {
    return Math.min(CLOSING_SECONDS, Math.round(facts.period_seconds / 4));
  }

  start();
})();
