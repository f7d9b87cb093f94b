// What a bot's page tells the runner, and what the runner may ask of it. Runs before the page's own scripts.
(send) => {
  if (window !== window.top) return;

  const ALIVE_MS = 2000;
  // Characters of a page's text: instructions and questions of any sensible length.
  const LONGEST_TEXT = 12000;
  // Milliseconds since 1970 on the page's monotonic clock: comparable with the runner's.
  const now = () => performance.timeOrigin + performance.now();

  let count = 0;
  // The runner handles every message in a thread of its own: `document` and `count` put them in order again.
  const tell = (kind, body = {}) =>
    send(JSON.stringify({ kind, document: performance.timeOrigin, count: ++count, at: now(), ...body }));

  // The market page: when is a decision due?

  let armed = null;
  let timer = 0;
  let told = "";
  let connected = true;

  function look() {
    const view = window.openpit?.view;
    if (!view) return;
    hear();
    tellPhase(view);
    clearTimeout(timer);
    if (!armed || !connected || !["open", "forecast"].includes(view.phase)) return;
    const news = view.seq > armed.after;
    const left = armed.at + (news ? armed.least : armed.longest) - now();
    if (left > 0) timer = setTimeout(look, left);
    else tellDue(news ? "event" : "quiet");
  }

  function tellPhase(view) {
    const where = `${view.phase} ${view.period}`;
    if (where === told) return;
    told = where;
    // The runner arms anew: else all bots would decide in the moment a period opens.
    armed = null;
    tell("phase", { phase: view.phase, period: view.period, trader: view.trader });
  }

  function tellDue(why) {
    armed = null;
    tell("due", { why, round: round(), view: text() });
  }

  // Which of the session's markets this is, counted from 1: the last part of its socket's address.
  const round = () => (typeof js_vars === "undefined" ? 1 : Number(js_vars.socket.split("/").pop()));

  const text = () => {
    const page = window.openpit;
    return JSON.stringify({ ...page.view, said, seconds: Math.round(page.secondsNow() * 1000) / 1000 });
  };

  // What the experimenter told all while this page was open, as many as it shows: words, and why there was a pause.
  const SAID = 5;
  const said = [];
  const heard = new Set();
  let note = "";
  function hear() {
    const { view, host } = window.openpit;
    for (const message of host?.messages ?? []) {
      if (!heard.has(`${message}`)) said.push(message[message.length - 1]);
      heard.add(`${message}`);
    }
    const why = view.phase === "paused" ? (host?.note ?? "") : "";
    if (why && why !== note) said.push(why);
    note = why;
    said.splice(0, said.length - SAID);
  }

  const arm = ({ after, least, longest }) => {
    armed = { after, least, longest, at: now() };
    look();
  };

  // The view as a string where it is newer than event `after`, null otherwise.
  const newer = ({ after }) => (window.openpit?.view?.seq > after ? text() : null);

  const act = ({ ticket, command }) => {
    window.openpit.act(command).then(
      (receipt) => tell("receipt", { ticket, receipt }),
      (error) => tell("receipt", { ticket, error: String(error) }),
    );
  };

  document.addEventListener("openpit:changed", look);
  document.addEventListener("openpit:connection", (event) => {
    connected = event.detail.connected;
    look();
  });

  // Any other page: what kind is it, which fields has it?

  const NEXT = ".otree-btn-next, form button:not([type=button]), form input[type=submit]";
  const next = () => document.querySelector(".otree-btn-next") ?? document.querySelector(NEXT);

  function kind() {
    if (window.openpit) return "market";
    if (document.querySelector(".otree-wait-page")) return "wait";
    return next() ? "form" : "still";
  }

  const inputs = () =>
    [...document.querySelectorAll("input[name], select[name], textarea[name]")].filter(
      (one) => !["hidden", "submit", "button", "reset", "image", "file"].includes(one.type) && !one.disabled && !one.readOnly,
    );

  const words = (one) => one?.innerText.trim() ?? "";

  // What a person can read, parts to be opened among it. oTree keeps what is for developers outside of its body.
  function visible() {
    for (const one of document.querySelectorAll("details")) one.open = true;
    const text = words(document.querySelector(".otree-body") ?? document.body);
    return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT).toWellFormed()} [...]` : text;
  }

  function fields() {
    const named = new Map();
    for (const one of inputs()) named.set(one.name, [...(named.get(one.name) ?? []), one]);
    return [...named.values()].map(field);
  }

  // A field: one input, or all radio buttons or checkboxes of one name.
  function field(all) {
    const [one] = all;
    const offered = choices(all);
    return {
      name: one.name,
      // oTree's decimals are text inputs that ask for a numeric keyboard; its plain text inputs say nothing of that.
      type: one.type === "text" && one.hasAttribute("inputmode") ? "decimal" : one.type,
      label: all.length > 1 ? question(all) : caption(one) || question(all),
      min: one.getAttribute("min") ?? "",
      max: one.getAttribute("max") ?? "",
      step: one.getAttribute("step") ?? "",
      longest: one.maxLength ?? -1,
      choices: offered.map(([value]) => value),
      labels: offered.map(([, label]) => label),
      wrong: Boolean(one.closest(".has-errors")),
    };
  }

  const caption = (one) => words(one.labels?.[0]) || (one.getAttribute("aria-label") ?? one.placeholder ?? "");

  // The question that stands over a field: the first label or legend near it that belongs to none of its choices.
  function question(all) {
    const own = new Set(all.flatMap((one) => [...(one.labels ?? [])]));
    const others = inputs().filter((one) => !all.includes(one));
    for (let frame = all[0].parentElement; frame; frame = frame.parentElement) {
      if (others.some((one) => frame.contains(one))) return "";
      const said = [...frame.querySelectorAll("legend, label")].find((one) => !own.has(one));
      if (said) return words(said);
    }
    return "";
  }

  function choices(all) {
    const [one] = all;
    if (one.tagName === "SELECT") {
      return [...one.options].filter((o) => o.value && !o.disabled).map((o) => [o.value, o.label.trim()]);
    }
    return one.type === "radio" || one.type === "checkbox" ? all.map((each) => [each.value, caption(each)]) : [];
  }

  function fill(answers) {
    for (const one of inputs()) {
      const answer = answers[one.name];
      if (answer === undefined) continue;
      if (one.type === "radio" || one.type === "checkbox") one.checked = answer.includes(one.value);
      else if (one.type === "select-multiple") for (const o of one.options) o.selected = answer.includes(o.value);
      else one.value = answer[0];
      one.dispatchEvent(new Event("input", { bubbles: true }));
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  // Presses the page's button. Returns what stood in the way: "" for nothing.
  function press() {
    const button = next();
    if (!button) return "there is no button";
    if (button.disabled) return "the button is not enabled";
    const wrong = inputs().find((one) => !one.checkValidity());
    button.click();
    return wrong ? `${wrong.name}: ${wrong.validationMessage}` : "";
  }

  document.addEventListener("DOMContentLoaded", () => {
    const status = performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0;
    const page = kind();
    const text = page === "form" ? visible() : "";
    tell("page", { page, url: location.href, title: document.title, text, fields: fields(), status });
    look();
  });
  setInterval(() => tell("alive"), ALIVE_MS);

  Object.defineProperty(window, "openpitBot", { value: { arm, newer, act, fill, press } });
}
