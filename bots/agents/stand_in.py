"""The heuristic trader in the place of a model: answers a request from its facts, so that prompts and replies go on
record without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from bots.agents.heuristic import Heuristic
from market.orders import Action, CancelOrder, Hold, PlaceOrder, ReplaceOrder
from market.view import MarketView


class StandIn:
    """A rule for `bots.adapters.llm.Heuristic`: one heuristic trader for each seat that asks.

    `rng` makes the random stream of a seat. Facts are those of `LanguageModelTrader`: `asked` (turn, reflection or
    form), `seat`, and `view` or `neutral`.
    """

    def __init__(self, rng: Callable[[int], Random]) -> None:
        self._rng = rng
        self._traders: dict[int, Heuristic] = {}

    def __call__(self, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        match facts["asked"]:
            case "turn":
                return self._turn(facts["seat"], facts["view"])
            case "reflection":
                return {"insights": "prices come near to what a share pays", "plans": "trade where it gains"}
            case _:
                return {"answers": [{"name": name, "values": values} for name, values in facts["neutral"].items()]}

    def _turn(self, seat: int, view: MarketView) -> Mapping[str, Any]:
        trader = self._traders.setdefault(seat, Heuristic(rng=self._rng(seat)))
        decision = trader.decide(view)
        actions = [_reply(action, view) for action in decision.actions]
        return {"reasoning": decision.reason, "actions": actions, "intent": None, "plans": "", "insights": ""}


def _reply(action: Action, view: MarketView) -> dict[str, Any]:
    """An action as a model would write it: prices in the currency."""
    match action:
        case PlaceOrder(side, price, quantity):
            return {"do": side.value, "quantity": quantity, "price": _amount(price, view), "order": None}
        case CancelOrder(order_id):
            return {"do": "cancel", "quantity": None, "price": None, "order": order_id}
        case ReplaceOrder(order_id, price, quantity):
            return {"do": "replace", "quantity": quantity, "price": _amount(price, view), "order": order_id}
        case Hold():
            return {"do": "hold", "quantity": None, "price": None, "order": None}


def _amount(ticks: int | None, view: MarketView) -> float | None:
    # dividing by a power of ten is exact to the last digit of a tick; multiplying by 0.01 is not
    return None if ticks is None else ticks / round(1 / float(view.facts.tick))
