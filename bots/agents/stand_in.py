"""The heuristic trader in the place of a model: answers a request from its facts, so that prompts and replies go on
record without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from bots.agents.heuristic import Heuristic
from bots.agents.trader import Decision
from market.orders import CancelOrder, Forecast, PlaceOrder, ReplaceOrder, SheetOrder, Side, SubmitSheet
from market.view import MarketView

Change = PlaceOrder | CancelOrder | ReplaceOrder


class StandIn:
    """A rule for `bots.adapters.llm.Heuristic`: one heuristic trader for each seat that asks.

    `rng` makes the random stream of a seat. Facts are those of `LanguageModelTrader`: `asked` (turn, forecast,
    reflection or form), `seat`, and `view` or `neutral`.
    """

    def __init__(self, rng: Callable[[int], Random]) -> None:
        self._rng = rng
        self._traders: dict[int, Heuristic] = {}

    def __call__(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        match facts["asked"]:
            case "turn":
                return self._turn(facts["seat"], facts["view"])
            case "forecast":
                return self._forecast(facts["seat"], facts["view"])
            case "reflection":
                return {"insights": "prices come near to what a share pays", "plans": "trade where it gains"}
            case _:
                return {"answers": [{"name": name, "values": values} for name, values in facts["neutral"].items()]}

    def _turn(self, seat: int, view: MarketView) -> Mapping[str, Any]:
        decision = self._decision(seat, view)
        told = {"reasoning": decision.reason, "plans": "", "insights": ""}
        if view.facts.institution == "call":
            return {**told, **_sheet(decision, view)}
        changes = (one for one in decision.actions if isinstance(one, Change))
        return {**told, "actions": [_reply(one, view) for one in changes], "intent": None}

    def _forecast(self, seat: int, view: MarketView) -> Mapping[str, Any]:
        decision = self._decision(seat, view)
        prices = [price for one in decision.actions if isinstance(one, Forecast) for price in one.prices]
        return {"reasoning": decision.reason, "forecasts": [_amount(price, view) for price in prices]}

    def _decision(self, seat: int, view: MarketView) -> Decision:
        return self._traders.setdefault(seat, Heuristic(rng=self._rng(seat))).decide(view)


def _sheet(decision: Decision, view: MarketView) -> dict[str, Any]:
    """The sheet that it submits, or else the one that stands."""
    own = [SheetOrder(one.side, one.price, one.quantity) for one in view.orders]
    submitted = [line for one in decision.actions if isinstance(one, SubmitSheet) for line in one.orders]
    lines = submitted or own
    sides = (("bids", Side.BUY), ("asks", Side.SELL))
    return {name: [_line(one, view) for one in lines if one.side is side] for name, side in sides}


def _line(line: SheetOrder, view: MarketView) -> dict[str, Any]:
    return {"price": _amount(line.price, view), "quantity": line.quantity}


def _reply(action: Change, view: MarketView) -> dict[str, Any]:
    """An action as a model would write it: prices in the currency."""
    match action:
        case PlaceOrder(side, price, quantity):
            return {"do": side.value, "quantity": quantity, "price": _amount(price, view), "order": None}
        case CancelOrder(order_id):
            return {"do": "cancel", "quantity": None, "price": None, "order": order_id}
        case ReplaceOrder(order_id, price, quantity):
            return {"do": "replace", "quantity": quantity, "price": _amount(price, view), "order": order_id}


def _amount(ticks: int | None, view: MarketView) -> float | None:
    # dividing by a power of ten is exact to the last digit of a tick; multiplying by 0.01 is not
    return None if ticks is None else ticks / round(1 / float(view.facts.tick))
