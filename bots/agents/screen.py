"""A market view in words, as short as a table allows: what a person has on the screen. Amounts in the currency."""

from __future__ import annotations

from collections.abc import Sequence

from market.history import PeriodSummary
from market.orders import Action, CancelOrder, Hold, PlaceOrder, ReplaceOrder
from market.view import Level, MarketView
from market.words import count, mean_money, money

LEVELS = 5
TRADES = 8


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
    return {"holdings": _units(view) if view.facts.induced else _holdings(view), "orders": _orders(view)}


def _holdings(view: MarketView) -> str:
    own = view.holdings
    cash = f"{amount(view, own.cash)} {view.facts.currency} in cash"
    if own.cash_free is not None and own.cash_free != own.cash:
        cash += f" ({amount(view, own.cash_free)} free to bid)"
    shares = count(own.shares, "share")
    return f"{cash} and {shares}" + (f" ({own.shares_free} free to offer)" if own.shares_free != own.shares else "")


def _units(view: MarketView) -> str:
    own, buyer = view.holdings, bool(view.role.values)
    verb, noun, left = ("buy", "values", own.values_left) if buyer else ("sell", "costs", own.costs_left)
    units = ", ".join(amount(view, one) for one in left) or "none"
    profit = f"profit {amount(view, own.period_profit)} in this period, {amount(view, own.profit)} in all"
    return f"these units left to {verb} in this period, by their {noun}: {units}; {profit}"


def _orders(view: MarketView) -> str:
    return (
        "; ".join(
            f"{one.id}: {one.side} {one.quantity} of {one.size} at {amount(view, one.price)}" for one in view.orders
        )
        or "none"
    )


def periods(view: MarketView) -> dict[str, object]:
    thing = "units" if view.facts.induced else "shares"
    columns = ["period", "trades", f"{thing} traded", "mean price", "last price"]
    rows = [_period(view, one) for one in view.history]
    return {"columns": ", ".join(columns + ["dividend"] * bool(view.facts.dividends)), "history": "\n".join(rows)}


def _period(view: MarketView, one: PeriodSummary) -> str:
    mean = "-" if one.mean_price is None else mean_money(view.facts.tick, one.mean_price)
    cells = [one.period, one.trades, one.volume, mean, _or_dash(view, one.last_price)]
    return " ".join(str(cell) for cell in cells + [_or_dash(view, one.dividend)] * bool(view.facts.dividends))


def _or_dash(view: MarketView, ticks: int | None) -> str:
    return "-" if ticks is None else amount(view, ticks)


def in_words(view: MarketView, action: Action) -> str:
    """An action on `view` as its trader would say it."""
    match action:
        case PlaceOrder(side, price, quantity):
            return f"{side} {quantity} at {'the best price' if price is None else amount(view, price)}"
        case CancelOrder(order_id):
            return f"cancel order {order_id}"
        case ReplaceOrder(order_id, price, quantity):
            return f"replace order {order_id} by {quantity} at {amount(view, price)}"
        case Hold():
            return "hold"
