// Strips under the top bar: a lost connection, a pause, messages of the experimenter, a seat that was taken over.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, make } = openpit.dom;
  const { say } = openpit;

  const closed = new Set();
  let drawn = "";

  /** `line` is connected, connecting, lost or gone; a market that is over needs no connection. */
  function drawLine(line, over) {
    const bad = (line === "lost" && !over) || line === "gone";
    const [what, more] = line === "gone" ? ["screen.notice.gone", "screen.notice.gone_more"] : ["screen.bar.lost", "screen.bar.lost_more"];
    put(byId("op-lost-what"), bad ? say(what) : "");
    put(byId("op-lost-more"), bad ? say(more) : "");
    show(byId("op-lost"), bad);
    return bad;
  }

  function draw(view, host, line) {
    const bad = drawLine(line, view.phase === "finished");
    const note = bad ? "" : [...standing(view, host)].join(" ");
    put(byId("op-note"), note);
    show(byId("op-note"), note !== "");
    drawClosable(view, host);
  }

  // What holds as long as it is shown.
  function* standing({ phase, bankrupt, facts }, host) {
    if (phase === "paused") yield say("screen.bar.paused");
    if (host.note && phase !== "finished") yield host.note;
    if (host.taken_over) yield say("screen.notice.taken_over");
    const bound = bankrupt && phase !== "finished" && facts.bankrupt;
    if (bound === "stop") yield say("screen.notice.bankrupt_stop");
    if (bound === "reduce_only") yield say("screen.notice.bankrupt_reduce");
  }

  // What was said once: it stays until the person closes it.
  function drawClosable(view, host) {
    const open = [...told(host)].filter(([id]) => !closed.has(id));
    const key = JSON.stringify(open);
    if (key === drawn) return;
    drawn = key;
    byId("op-notices").replaceChildren(...open.map(([id, text]) => strip(id, text, view, host)));
  }

  /** [id, text] of each. */
  function* told(host) {
    for (const message of host.messages || []) {
      yield [JSON.stringify(message), say("screen.notice.message", { text: message[message.length - 1] })];
    }
    if (host.handed_back) yield [`back ${host.handed_back}`, say("screen.notice.handed_back")];
  }

  function strip(id, text, view, host) {
    const button = make("button", "close", "✕");
    button.type = "button";
    button.setAttribute("aria-label", say("screen.notice.close"));
    button.addEventListener("click", () => {
      closed.add(id);
      drawClosable(view, host);
    });
    return make("p", "op-strip op-notice", make("span", "", text), button);
  }

  openpit.notices = { draw, drawLine };
})();
