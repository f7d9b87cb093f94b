// Numbers and sentences: money in and out of ticks, what an answer of the market means. Knows no page.
(function () {
  "use strict";
  const openpit = (window.openpit = window.openpit || { view: null, host: null });

  // Far from any price, and small enough to stay exact: market.rules.LARGEST.
  const LARGEST = 1e9;
  const MINUS = "\u2212";

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
    if (!typed) return { problem: `Type a price first, such as ${example}.` };
    const plain = typed.replace(/\s/g, "").replace(/^\d{1,3}(,\d{3})+(?=\.|$)/, (whole) => whole.replace(/,/g, ""));
    const parts = /^(\d+)(?:[.,](\d*))?$|^()[.,](\d+)$/.exec(plain);
    if (!parts) return { problem: `${shown(typed)} is no price. Type a number such as ${example}.` };
    const fraction = (parts[2] || parts[4] || "").replace(/0+$/, "");
    if (fraction.length > places(tick)) {
      return { problem: `Prices go in steps of ${tick} here; ${shown(typed)} lies between two of them.` };
    }
    const ticks = Number((parts[1] || "0") + fraction.padEnd(places(tick), "0"));
    if (!ticks) return { problem: "A price must be above zero." };
    return ticks > LARGEST ? { problem: `${shown(typed)} is too large a price.` } : { ticks };
  }

  /** What a person typed as a quantity: {quantity}, or {problem} in words. */
  function readQuantity(text, noun) {
    const typed = text.trim();
    const quantity = /^\d+$/.test(typed) ? Number(typed) : 0;
    if (quantity > 0 && quantity <= LARGEST) return { quantity };
    if (!typed) return { problem: `Type how many ${noun}s.` };
    return { problem: `${shown(typed)} is no number of ${noun}s. Type a whole number such as 1.` };
  }

  function shown(text) {
    return text.length > 16 ? `${text.slice(0, 16)}…` : text;
  }

  function noun(facts) {
    return facts.induced ? "unit" : "share";
  }

  function count(number, word) {
    return `${money(number, "1")} ${word}${number === 1 ? "" : "s"}`;
  }

  function list(words, last) {
    return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
  }

  /** Seconds as m:ss, rounded up so that 0:00 means over. */
  function clock(seconds) {
    const whole = Math.max(0, Math.ceil(seconds - 0.05));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  /** Seconds in words: 20 seconds, 4 minutes, 1:30 minutes. */
  function duration(seconds) {
    if (seconds < 60) return count(seconds, "second");
    return seconds % 60 ? `${clock(seconds)} minutes` : count(seconds / 60, "minute");
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
    if (command.do === "cancel") return { refused: false, text: "Your order is taken back." };
    const text = receipt.quantity ? traded(command, receipt, facts) : placed(command, facts);
    return { refused: false, text };
  }

  function placed(command, facts) {
    const name = command.side === "buy" ? "bid" : "offer";
    const price = money(command.price, facts.tick);
    return `Your ${name} of ${price} for ${count(command.quantity, noun(facts))} is in the book.`;
  }

  function traded(command, receipt, facts) {
    const rest = command.quantity - receipt.quantity;
    const price = money(command.price, facts.tick);
    const still = command.time_in_force === "ioc" ? "found no match" : `${rest === 1 ? "is" : "are"} in the book at ${price}`;
    const left = rest ? ` ${money(rest, "1")} more ${still}.` : "";
    return `${bought(command.side, receipt.quantity, facts)} ${fills(receipt.trades, facts)}.${left}`;
  }

  function bought(side, quantity, facts) {
    return `${side === "buy" ? "Bought" : "Sold"} ${count(quantity, noun(facts))}`;
  }

  /** "at 108", or "at 108 (1) and 110 (2)" where several prices were met. */
  function fills(trades, facts) {
    const byPrice = new Map();
    for (const [price, quantity] of trades) byPrice.set(price, (byPrice.get(price) || 0) + quantity);
    if (byPrice.size === 1) return `at ${money(trades[0][0], facts.tick)}`;
    const parts = [...byPrice].map(([price, quantity]) => `${money(price, facts.tick)} (${quantity})`);
    return `at ${list(parts, "and")}`;
  }

  /** A trade that others made with one's own resting order. */
  function taken(fill, facts) {
    const name = fill.side === "buy" ? "bid" : "offer";
    return `Your ${name} traded: ${bought(fill.side, fill.quantity, facts).toLowerCase()} at ${money(fill.price, facts.tick)}.`;
  }

  /** An own resting order that went without a trade, and not because one took it back. */
  function removed(order, facts) {
    return `Your ${order.side === "buy" ? "bid" : "offer"} of ${money(order.price, facts.tick)} was removed from the book.`;
  }

  openpit.words = { money, average, readPrice, readQuantity, noun, count, list, clock, duration, rate, percent, answer, taken, removed };
})();
