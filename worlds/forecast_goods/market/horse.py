"""Horse trading: in each of R sub-rounds buyers and units for sale meet in private pairs and split what there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.random import Generator

from worlds.forecast_goods.config import Market
from worlds.forecast_goods.market.orders import Ask, Deal, Want

Pair = tuple[int, int]


def match(asks: Sequence[Ask], wants: Sequence[Want], config: Market, last: int | None, rng: Generator) -> list[Deal]:
    """A pair trades one unit where the bid is at least the ask, at k bid + (1 - k) ask, to the nearest cent."""
    offered, wanted = [one.quantity for one in asks], [one.quantity for one in wants]
    deals: list[Deal] = []
    for _ in range(config.subrounds):
        for ask, want in _pairs(_each(offered), _each(wanted), asks, config, rng, len(wants)):
            if asks[ask].seller != wants[want].buyer and wants[want].price >= asks[ask].price:
                deals.append(Deal(ask, want, _price(wants[want].price, asks[ask].price, config.k), 1))
                offered[ask] -= 1
                wanted[want] -= 1
    return deals


def _each(units: Sequence[int]) -> list[int]:
    """The place of every unit that is left."""
    return [place for place, left in enumerate(units) for _ in range(left)]


def _price(bid: int, ask: int, k: float) -> int:
    return min(bid, max(ask, ask + round(k * (bid - ask))))


def _pairs(
    stalls: Sequence[int], buyers: Sequence[int], asks: Sequence[Ask], config: Market, rng: Generator, crowd: int
) -> Iterator[Pair]:
    """Who meets in a sub-round, each at most once, in random order."""
    sellers, callers = _shuffled(stalls, rng), _shuffled(buyers, rng)
    if config.pairing == "random":
        yield from zip(sellers, callers, strict=False)
        return
    names = sorted({one.seller for one in asks})
    free: dict[str, list[int]] = {name: [] for name in names}
    for place in sellers:
        free[asks[place].seller].append(place)
    for caller in callers:
        known = [name for name in acquaintances(caller, crowd, names, config.degree) if free[name]]
        if known:
            yield free[known[int(rng.integers(len(known)))]].pop(), caller


def acquaintances(buyer: int, buyers: int, sellers: Sequence[str], degree: int) -> list[str]:
    """The sellers that a buyer knows: all stand on a ring, and it knows the `degree` that come next."""
    first = buyer * len(sellers) // buyers
    return [sellers[(first + step) % len(sellers)] for step in range(min(degree, len(sellers)))]


def _shuffled(places: Sequence[int], rng: Generator) -> list[int]:
    return [places[one] for one in rng.permutation(len(places)).tolist()]
