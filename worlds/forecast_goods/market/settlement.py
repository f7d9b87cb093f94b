"""Who pays whom. Nothing is promised that cash does not cover, and no cent is made or lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from worlds.forecast_goods.market.orders import DEMAND
from worlds.forecast_goods.market.surplus import Gain
from worlds.forecast_goods.state import Agent, Deeds, State


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade in cents. `value`, `cost`: what it added to the buyer's value and the seller's cost; `royalty`: what of
    the seller's gain went to the producer."""

    round: int
    asset: str
    good: str
    buyer: str
    seller: str
    price: int
    quantity: int
    value: int
    cost: int
    buyer_gain: int
    seller_gain: int
    royalty: int = 0


class Refusal(NamedTuple):
    """What an agent wanted, and why it did not happen."""

    agent: str
    what: str
    reason: str


def free(agent: Agent, credit: int, payout: int, assets: Iterable[str]) -> int:
    """Cents that an agent may still promise: its cash and credit, less what is promised and what its short positions
    may have to pay. `assets`: those with an open contract."""
    return agent.cash + credit - agent.reserved - sum(liability(agent, asset, payout) for asset in assets)


def liability(agent: Agent, asset: str, payout: int) -> int:
    """What a short position in a contract pays at worst."""
    zero, one = (agent.holdings.get(held(asset, outcome), 0) for outcome in (0, 1))
    return payout * max(0, -zero, -one)


def held(asset: str, outcome: int) -> str:
    """The name under which an agent holds shares of an outcome."""
    return f"{asset}:{outcome}"


def settle(state: State, trade: Trade, share: float, deeds: Mapping[str, Deeds]) -> Trade:
    """Move money and the good; the seller pays its cost, and a royalty of `share` of its gain to the good's producer.
    What each gained is added to `deeds` of the round."""
    seller, paid = state.agents[trade.seller], trade.price * trade.quantity
    producer = state.agents[state.goods[trade.good].producer]
    royalty = int(share * max(0, trade.seller_gain)) if producer is not seller else 0
    seller.cash += paid - trade.cost - royalty
    producer.cash += royalty
    state.outside += trade.cost
    gained(seller, trade.seller_gain - royalty, deeds)
    gained(producer, royalty, deeds)
    if trade.buyer == DEMAND:
        state.outside -= paid
    else:
        buyer = state.agents[trade.buyer]
        buyer.cash -= paid
        buyer.holdings[trade.good] = buyer.holdings.get(trade.good, 0) + trade.quantity
        gained(buyer, trade.buyer_gain, deeds)
    return replace(trade, royalty=royalty)


def trade_of(round: int, asset: str, names: tuple[str, str, str], price: int, quantity: int, gain: Gain) -> Trade:
    """`names`: good, buyer, seller."""
    return Trade(round, asset, *names, price, quantity, *gain)


def gained(agent: Agent, cents: int, deeds: Mapping[str, Deeds]) -> None:
    agent.surplus += cents
    deeds[agent.id].surplus += cents
