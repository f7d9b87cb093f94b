// Forecasts before a period: one field a period that is asked for, and how earlier forecasts fared. Sends by a call-back.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });
  const { byId, put, show, attribute, make } = openpit.dom;
  const { say } = openpit;
  const { money, average, readPrice } = openpit.words;

  let act = null;
  let asked = "";
  let fields = [];
  let live = false;
  let busy = false;
  let edited = false;
  let refused = "";
  let tabled = "";

  /** `send(command)` gives the promise of a receipt. */
  function start(send) {
    act = send;
    byId("op-forecast-send").addEventListener("click", submit);
  }

  /** `isLive`: forecasts may be sent now. */
  function draw(view, isLive) {
    live = isLive;
    show(byId("op-forecast"), view.phase === "forecast");
    if (view.phase !== "forecast") return;
    const targets = view.forecast_targets;
    const key = JSON.stringify([view.period, targets]);
    byId("op-forecast-entry").disabled = !isLive;
    if (key !== asked) ask(key, view, targets);
    drawState(view);
    drawEarlier(view);
  }

  function ask(key, view, targets) {
    asked = key;
    edited = false;
    refused = "";
    fields = targets.map((target) => newField(target, view));
    byId("op-forecast-fields").replaceChildren(...fields.map((field) => field.node));
    put(byId("op-forecast-reward"), rewardText(view.facts));
    put(byId("op-forecast-send-text"), say("screen.forecast.submit", { number: targets.length }));
    if (fields.length && openpit.mayFocus()) fields[0].input.focus({ preventScroll: true });
  }

  function newField(target, view) {
    const input = make("input");
    Object.assign(input, { type: "text", inputMode: "decimal", autocomplete: "off", id: `op-forecast-${target}` });
    input.placeholder = say("screen.ticket.price");
    input.setAttribute("form", "op-none");
    const note = make("p", "note");
    note.id = `op-forecast-note-${target}`;
    input.setAttribute("aria-describedby", note.id);
    const own = given(view).find((one) => one[1] === target);
    if (own) input.value = money(own[2], view.facts.tick).replace(/,/g, "");
    input.addEventListener("input", edit);
    const label = make("label", "", say("screen.forecast.target", { period: target }));
    label.htmlFor = input.id;
    return { target, input, note, node: make("li", "", label, input, note) };
  }

  /** The forecasts that are in for the coming period: [made, target, price]. */
  function given({ forecasts, period }) {
    return forecasts.filter(([made]) => made === period + 1);
  }

  function rewardText({ forecasts, tick, currency }) {
    if (!forecasts.reward) return "";
    const facts = { reward: `${money(forecasts.reward, tick)} ${currency}`, band: money(forecasts.band, tick) };
    return say(forecasts.band ? "screen.forecast.band" : "screen.forecast.exact", facts);
  }

  function edit() {
    edited = true;
    refused = "";
    for (const field of fields) mark(field, "");
    drawState(openpit.view);
  }

  function mark(field, problem) {
    put(field.note, problem);
    attribute(field.input, "aria-invalid", String(problem !== ""));
    field.node.classList.toggle("wrong", problem !== "");
  }

  async function submit() {
    if (busy || !live) return;
    const { facts } = openpit.view;
    const prices = fields.map((field) => readPrice(field.input.value, facts.tick));
    prices.forEach(({ problem }, place) => mark(fields[place], problem || ""));
    const wrong = prices.findIndex(({ problem }) => problem);
    if (wrong >= 0) fields[wrong].input.focus();
    else await send(prices.map(({ ticks }) => ticks));
  }

  async function send(prices) {
    busy = true;
    edited = false;
    drawState(openpit.view);
    const receipt = await act({ do: "forecast", prices });
    busy = false;
    refused = receipt.status === "refused" ? receipt.reason : "";
    if (refused) edited = true;
    drawState(openpit.view);
  }

  function drawState(view) {
    const there = given(view).length > 0;
    const state = there ? (edited ? "changed" : "given") : "not_given";
    attribute(byId("op-forecast-state"), "data-kind", refused || state === "changed" ? "changed" : there ? "in-force" : "none");
    put(byId("op-forecast-state"), refused || (busy ? say("screen.ticket.sending") : say(`screen.forecast.${state}`)));
  }

  // How earlier forecasts fared: the latest period first, then those that are still to come

  function drawEarlier(view) {
    const { period } = view;
    const rank = ([made, target]) => (target <= period ? [0, -target, -made] : [1, target, -made]);
    const earlier = view.forecasts.filter(([made]) => made <= period).sort((one, other) => compare(rank(one), rank(other)));
    const key = JSON.stringify([earlier, view.history]);
    if (key === tabled) return;
    tabled = key;
    show(byId("op-forecast-earlier"), earlier.length > 0);
    byId("op-forecast-rows").replaceChildren(...earlier.map((one) => earlierRow(one, view)));
  }

  function compare(one, other) {
    const place = one.findIndex((value, index) => value !== other[index]);
    return place < 0 ? 0 : one[place] - other[place];
  }

  function earlierRow([made, target, price], { history, facts }) {
    const summary = history.find(([period]) => period === target);
    const cells = [String(target), String(made), money(price, facts.tick), ...fate(price, summary, facts)];
    const row = make("tr", "", ...cells.map((text) => make("td", "", text)));
    row.lastChild.className = summary && hit(price, summary, facts) ? "hit" : "";
    return row;
  }

  /** [price of the period, what the forecast earned]; nothing yet where the period is still to come. */
  function fate(price, summary, facts) {
    const none = say("screen.nothing");
    if (!summary) return [none, none];
    const earned = money(hit(price, summary, facts) ? facts.forecasts.reward : 0, facts.tick);
    return [summary[3] === null ? none : average(summary[3], facts.tick), earned];
  }

  function hit(price, [, , , mean], { forecasts }) {
    return mean !== null && Math.abs(price - mean) <= forecasts.band;
  }

  openpit.forecast = { start, draw, submit };
})();
