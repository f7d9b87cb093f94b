"""The market phase of a round: what agents offer and bid within their means, matching, settling, what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from worlds.forecast_goods.actions import Actions, Bid, Offer
from worlds.forecast_goods.config import MOST_CENTS, Config
from worlds.forecast_goods.market import demand
from worlds.forecast_goods.market.efficiency import Efficiency, of_copies, of_units
from worlds.forecast_goods.market.modes import MATCHERS
from worlds.forecast_goods.market.orders import DEMAND, Ask, Deal, Want
from worlds.forecast_goods.market.settlement import Refusal, Trade, free, settle, trade_of
from worlds.forecast_goods.market.surplus import Gain, Schedule, Tally
from worlds.forecast_goods.roles.interface import Tape
from worlds.forecast_goods.state import Agent, Deeds, Good, State
from worlds.forecast_goods.streams import generator

MOST_UNITS = 10**6


@dataclass(slots=True)
class Sheet:
    """All asks and wants about one asset."""

    asks: list[Ask] = field(default_factory=list)
    wants: list[Want] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """What a market phase did."""

    trades: list[Trade] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    efficiency: dict[str, Efficiency] = field(default_factory=dict)


def trade(state: State, config: Config, given: Mapping[str, Actions], deeds: Mapping[str, Deeds]) -> Session:
    """Match and settle goods about every asset, one after another; money promised is free again at the end."""
    session = Session()
    sheets = _sheets(state, config, given, session)
    for asset, sheet in sheets.items():
        _trade_asset(state, config, asset, sheet, session, deeds)
    for agent in state.agents.values():
        agent.reserved = 0
    return session


def _sheets(state: State, config: Config, given: Mapping[str, Actions], session: Session) -> dict[str, Sheet]:
    sheets = {asset: Sheet() for asset in config.information.names}
    offered: Counter[tuple[str, str]] = Counter()
    for name, actions in given.items():
        for offer in actions.offers:
            wrong = offer_refused(state, config, state.agents[name], offer, offered)
            if wrong:
                session.refusals.append(Refusal(name, "offer", wrong))
            else:
                good = state.goods[offer.good]
                sheets[good.asset].asks.append(_ask(name, good, offer, config))
        for bid in actions.bids:
            wrong = bid_refused(state, config, state.agents[name], bid)
            if wrong:
                session.refusals.append(Refusal(name, "bid", wrong))
            else:
                sheets[bid.asset].wants.extend(_own_wants(name, bid))
    units = demand.unit_values(*demand.curve(state.demand, config.demand))
    for sheet in sheets.values():
        sheet.wants.extend(Want(DEMAND, value, 1, config.market.purse) for value in units)
    return sheets


def _ask(name: str, good: Good, offer: Offer, config: Config) -> Ask:
    premium = round(config.market.quality_value * (2 * good.quality - 1))
    endless = config.market.matching == "posted" and not good.rival
    return Ask(name, good.id, offer.price, offer.quantity, premium, endless)


def _own_wants(name: str, bid: Bid) -> Iterator[Want]:
    for _ in range(bid.quantity):
        yield Want(name, bid.price, 1, bid.price)


def offer_refused(state: State, config: Config, agent: Agent, offer: Offer, offered: Counter[tuple[str, str]]) -> str:
    """Why an offer cannot stand, or "" and what it may lose is reserved. `offered`: units of this round, by seller and
    good, and in all under seller ""."""
    good = state.goods.get(offer.good)
    if good is None or good.team != agent.team:
        return f"no good {offer.good!r} of the own team is for sale"
    if not (0 <= offer.price <= MOST_CENTS and 1 <= offer.quantity <= MOST_UNITS):
        return f"{offer.quantity} units at {offer.price}: expected units from 1 and cents from 0"
    if good.rival and offered["", good.id] + offer.quantity > good.stock:
        return f"{offer.quantity} units of {good.id}: {good.stock - offered['', good.id]} are left"
    schedule, before = costs(good, config), offered[agent.id, good.id]
    if config.market.matching == "posted" and not good.rival and offer.price < good.unit_cost:
        return f"a copy of {good.id} costs {good.unit_cost}: what serves everybody is not sold for {offer.price}"
    loss = max(0, schedule.more(before, offer.quantity) - offer.price * offer.quantity)
    if not _reserve(state, config, agent, loss):
        return f"{loss} cents may be lost and are not there"
    for key in (agent.id, ""):
        offered[key, good.id] += offer.quantity
    return ""


def bid_refused(state: State, config: Config, agent: Agent, bid: Bid) -> str:
    """Why a bid cannot stand, or "" and its money is reserved."""
    if bid.asset not in config.information.names:
        return f"no asset {bid.asset!r}"
    if not (0 <= bid.price <= MOST_CENTS and 1 <= bid.quantity <= MOST_UNITS):
        return f"{bid.quantity} units at {bid.price}: expected units from 1 and cents from 0"
    if not _reserve(state, config, agent, bid.price * bid.quantity):
        return f"{bid.price * bid.quantity} cents are needed and not there"
    return ""


def _reserve(state: State, config: Config, agent: Agent, cents: int) -> bool:
    enough = cents <= 0 or cents <= free(agent, config.market.credit, config.market.payout, state.makers)
    agent.reserved += max(0, cents) if enough else 0
    return enough


def costs(good: Good, config: Config) -> Schedule:
    """Of the units of one good that are sold in a round."""
    return Schedule(good.unit_cost, config.market.cost_slope if good.rival else 0)


def _trade_asset(
    state: State, config: Config, asset: str, sheet: Sheet, session: Session, deeds: Mapping[str, Deeds]
) -> None:
    market, asks, wants = config.market, sheet.asks, sheet.wants
    last = state.tapes[asset].price
    rng = generator(state.seed, state.round, f"market/{asset}")
    deals = MATCHERS[market.matching](asks, wants, market, None if last is None else round(last), rng)
    goods = {one.good: costs(state.goods[one.good], config) for one in asks}
    tally = Tally(goods, Schedule(market.value, -market.value_slope))
    gains = [tally.gain(deal, asks, wants, market.matching == "posted") for deal in deals]
    for deal, gain in zip(deals, gains, strict=True):
        session.trades.append(_settled(state, config, asset, sheet, deal, gain, deeds))
    session.efficiency[asset] = _efficiency(config, sheet, tally, deals, gains)
    state.tapes[asset] = tape(asks, wants, deals)


def _settled(
    state: State, config: Config, asset: str, sheet: Sheet, deal: Deal, gain: Gain, deeds: Mapping[str, Deeds]
) -> Trade:
    ask, want = sheet.asks[deal.ask], sheet.wants[deal.want]
    names = (ask.good, want.buyer, ask.seller)
    one = trade_of(state.round, asset, names, deal.price, deal.quantity, gain)
    good = state.goods[ask.good]
    if good.rival:
        state.goods[ask.good] = replace(good, stock=good.stock - deal.quantity)
    return settle(state, one, config.market.royalty, deeds)


def _efficiency(config: Config, sheet: Sheet, tally: Tally, deals: list[Deal], gains: list[Gain]) -> Efficiency:
    """Among all units that were on offer and that were wanted; who stayed away is not counted."""
    seen = config.market.matching == "posted"
    values = _values(sheet.wants, tally.values)
    if any(one.endless for one in sheet.asks):
        menus = [
            [value + ask.premium - tally.costs[ask.good].unit(0) for ask in sheet.asks if ask.seller != want.buyer]
            for value, want in zip(values, sheet.wants, strict=True)
        ]
        taken: dict[int, list[int]] = {}
        for deal, gain in zip(deals, gains, strict=True):
            taken.setdefault(deal.want, []).append(gain.value - gain.cost)
        baskets = [config.market.basket if want.buyer == DEMAND else 1 for want in sheet.wants]
        return of_copies(menus, baskets, taken)
    return of_units(values, _costs(sheet.asks, tally, seen), tally.traded_values, tally.traded_costs)


def _values(wants: list[Want], own: Schedule) -> list[int]:
    """Of each unit wanted: an agent's first one is worth the most."""
    before: Counter[str] = Counter()
    values = []
    for want in wants:
        values.append(want.price if want.buyer == DEMAND else own.unit(before[want.buyer]))
        before[want.buyer] += 1
    return values


def _costs(asks: list[Ask], tally: Tally, seen: bool) -> list[int]:
    """Of each unit on offer, less what its quality is worth where that is seen."""
    before: Counter[tuple[str, str]] = Counter()
    found = []
    for ask in asks:
        key, premium = (ask.seller, ask.good), ask.premium if seen else 0
        found += [tally.costs[ask.good].unit(before[key] + one) - premium for one in range(ask.quantity)]
        before[key] += ask.quantity
    return found


def tape(asks: list[Ask], wants: list[Want], deals: list[Deal]) -> Tape:
    """What everybody may see of the phase: mean price, volume, the best bid and ask that did not trade."""
    sold, bought = Counter[int](), Counter[int]()
    for deal in deals:
        sold[deal.ask] += deal.quantity
        bought[deal.want] += deal.quantity
    volume = sum(sold.values())
    price = sum(deal.price * deal.quantity for deal in deals) / volume if volume else None
    bids = [one.price for place, one in enumerate(wants) if bought[place] < one.quantity]
    left = [one.price for place, one in enumerate(asks) if one.endless or sold[place] < one.quantity]
    return Tape(price, volume, max(bids, default=None), min(left, default=None))
