// Sentences and numbers: the page's language, money in and out of ticks, what an answer of the market means.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });

  // Far from any price, and small enough to stay exact: market.rules.LARGEST.
  const LARGEST = 1e9;
  const MINUS = "\u2212";

  /**
   * The sentence of a key, its {placeholders} filled, in the language that the page was given as `js_vars.texts`.
   * A key with forms takes `one` or `other` by the fact `number`, `buy` or `sell` by the fact `side`: market.language.
   */
  function say(key, facts = {}) {
    const { texts } = window.js_vars;
    const text = key in texts ? texts[key] : texts[`${key}.${form(facts)}`];
    if (text === undefined) throw new Error(`There is no sentence ${key} for ${JSON.stringify(facts)}.`);
    return text.replace(/\{(\w+)\}/g, (_, name) => (typeof facts[name] === "number" ? money(facts[name], "1") : facts[name]));
  }

  function form({ number, side }) {
    return number === undefined ? side : number === 1 ? "one" : "other";
  }

  function places(tick) {
    return tick === "1" ? 0 : tick.length - 2;
  }

  function grouped(digits) {
    return digits.replace(/\B(?=(\d{3})+$)/g, ",");
  }

  /** Whole ticks as an amount: 123456 with tick "0.01" reads 1,234.56. */
  function money(ticks, tick) {
    const decimals = places(tick);
    const digits = String(Math.abs(ticks)).padStart(decimals + 1, "0");
    const whole = grouped(digits.slice(0, digits.length - decimals));
    const sign = ticks < 0 ? MINUS : "";
    return decimals ? `${sign}${whole}.${digits.slice(-decimals)}` : sign + whole;
  }

  /** A mean, which may lie between two ticks: one digit more than a price has. */
  function average(ticks, tick) {
    if (Number.isInteger(ticks)) return money(ticks, tick);
    const decimals = places(tick);
    const [whole, fraction] = (ticks / 10 ** decimals).toFixed(decimals + 1).split(".");
    return `${grouped(whole)}.${fraction}`;
  }

  /** What a person typed as a price: {ticks}, or {problem} in words. */
  function readPrice(text, tick) {
    const typed = text.trim();
    const example = tick === "1" ? "105" : (105 * Number(tick)).toFixed(places(tick));
    if (!typed) return { problem: say("screen.typed.no_price", { example }) };
    const plain = typed.replace(/\s/g, "").replace(/^\d{1,3}(,\d{3})+(?=\.|$)/, (whole) => whole.replace(/,/g, ""));
    const parts = /^(\d+)(?:[.,](\d*))?$|^()[.,](\d+)$/.exec(plain);
    if (!parts) return { problem: say("screen.typed.bad_price", { typed: shown(typed), example }) };
    const fraction = (parts[2] || parts[4] || "").replace(/0+$/, "");
    if (fraction.length > places(tick)) {
      return { problem: say("screen.typed.between", { tick, typed: shown(typed) }) };
    }
    const ticks = Number((parts[1] || "0") + fraction.padEnd(places(tick), "0"));
    if (!ticks) return { problem: say("screen.typed.zero") };
    return ticks > LARGEST ? { problem: say("screen.typed.too_large", { typed: shown(typed) }) } : { ticks };
  }

  /** What a person typed as a quantity: {quantity}, or {problem} in words. */
  function readQuantity(text, noun) {
    const typed = text.trim();
    const quantity = /^\d+$/.test(typed) ? Number(typed) : 0;
    if (quantity > 0 && quantity <= LARGEST) return { quantity };
    if (!typed) return { problem: say(`screen.typed.no_${noun}`) };
    return { problem: say(`screen.typed.bad_${noun}`, { typed: shown(typed) }) };
  }

  function shown(text) {
    return text.length > 16 ? `${text.slice(0, 16)}…` : text;
  }

  function noun(facts) {
    return facts.induced ? "unit" : "share";
  }

  /** "3 shares", or "3 units" in an induced market. */
  function things(number, facts) {
    return say(`count.${noun(facts)}`, { number });
  }

  /** Words of which one counts (`last` is "or") or all do ("and"). */
  function list(words, last) {
    const end = words[words.length - 1];
    return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${say(`words.${last}`)} ${end}`;
  }

  /** Seconds as m:ss, rounded up so that 0:00 means over. */
  function clock(seconds) {
    const whole = Math.max(0, Math.ceil(seconds - 0.05));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  /** Seconds in words: 20 seconds, 4 minutes, 1:30 minutes. */
  function duration(seconds) {
    if (seconds < 60) return say("count.second", { number: seconds });
    if (seconds % 60) return say("screen.minutes", { clock: clock(seconds) });
    return say("count.minute", { number: seconds / 60 });
  }

  /** The number that a rate such as "1/20" or "0.05" stands for. */
  function rate(text) {
    const [above, below] = text.split("/").map(Number);
    return above / (below || 1);
  }

  function percent(text) {
    return `${Number((100 * rate(text)).toPrecision(6))}%`;
  }

  /** What became of a command, for the person who gave it: {refused, text}. */
  function answer(command, receipt, facts) {
    if (receipt.status === "refused") return { refused: true, text: receipt.reason };
    if (command.do === "cancel") return { refused: false, text: say("screen.answer.taken_back") };
    const text = receipt.quantity ? traded(command, receipt, facts) : placed(command, facts);
    return { refused: false, text };
  }

  function placed({ side, price, quantity }, facts) {
    return say("screen.answer.placed", { side, price: money(price, facts.tick), things: things(quantity, facts) });
  }

  function traded(command, receipt, facts) {
    const { side, price } = command;
    const rest = command.quantity - receipt.quantity;
    const done = say("screen.answer.traded", { side, things: things(receipt.quantity, facts), prices: fills(receipt.trades, facts) });
    if (!rest) return done;
    const what = command.time_in_force === "ioc" ? "screen.answer.unmatched" : "screen.answer.rest";
    return `${done} ${say(what, { number: rest, price: money(price, facts.tick) })}`;
  }

  /** "108", or "108 (1) and 110 (2)" where several prices were met. */
  function fills(trades, facts) {
    const byPrice = new Map();
    for (const [price, quantity] of trades) byPrice.set(price, (byPrice.get(price) || 0) + quantity);
    if (byPrice.size === 1) return money(trades[0][0], facts.tick);
    return list([...byPrice].map(([price, quantity]) => `${money(price, facts.tick)} (${quantity})`), "and");
  }

  /** A trade that others made with one's own resting order. */
  function taken({ side, price, quantity }, facts) {
    return say("screen.answer.taken", { side, things: things(quantity, facts), price: money(price, facts.tick) });
  }

  /** An own resting order that went without a trade, and not because one took it back. */
  function removed({ side, price }, facts) {
    return say("screen.answer.removed", { side, price: money(price, facts.tick) });
  }

  openpit.say = say;
  openpit.words = { money, average, readPrice, readQuantity, noun, things, list, clock, duration, rate, percent, answer, taken, removed };
})();
