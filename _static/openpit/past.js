// Closed periods of a call market as a table: price, volume, what a share paid. Draws only when one more has closed.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, make } = openpit.dom;
  const { say } = openpit;
  const { money, average } = openpit.words;

  let drawn = "";

  function draw(view) {
    const closed = view.history.filter(([period]) => period < view.period || !trading(view)).reverse();
    const key = JSON.stringify(closed);
    if (key === drawn) return;
    drawn = key;
    const columns = columnsOf(view.facts);
    byId("op-past-head").replaceChildren(...columns.map(([name]) => head(say(`screen.past.${name}`))));
    byId("op-past-rows").replaceChildren(...closed.map((summary) => make("tr", "", ...columns.map(([, cell]) => make("td", "", cell(summary))))));
    show(byId("op-past-none"), !closed.length);
    show(byId("op-past-table"), closed.length > 0);
    const { reference_price: reference, tick } = view.facts;
    put(byId("op-past-reference"), reference ? say("screen.past.reference", { price: money(reference, tick) }) : "");
  }

  function trading({ phase }) {
    return phase === "open" || phase === "paused";
  }

  function head(text) {
    const cell = make("th", "", text);
    cell.scope = "col";
    return cell;
  }

  /** [name, text of a summary] of each column. */
  function columnsOf({ tick, induced, dividends, states }) {
    const columns = [
      ["period", ([period]) => String(period)],
      ["price", ([, , , mean]) => (mean === null ? say("screen.past.no_price") : average(mean, tick))],
      ["volume", ([, , volume]) => money(volume, "1")],
    ];
    const some = states || [];
    if (some.length) columns.push(["state", (summary) => summary[6] || say("screen.nothing")]);
    if (!induced && (dividends.length || some.length)) {
      columns.push(["dividend", ([, , , , , dividend]) => (dividend === null ? say("screen.nothing") : money(dividend, tick))]);
    }
    return columns;
  }

  openpit.past = { draw };
})();
