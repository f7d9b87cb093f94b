"""Posted prices: sellers put up menus, buyers come one by one in random order and choose from what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from worlds.forecast_goods.config import Market
from worlds.forecast_goods.market.orders import DEMAND, Ask, Deal, Want


class Item(NamedTuple):
    """An ask at `place` of the menu, as one buyer sees it: `gain` is its worth to the buyer less `price`, in cents."""

    place: int
    price: int
    gain: int


Choice = Callable[[Sequence[Item], int, Market, Generator], list[Item]]


def match(asks: Sequence[Ask], wants: Sequence[Want], config: Market, last: int | None, rng: Generator) -> list[Deal]:
    """A buyer on the demand curve takes at most `basket` goods, each once, for at most its purse; an agent's bid is for
    one unit. A good that serves everybody never runs out; of others, those who come first get what there is."""
    unit = replace(config, basket=1)
    left, choose = [one.quantity for one in asks], CHOICES[config.choice]
    callers = [place for place, one in enumerate(wants) for _ in range(one.quantity)]
    deals: list[Deal] = []
    for caller in (callers[one] for one in rng.permutation(len(callers)).tolist()):
        menu = [one for one in _menu(asks, wants[caller]) if asks[one.place].endless or left[one.place]]
        terms = config if wants[caller].buyer == DEMAND else unit
        for item in choose(menu, wants[caller].purse, terms, rng):
            left[item.place] -= 1
            deals.append(Deal(item.place, caller, item.price, 1))
    return deals


def _menu(asks: Sequence[Ask], want: Want) -> Iterator[Item]:
    for place, one in enumerate(asks):
        if one.seller != want.buyer and one.price <= want.purse:
            yield Item(place, one.price, want.price + one.premium - one.price)


def greedy(menu: Sequence[Item], purse: int, config: Market, rng: Generator) -> list[Item]:
    """The largest gain first, while there is one and the purse lasts; ties to the lower price, the earlier place."""
    taken: list[Item] = []
    for item in sorted(menu, key=lambda one: (-one.gain, one.price, one.place)):
        if len(taken) == config.basket or item.gain < 0:
            break
        if item.price <= purse:
            taken.append(item)
            purse -= item.price
    return taken


def logit(menu: Sequence[Item], purse: int, config: Market, rng: Generator) -> list[Item]:
    """One after another by chance, nothing among the choices: P(i) ~ exp(gain / temperature) (McFadden 1974)."""
    taken: list[Item] = []
    while len(taken) < config.basket:
        open_to = [one for one in menu if one not in taken and one.price <= purse]
        scores = np.array([0.0, *(one.gain for one in open_to)]) / config.temperature
        chances = np.cumsum(np.exp(scores - scores.max()))
        place = int(np.searchsorted(chances, rng.random() * chances[-1], side="right"))
        if place == 0:
            break
        taken.append(open_to[place - 1])
        purse -= open_to[place - 1].price
    return taken


def knapsack(menu: Sequence[Item], purse: int, config: Market, rng: Generator) -> list[Item]:
    """The largest gain that the purse and the basket allow: exact, by the baskets that none beats (Nemhauser and
    Ullmann 1969)."""
    best: dict[int, list[_Basket]] = {0: [_Basket(0, 0, ())]}
    for item in (one for one in menu if one.gain > 0):
        for size in range(min(len(best), config.basket), 0, -1):
            more = [one.with_item(item) for one in best[size - 1] if one.price + item.price <= purse]
            best[size] = _unbeaten([*best.get(size, []), *more])
    baskets = [one for size in best.values() for one in size]
    return list(max(baskets, key=lambda one: (one.gain, -one.price)).items)


class _Basket(NamedTuple):
    price: int
    gain: int
    items: tuple[Item, ...]

    def with_item(self, item: Item) -> _Basket:
        return _Basket(self.price + item.price, self.gain + item.gain, (*self.items, item))


def _unbeaten(baskets: list[_Basket]) -> list[_Basket]:
    """Those that cost less, or gain more, than all others of their size."""
    kept: list[_Basket] = []
    for one in sorted(baskets, key=lambda one: (one.price, -one.gain)):
        if not kept or one.gain > kept[-1].gain:
            kept.append(one)
    return kept


CHOICES: dict[str, Choice] = {"greedy": greedy, "logit": logit, "knapsack": knapsack}
