// The table of seats: who sits there, what they do, what they own. All texts of others go in as text, never as markup.
(function () {
  "use strict";
  const openpit = window.openpit;
  const { byId, make, put, show } = openpit.dom;
  const { money } = openpit.words;

  const MISSES = ["late", "stale", "failed"];
  const KINDS = { human: "person", model: "model", rule: "rule" };

  /** Show all seats of a market. */
  function draw(seats, figures) {
    put(byId("worth-title"), figures.induced ? "Profit" : "Worth");
    const named = seats.some((seat) => seat.label || seat.erased);
    byId("seats").classList.toggle("unlabelled", !named);
    show(byId("labels"), named);
    byId("seats").classList.toggle("induced", figures.induced);
    byId("seats").classList.toggle("no-bots", !seats.some((seat) => seat.kind !== "human"));
    byId("seat-rows").replaceChildren(...seats.map((seat) => row(seat, figures)));
    const warned = seats.filter((seat) => seat.warning).length;
    put(byId("warnings"), warned ? `${warned} ${warned === 1 ? "needs" : "need"} a look` : "");
    drawErasable(seats);
  }

  function row(seat, figures) {
    const name = make("th", "", seat.trader);
    name.scope = "row";
    const cells = [name, label(seat), make("td", "", kind(seat)), state(seat), action(seat, figures), ...owned(seat, figures), ...counts(seat)];
    const found = make("tr", seat.state === "away" ? "away" : seat.warning ? "warning" : "", ...cells);
    found.dataset.trader = seat.trader;
    return found;
  }

  function label(seat) {
    const cell = make("td", "label", seat.erased ? "erased" : seat.label || "–");
    cell.title = seat.label;
    return cell;
  }

  function kind(seat) {
    const tag = make("span", `kind ${seat.kind}`, seat.model || KINDS[seat.kind]);
    tag.title = seat.model ? `${KINDS[seat.kind]}: ${seat.model}` : KINDS[seat.kind];
    return tag;
  }

  function state(seat) {
    const text = make("span", "state", make("i", ""), words(seat));
    text.dataset.state = seat.state;
    return make("td", "", text, ...(seat.taken_over ? [taken(seat.taken_over)] : []));
  }

  function taken(by) {
    const tag = make("span", "taken", "a rule plays");
    tag.title = `taken over by ${by}`;
    return tag;
  }

  function words(seat) {
    const time = seat.since === null ? "" : ` ${openpit.monitor.clock(seat.since)}`;
    if (seat.state === "reading") return `on ${seat.page || "no page"}${time}`;
    return { "not here yet": "not here yet", there: "here", trading: "trading", idle: `idle${time}`, away: `away${time}` }[seat.state];
  }

  function action(seat, figures) {
    if (!seat.action) return make("td", "action", make("small", "", "none"));
    const { text, period, ago } = seat.action;
    const when = period === figures.period && ago < 3600 ? `${openpit.monitor.ago(ago)} ago` : `period ${period}`;
    return make("td", "action", `${text}, `, make("small", "", when));
  }

  function owned(seat, figures) {
    const [cash, worth] = [seat.cash, Math.round(seat.worth)].map((ticks) => make("td", "number", money(ticks, figures.tick)));
    return [cash, make("td", "number shares", String(seat.shares)), worth];
  }

  function counts(seat) {
    const { bot } = seat;
    const missed = MISSES.filter((name) => bot && bot[name]).map((name) => `${bot[name]} ${name}`);
    const told = bot ? [make("small", "", missed.length ? `${missed.join(", ")} · ` : ""), `${bot.valid + bot.repaired} of ${bot.due}`] : [];
    const cost = bot && bot.cost_usd !== null ? openpit.monitor.dollars(bot.cost_usd) : "";
    return [make("td", "number bots", ...told), make("td", "number bots", cost)];
  }

  // Who may be erased; the choice stays while the page lives.
  function drawErasable(seats) {
    const people = seats.filter((seat) => seat.kind === "human" && !seat.erased);
    const select = byId("erase-who");
    const key = people.map((seat) => `${seat.participant} ${seat.label}`).join("\n");
    byId("do-erase").disabled = !people.length;
    if (select.dataset.key === key) return;
    select.dataset.key = key;
    select.replaceChildren(...people.map((seat) => new Option(seat.label ? `${seat.trader} (${seat.label})` : seat.trader, seat.participant)));
  }

  openpit.monitorSeats = { draw };
})();
