"""The call auction: the project's own, once a round; who came first at the margin is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from numpy.random import Generator

from market.call import CallAuction, Rationing
from worlds.forecast_goods.config import Market
from worlds.forecast_goods.market.cda import arrivals
from worlds.forecast_goods.market.orders import Ask, Deal, Want


def match(asks: Sequence[Ask], wants: Sequence[Want], config: Market, last: int | None, rng: Generator) -> list[Deal]:
    """All at one price; `last` decides where many prices clear the market."""
    clearing = CallAuction(cast(Rationing, config.rationing)).clear(arrivals(asks, wants, rng), last)
    return [
        Deal(ask.id, bid.id - len(asks), clearing.price, quantity)
        for bid, ask, quantity in clearing.matches
        if clearing.price is not None and ask.trader != bid.trader
    ]
