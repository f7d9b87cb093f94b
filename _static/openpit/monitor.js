// The monitor: asks the server each second how the session is, and shows the answer.
(function () {
  "use strict";
  const openpit = window.openpit;
  const { byId, put, show, make, attribute } = openpit.dom;
  const { money } = openpit.words;

  const LOOK_MS = 1000;
  const PATIENCE_MS = 8000;
  const CLOCK_MS = 250;
  const HELD = { waiting: "waiting for all", forecast: "forecasts", open: "trading", paused: "paused", closed: "between periods", finished: "finished" };
  const LISTED = { waiting: "waiting", closed: "between" };
  const session = document.body.dataset.session;
  let chosen = "";
  let known = null;
  let heardAt = performance.now();
  let looking = false;

  function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return (parts[0] ? parts : parts.slice(1)).map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
  }

  function ago(seconds) {
    return seconds < 90 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`;
  }

  function dollars(amount) {
    return `$${amount.toFixed(2)}`;
  }

  /** Ask for the state and show it; one question at a time. */
  async function look() {
    if (looking) return;
    looking = true;
    const { state, status } = await ask();
    looking = false;
    if (state) hear(state);
    else if (status) lost(status === 403 ? "You are not logged in any more." : `The server answers with status ${status}.`, status === 403);
    else lost("The server does not answer.");
  }

  /** {state}, or {status} of a refusal, or {} where nothing came in time. */
  async function ask() {
    const address = `/openpit/monitor/${session}/state?market=${encodeURIComponent(chosen)}`;
    try {
      const reply = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      return reply.ok ? { state: await reply.json() } : { status: reply.status };
    } catch {
      return {};
    }
  }

  function lost(why, login = false) {
    const link = make("a", "", "Log in, then open this page again.");
    link.href = "/login";
    const since = `What you see is ${ago((performance.now() - heardAt) / 1000)} old.`;
    byId("lost").replaceChildren(`${why} ${since} `, ...(login ? [link] : []));
    show(byId("lost"), true);
  }

  function hear(state) {
    known = state;
    heardAt = performance.now();
    show(byId("lost"), false);
    drawMarkets(state);
    drawRunners(state);
    if (!state.figures) {
      lost("This market's log cannot be done again; the table events has it.");
      return;
    }
    drawBar(state);
    drawPeriod(state.figures);
    drawFreeze(state.freeze);
    drawLog(state.log);
    openpit.monitorChart.draw(state.market, state.figures);
    openpit.monitorSeats.draw(state.seats, state.figures);
    openpit.monitorDesk.draw(state);
  }

  function drawMarkets({ markets, market }) {
    const select = byId("markets");
    show(select, markets.length > 1);
    const texts = markets.map((one) => `${one.market}${one.practice ? " practice" : ""} · ${LISTED[one.phase] || HELD[one.phase]}`);
    if (select.dataset.key !== texts.join("\n") && document.activeElement !== select) {
      select.dataset.key = texts.join("\n");
      select.replaceChildren(...markets.map((one, index) => new Option(texts[index], one.market)));
    }
    if (document.activeElement !== select) select.value = market;
  }

  function drawBar({ figures, seats, market }) {
    put(byId("title"), figures.title);
    attribute(byId("phase"), "data-phase", figures.phase);
    put(byId("phase-text"), HELD[figures.phase]);
    put(byId("period"), figures.period ? `Period ${figures.period} of ${figures.periods}` : figures.periods === 1 ? "1 period" : `${figures.periods} periods`);
    const people = seats.filter((seat) => seat.kind === "human").length;
    const bots = seats.length - people;
    put(byId("people"), `${people} ${people === 1 ? "person" : "people"} · ${bots} ${bots === 1 ? "bot" : "bots"}`);
    document.title = `${HELD[figures.phase]} · ${market} · monitor`;
    put(byId("note"), figures.note);
    show(byId("note"), Boolean(figures.note));
    drawClock();
  }

  function drawClock() {
    if (!known || !known.figures) return;
    const { remaining, phase } = known.figures;
    const passed = phase === "paused" ? 0 : (performance.now() - heardAt) / 1000;
    put(byId("clock"), remaining === null ? "" : clock(Math.ceil(Math.max(0, remaining - passed))));
  }

  function drawPeriod(figures) {
    const { tick, bid, ask, spread } = figures;
    const amount = (ticks) => (ticks === null ? "–" : money(ticks, tick));
    put(byId("last-price"), amount(figures.last_price));
    put(byId("spread"), amount(spread));
    put(byId("quote"), bid === null && ask === null ? "" : `(${amount(bid)} / ${amount(ask)})`);
    put(byId("volume"), String(figures.volume));
    put(byId("volume-title"), figures.induced ? "units traded" : "shares traded");
    put(byId("rad"), figures.rad === null ? (figures.induced ? String(figures.volume_in_all) : "–") : `${(100 * figures.rad).toFixed(1)}%`);
    put(byId("rad-title"), figures.induced ? "units in all" : "mispricing (RAD)");
    put(byId("chart-title"), figures.induced ? "Price against equilibrium" : "Price against fundamental value");
    put(byId("legend-value"), figures.induced ? "competitive equilibrium" : "fundamental value");
  }

  function drawRunners({ runners, seats }) {
    const bots = seats.filter((seat) => seat.kind !== "human");
    show(byId("bots"), bots.length > 0 || runners.length > 0);
    show(byId("bots-unknown"), !runners.length);
    show(byId("bots-known"), runners.length > 0);
    if (runners.length) drawCounts(bots, runners);
  }

  function drawCounts(bots, runners) {
    const sum = (name) => bots.reduce((total, seat) => total + (seat.bot ? seat.bot[name] : 0), 0);
    const [due, made] = [sum("due"), sum("valid") + sum("repaired")];
    const missed = [sum("late"), sum("stale"), sum("failed")];
    put(byId("bots-valid"), due ? `${((100 * made) / due).toFixed(1)}%` : "–");
    put(byId("bots-due"), `of ${due} due: valid`);
    put(byId("bots-missed"), missed.join(" · "));
    drawCost(runners);
    const last = runners.at(-1);
    put(byId("bots-ago"), last.ended || `${ago(last.ago)} ago`);
    put(byId("bots-run"), last.silent ? "silent: look at the runner" : last.run);
    byId("bots-ago").parentElement.classList.toggle("trouble", last.silent);
  }

  function drawCost(runners) {
    const told = runners.filter((run) => run.cost_usd !== null);
    const budget = runners.at(-1).budget_usd;
    put(byId("bots-cost"), told.length ? dollars(told.reduce((total, run) => total + run.cost_usd, 0)) : "–");
    put(byId("bots-budget"), budget === null ? "cost" : `of ${dollars(budget)} budget`);
  }

  function drawFreeze(freeze) {
    put(byId("freeze"), freeze.sha256.slice(0, 16) || "none");
    attribute(byId("freeze"), "title", freeze.sha256);
    const changed = freeze.changes > 0;
    put(byId("freeze-changed"), changed ? `changed ${freeze.changes}× while the market ran` : "");
    show(byId("freeze-changed"), changed);
  }

  function drawLog(log) {
    const key = log.map((line) => line.utc).join();
    if (byId("log").dataset.key === key) return;
    byId("log").dataset.key = key;
    byId("log").replaceChildren(...log.map((line) => make("li", "", make("time", "", time(line.utc)), make("span", "", line.text))));
  }

  function time(utc) {
    return new Date(1000 * utc).toLocaleTimeString("en-GB");
  }

  function labels() {
    const hidden = byId("seats").classList.toggle("no-labels");
    put(byId("labels"), hidden ? "Show labels" : "Hide labels");
  }

  byId("labels").addEventListener("click", labels);
  byId("markets").addEventListener("change", (event) => {
    chosen = event.target.value;
    event.target.blur();
    look();
  });
  openpit.monitor = { look, clock, ago, dollars };
  setInterval(look, LOOK_MS);
  setInterval(drawClock, CLOCK_MS);
  look();
})();
