"""A market view in words, as short as a table allows: what a person has on the screen. Amounts in the currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from market.events import Phase
from market.forecasts import GivenForecast
from market.history import PeriodSummary
from market.orders import Action, CancelOrder, Forecast, Hold, PlaceOrder, ReplaceOrder, Side, SubmitSheet
from market.view import Level, MarketView
from market.words import average_money, count, mean_money, money

LEVELS = 5
TRADES = 8
FORECASTS = 6  # periods whose forecasts are shown of those that have ended
BANKRUPT = {
    "stop": "you owe more than you may owe and cannot trade",
    "reduce_only": "you owe more than you may owe and can only sell shares you have or buy back shares you are short",
}


def amount(view: MarketView, ticks: int) -> str:
    return money(view.facts.tick, ticks)


def clock(view: MarketView) -> dict[str, object]:
    facts = view.facts
    return {
        "period": view.period,
        "periods": facts.periods,
        "left": f"{view.seconds_left:.0f}",
        "length": f"{facts.period_seconds:g}",
    }


def market(view: MarketView) -> dict[str, object]:
    return {"asks": _levels(view, view.asks), "bids": _levels(view, view.bids), "trades": _trades(view)}


def _levels(view: MarketView, levels: Sequence[Level]) -> str:
    shown = [_level(view, level) for level in levels[:LEVELS]]
    more = [f"{len(levels) - LEVELS} more prices"] if len(levels) > LEVELS else []
    return ", ".join(shown + more) or "none"


def _level(view: MarketView, level: Level) -> str:
    mine = f" ({'all' if level.mine == level.quantity else level.mine} yours)" if level.mine else ""
    return f"{amount(view, level.price)} x {level.quantity}{mine}"


def _trades(view: MarketView) -> str:
    latest = [one for one in view.trades[-TRADES:] if one.period == view.period]
    return ", ".join(f"{amount(view, one.price)} x {one.quantity}" for one in latest) or "none"


def account(view: MarketView) -> dict[str, object]:
    own = _units(view) if view.facts.induced else _holdings(view)
    return {"holdings": "; ".join([own, *_told(view)]), "orders": _orders(view)}


def _holdings(view: MarketView) -> str:
    own = view.holdings
    cash = f"{amount(view, own.cash)} {view.facts.currency} in cash"
    if own.cash_free is not None and own.cash_free != own.cash:
        cash += f" ({amount(view, own.cash_free)} free to bid)"
    shares = count(own.shares, "share")
    return f"{cash} and {shares}" + (f" ({own.shares_free} free to offer)" if own.shares_free != own.shares else "")


def _told(view: MarketView) -> Iterator[str]:
    """What the page tells beside the account: the own clue, what a share is worth on average, bankruptcy."""
    if view.clue:
        which = "not " * (view.clue.kind == "not_this") + view.clue.state
        yield f"you alone are told that this period's state is {which}"
    if view.holding_value is not None:
        worth = average_money(view.facts.tick, view.holding_value)
        yield f"a share kept to the end pays {worth} on average from now on"
    if view.bankrupt:
        yield BANKRUPT[view.facts.bankrupt]


def _units(view: MarketView) -> str:
    own, buyer = view.holdings, bool(view.role.values)
    verb, noun, left = ("buy", "values", own.values_left) if buyer else ("sell", "costs", own.costs_left)
    units = ", ".join(amount(view, one) for one in left) or "none"
    profit = f"profit {amount(view, own.period_profit)} in this period, {amount(view, own.profit)} in all"
    return f"these units left to {verb} in this period, by their {noun}: {units}; {profit}"


def _orders(view: MarketView) -> str:
    if view.facts.institution == "call":
        return _lines(view, [(one.side, one.price, one.quantity) for one in view.orders]) or "empty"
    return (
        "; ".join(
            f"{one.id}: {one.side} {one.quantity} of {one.size} at {amount(view, one.price)}" for one in view.orders
        )
        or "none"
    )


def _lines(view: MarketView, lines: Iterable[tuple[Side, int, int]]) -> str:
    return ", ".join(f"{side} {quantity} at {amount(view, price)}" for side, price, quantity in lines)


def periods(view: MarketView) -> dict[str, object]:
    thing = "units" if view.facts.induced else "shares"
    if view.facts.institution == "call":
        columns = ["period", "price", f"{thing} traded"]
        rows = [_call_period(view, one) for one in _closed(view)]
    else:
        columns = ["period", "trades", f"{thing} traded", "mean price", "last price"]
        rows = [_period(view, one) for one in view.history]
    columns += ["dividend"] * view.facts.pays_dividends + ["state"] * bool(view.facts.states)
    return {"columns": ", ".join(columns), "history": "\n".join(rows) or "none"}


def _closed(view: MarketView) -> list[PeriodSummary]:
    running = view.phase in (Phase.OPEN, Phase.PAUSED)
    return [one for one in view.history if not (running and one.period == view.period)]


def _call_period(view: MarketView, one: PeriodSummary) -> str:
    return _row(view, one, [one.period, _or_dash(view, one.last_price), one.volume])


def _period(view: MarketView, one: PeriodSummary) -> str:
    mean = "-" if one.mean_price is None else mean_money(view.facts.tick, one.mean_price)
    return _row(view, one, [one.period, one.trades, one.volume, mean, _or_dash(view, one.last_price)])


def _row(view: MarketView, one: PeriodSummary, cells: list[object]) -> str:
    """The cells of a period with what a share paid and the state, where there is such a thing."""
    cells += [_or_dash(view, one.dividend)] * view.facts.pays_dividends + [one.state or "-"] * bool(view.facts.states)
    return " ".join(str(cell) for cell in cells)


def _or_dash(view: MarketView, ticks: int | None) -> str:
    return "-" if ticks is None else amount(view, ticks)


def forecasts(view: MarketView) -> dict[str, object]:
    """What is asked, and the own forecasts of the latest periods and of those to come, each with what it earned."""
    facts, targets = view.facts, view.forecast_targets
    return {
        "coming": view.period + 1,
        "targets": _and([f"period {target}" for target in targets]),
        "number": count(len(targets), "price"),
        "low": amount(view, facts.price_min),
        "high": amount(view, facts.price_max),
        "forecasts": "\n".join(_forecast_lines(view)) or "none",
    }


def _forecast_lines(view: MarketView) -> Iterator[str]:
    by_target: dict[int, list[GivenForecast]] = {}
    for one in view.forecasts:
        by_target.setdefault(one.target, []).append(one)
    prices = {one.period: one.mean_price for one in _closed(view)}
    for target in sorted(by_target):
        if target > view.period - FORECASTS:
            made = ", ".join(_made(view, one, prices) for one in by_target[target])
            yield f"period {target}: {_price_so_far(view, target, prices)}; {made}"


def _price_so_far(view: MarketView, target: int, prices: Mapping[int, float | None]) -> str:
    if target not in prices:
        return "still to come"
    price = prices[target]
    return "no price" if price is None else average_money(view.facts.tick, price)


def _made(view: MarketView, one: GivenForecast, prices: Mapping[int, float | None]) -> str:
    said = f"{amount(view, one.price)} before {one.made}"
    if one.target not in prices:
        return said
    price, rules = prices[one.target], view.facts.forecasts
    hit = price is not None and abs(one.price - price) <= rules.band
    return f"{said} (earned {amount(view, rules.reward if hit else 0)})"


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def in_words(view: MarketView, action: Action) -> str:
    """An action on `view` as its trader would say it."""
    match action:
        case PlaceOrder(side, price, quantity):
            return f"{side} {quantity} at {'the best price' if price is None else amount(view, price)}"
        case CancelOrder(order_id):
            return f"cancel order {order_id}"
        case ReplaceOrder(order_id, price, quantity):
            return f"replace order {order_id} by {quantity} at {amount(view, price)}"
        case SubmitSheet(orders):
            return f"sheet: {_lines(view, orders) or 'empty'}"
        case Forecast(prices):
            return f"forecasts: {', '.join(amount(view, price) for price in prices)}"
        case Hold():
            return "hold"
