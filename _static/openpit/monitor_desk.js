// The experimenter's buttons: each asks where it matters, posts, and says what came of it.
(function () {
  "use strict";
  const openpit = window.openpit;
  const { byId, put, show } = openpit.dom;

  const SAID_MS = 6000;
  const session = document.body.dataset.session;
  const RULES = {
    fundamental: "each share pays its fundamental value now, then all accounts are paid",
    cash: "shares pay nothing, then all accounts are paid",
  };
  let answered = null;
  let state = null;
  let hushed = 0;

  /** Which buttons make sense in a phase; where several markets run side by side, one may be meant alone. */
  function draw(next) {
    state = next;
    const { phase } = next.figures;
    show(byId("do-start"), phase === "waiting");
    const running = phase === "open" || phase === "paused";
    put(byId("do-pause"), phase === "paused" ? "Resume" : "Pause");
    byId("do-pause").disabled = byId("do-close").disabled = !running;
    byId("do-extend").disabled = !running && phase !== "closed" && phase !== "forecast";
    const round = next.market.split("-")[0];
    show(byId("scope-label"), next.markets.filter((one) => one.market.split("-")[0] === round).length > 1);
    byId("do-tell").disabled = phase === "finished";
    byId("do-end").disabled = !unfinished().length;
  }

  function unfinished() {
    return state.markets.filter((one) => one.phase !== "finished");
  }

  /** Ask in the dialog. Resolves to the text given ("" where none was asked), or to null for "no". */
  function ask({ title, text, yes, label = "", value = "", type = "text", required = false }) {
    put(byId("dialog-title"), title);
    put(byId("dialog-text"), text);
    put(byId("dialog-yes"), yes);
    put(byId("dialog-label"), label);
    show(byId("dialog-field"), label !== "");
    Object.assign(byId("dialog-input"), { type, value, required, maxLength: 300, min: 1, max: 3600, step: 1 });
    byId("dialog").showModal();
    byId(label ? "dialog-input" : "dialog-no").focus();
    return new Promise((resolve) => (answered = resolve));
  }

  function close(answer) {
    byId("dialog").close();
    if (answered) answered(answer);
    answered = null;
  }

  async function post(path, body, done) {
    try {
      const reply = await fetch(`${path}/${session}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      const { error } = await reply.json().catch(() => ({ error: `the server answered with status ${reply.status}` }));
      say(reply.ok ? done : `Not done: ${error}`, !reply.ok);
    } catch {
      say("Not done: the server does not answer.", true);
    }
    openpit.monitor.look();
  }

  function say(text, bad) {
    clearTimeout(hushed);
    put(byId("said"), text);
    byId("said").classList.toggle("bad", bad);
    show(byId("said"), true);
    hushed = setTimeout(() => show(byId("said"), false), bad ? 3 * SAID_MS : SAID_MS);
  }

  function operate(what, details, done) {
    const scope = byId("scope").checked ? { market: state.market } : {};
    return post("/api/openpit/operate", { do: what, ...details, ...scope }, done);
  }

  async function pause() {
    if (state.figures.phase === "paused") return operate("resume", {}, "Trading goes on.");
    const question = { title: "Pause the market?", text: "The clock stops for everybody and nobody can trade.", yes: "Pause", label: "Reason, which everybody reads (may be empty)" };
    const reason = await ask(question);
    if (reason !== null) operate("pause", { reason }, "Paused.");
  }

  async function start() {
    const question = { title: "Start now?", text: "The market begins with those who are there. Who comes later joins while it runs.", yes: "Start" };
    if ((await ask(question)) !== null) operate("start", {}, "Started.");
  }

  async function extend() {
    const question = { title: "Extend?", text: "What runs by the clock now, the period or the pause after it, lasts longer for everybody.", yes: "Extend", label: "Seconds", value: "30", type: "number", required: true };
    const seconds = await ask(question);
    if (seconds !== null) operate("extend", { seconds: Number(seconds) }, `${seconds} seconds more.`);
  }

  async function tell() {
    const text = await ask({ title: "Message to all", text: "Everybody in the market sees it at once. It is kept with the data.", yes: "Send", label: "Text", required: true });
    if (text !== null) operate("tell", { text }, "Sent.");
  }

  async function closePeriod() {
    const question = { title: `End period ${state.figures.period} now?`, text: "Orders lapse, and what the period pays is paid now. This cannot be undone.", yes: "End the period" };
    if ((await ask(question)) !== null) operate("close_period", {}, "The period is over.");
  }

  async function endAndPay() {
    const { induced, ended } = state.figures;
    const rule = induced ? "gains made so far are paid" : RULES[ended];
    const several = unfinished().length > 1 && !byId("scope").checked;
    const what = several ? `All ${unfinished().length} markets of this session that are not over end now, also those that have not begun.` : "The market ends now for everybody.";
    const text = `${what} By the treatment's rule, ${rule}. This cannot be undone.`;
    const reason = await ask({ title: "End and pay?", text, yes: "End and pay", label: "Reason, kept with the data", required: true });
    if (reason !== null) operate("end_and_pay", { reason }, "The market has ended.");
  }

  async function erase() {
    const chosen = byId("erase-who").selectedOptions[0];
    const text = `Label, times and all written answers of ${chosen.text} are removed for good. Orders and trades stay under the pseudonym, and that somebody was erased stays on record.`;
    if ((await ask({ title: "Erase a participant?", text, yes: "Erase" })) !== null) {
      post("/api/openpit/erase", { participant: chosen.value }, "Erased.");
    }
  }

  byId("dialog-form").addEventListener("submit", (event) => {
    event.preventDefault();
    close(byId("dialog-input").value.trim());
  });
  byId("dialog-no").addEventListener("click", () => close(null));
  byId("dialog").addEventListener("cancel", () => close(null));
  const buttons = { start, pause, extend, tell, close: closePeriod, end: endAndPay, erase };
  for (const [name, press] of Object.entries(buttons)) byId(`do-${name}`).addEventListener("click", press);

  openpit.monitorDesk = { draw };
})();
