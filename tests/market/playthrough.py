"""Small markets as readable text: a treatment in TOML, a line of dashes, then moves (`>`) and what they did.

The answers are checked against the market by `test_golden.py`. To write them anew after a change of the rules, and
read the difference before it is kept: `python -m tests.market.playthrough tests/market/golden/*.txt`.

Moves: `open`, `open STATE TRADER:not|is:STATE ...`, `close DIVIDEND`, `pause REASON`, `resume`,
`TRADER buy|sell QUANTITY at PRICE|market [ioc|fok]`, `TRADER cancel ORDER`,
`TRADER replace ORDER with QUANTITY at PRICE`, `TRADER sheet SIDE QUANTITY at PRICE, ...`, `ask`,
`TRADER forecasts PRICE ...`, each after the seconds since the period opened.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from market.custom import treatment_from_toml
from market.events import (
    AskForecasts,
    Bankrupt,
    Cancelled,
    ClosePeriod,
    Event,
    OpenPeriod,
    Operation,
    Paid,
    Pause,
    Phase,
    Rested,
    Resume,
    Told,
)
from market.exchange import Exchange
from market.orders import (
    Action,
    CancelOrder,
    Forecast,
    PlaceOrder,
    ReplaceOrder,
    SheetOrder,
    Side,
    SubmitSheet,
    TimeInForce,
    Trade,
)

DASHES = "---\n"


def play_again(text: str) -> str:
    """The same playthrough with the answers that the market gives now."""
    head, script = text.split(DASHES, 1)
    rules = treatment_from_toml(head)
    market = Exchange(rules, {f"T{seat}": role for seat, role in enumerate(rules.roles, start=1)})
    moves = [line for line in script.splitlines() if line.startswith((">", "#"))]
    lines = [line for move in moves for line in _answered(market, move)]
    return "\n".join([head + DASHES.strip(), *lines]) + "\n"


def _answered(market: Exchange, line: str) -> Iterator[str]:
    """A comment as it is; a move with its answer below."""
    if line.startswith("#"):
        yield from ("", line)
        return
    yield line
    _, seconds, *words = line.split()
    before = len(market.events)
    if words[0] in market.accounts:
        receipt = market.submit(words[0], _action(words[1:]), float(seconds))
        if not receipt.ok:
            yield f"    {receipt.reason}"
    else:
        market.operate(_operation(words), float(seconds))
    for event in market.events[before:]:
        yield from _told(market, event)


def _action(words: list[str]) -> Action:
    match words:
        case ["cancel", order]:
            return CancelOrder(int(order))
        case ["replace", order, "with", quantity, "at", price]:
            return ReplaceOrder(int(order), int(price), int(quantity))
        case ["forecasts", *prices]:
            return Forecast(tuple(int(price) for price in prices))
        case ["sheet", *lines]:
            orders = (line.split() for line in " ".join(lines).split(", ") if line)
            return SubmitSheet(tuple(SheetOrder(Side(side), int(price), int(size)) for side, size, _, price in orders))
        case [side, quantity, "at", price, *lasting]:
            limit = None if price == "market" else int(price)
            return PlaceOrder(Side(side), limit, int(quantity), TimeInForce(*(lasting or ["period"])))
    raise ValueError(f"No move of a trader: {' '.join(words)}")


def _operation(words: list[str]) -> Operation:
    match words:
        case ["ask"]:
            return AskForecasts()
        case ["open", *drawn]:
            return OpenPeriod("".join(drawn[:1]), tuple(_clue(word) for word in drawn[1:]))
        case ["close", dividend]:
            return ClosePeriod(int(dividend))
        case ["pause", *reason]:
            return Pause(" ".join(reason))
        case ["resume"]:
            return Resume()
    raise ValueError(f"No move of the market: {' '.join(words)}")


def _clue(word: str) -> Told:
    trader, kind, state = word.split(":")
    return Told(trader, {"not": "not_this", "is": "state"}[kind], state)


def _told(market: Exchange, event: Event) -> Iterator[str]:
    yield from (f"    {_outcome(outcome)}" for outcome in event.outcomes)
    if isinstance(event.command, ClosePeriod):
        yield from (f"    it was {state}" for state in market.states[-1:] if state)
        for trader, account in market.accounts.items():
            yield f"    {trader} has {account.cash} and {account.shares} shares, earned {account.earnings}"
        yield from _scored(market)
    elif market.phase is Phase.FORECAST:
        yield f"    forecast: {market.forecast_targets}"
    else:
        yield f"    {market.phase}: {_side(market, Side.BUY)} | {_side(market, Side.SELL)}"


def _scored(market: Exchange) -> Iterator[str]:
    """What became of forecasts of the period that has just ended."""
    for trader, (made, target, price), realised, error, paid in market.forecasts.scored(market.period_prices()):
        if target == market.period:
            yield f"    before period {made} {trader} forecast {price}, it was {realised}, off by {error}: pays {paid}"


def _outcome(outcome: object) -> str:
    match outcome:
        case Trade():
            units = f", worth {outcome.buyer_value} and costing {outcome.seller_cost}" if outcome.buyer_value else ""
            return f"{outcome.buyer} buys {outcome.quantity} from {outcome.seller} at {outcome.price}{units}"
        case Rested():
            return f"order {outcome.order_id} stands: {outcome.side} {outcome.quantity} at {outcome.price}"
        case Cancelled():
            return f"order {outcome.order_id} of {outcome.trader} is out ({outcome.reason}), {outcome.quantity} left"
        case Paid():
            return f"{outcome.trader} is paid {outcome.amount} ({outcome.reason})"
        case Bankrupt():
            return f"{outcome.trader} is bankrupt"
    raise TypeError(f"Unknown outcome {outcome!r}.")


def _side(market: Exchange, side: Side) -> str:
    return ", ".join(f"{quantity} at {price}" for price, quantity in market.book.depth(side)) or "nobody"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(play_again(path.read_text(encoding="utf-8")), encoding="utf-8")
