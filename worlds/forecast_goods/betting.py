"""The market phase with the automated maker: contracts on indices open, agents bet on them, they mature and pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from worlds.forecast_goods.actions import Actions, Bet
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.information.predictions import event
from worlds.forecast_goods.market import lmsr
from worlds.forecast_goods.market.settlement import Refusal, free, gained, held, liability
from worlds.forecast_goods.state import Agent, Deeds, Maker, State
from worlds.forecast_goods.streams import generator

MOST_SHARES = 10**6


@dataclass(frozen=True, slots=True)
class Fill:
    """A bet that the maker took: `shares` below 0 were sold to it; `charge` in cents, below 0 what it paid; `price` of
    the outcome after it, from 0 to 1."""

    round: int
    asset: str
    agent: str
    outcome: int
    shares: int
    charge: int
    price: float


@dataclass(frozen=True, slots=True)
class Payout:
    """A contract that matured. `paid_in`, `paid_out`: cents; the difference is the maker's gain."""

    round: int
    asset: str
    strike: float
    outcome: int
    paid_in: int
    paid_out: int


def open_contracts(state: State, config: Config) -> None:
    """A contract for the next round on where there is none, at the level of now."""
    if config.market.matching != "lmsr":
        return
    for asset, level in zip(config.information.names, state.index.levels, strict=True):
        if asset not in state.makers:
            state.makers[asset] = Maker(asset, level, state.round + config.market.contract - 1)


def bet(state: State, config: Config, given: Mapping[str, Actions]) -> tuple[list[Fill], list[Refusal]]:
    """All bets of a round, agent by agent in random order."""
    fills: list[Fill] = []
    refusals: list[Refusal] = []
    names = list(given)
    order = generator(state.seed, state.round, "market/bets").permutation(len(names)).tolist()
    for name in (names[place] for place in order):
        for one in given[name].bets:
            done = _placed(state, config, state.agents[name], one)
            if isinstance(done, Refusal):
                refusals.append(done)
            elif done:
                fills.append(done)
    return fills, refusals


def _placed(state: State, config: Config, agent: Agent, wish: Bet) -> Fill | Refusal | None:
    """What the limit leaves no share of lapses, as orders do that nobody meets."""
    maker = state.makers.get(wish.asset)
    if maker is None or wish.outcome not in (0, 1) or not 0 < abs(wish.shares) <= MOST_SHARES:
        known = ", ".join(state.makers)
        return Refusal(agent.id, "bet", f"{wish.shares} of outcome {wish.outcome!r} of {wish.asset!r}: known {known}")
    market = config.market
    terms = (market.liquidity, market.payout)
    shares = lmsr.within(maker.sold, wish.outcome, wish.shares, wish.limit, *terms)
    if not shares:
        return None
    wish = replace(wish, shares=shares)
    cents = lmsr.charge(maker.sold, wish.outcome, wish.shares, *terms)
    wrong = _refused(state, config, agent, wish, cents)
    if wrong:
        return Refusal(agent.id, "bet", wrong)
    _moved(state, agent, maker, wish, cents)
    price = lmsr.prices(maker.sold, market.liquidity)[wish.outcome]
    return Fill(state.round, wish.asset, agent.id, wish.outcome, wish.shares, cents, price)


def _refused(state: State, config: Config, agent: Agent, wish: Bet, cents: int) -> str:
    market, name = config.market, held(wish.asset, wish.outcome)
    has = agent.holdings.get(name, 0)
    if has + wish.shares < -market.short and wish.shares < 0:
        return f"{-wish.shares} shares for sale, {has} held and {market.short} may be short"
    # what the position may have to pay after the bet must be there, too
    after = Agent(agent.id, agent.team, agent.role, agent.cash - cents, 0, holdings={**agent.holdings})
    after.holdings[name] = has + wish.shares
    worse = liability(after, wish.asset, market.payout) > liability(agent, wish.asset, market.payout)
    if (cents > 0 or worse) and free(after, market.credit, market.payout, state.makers) < 0:
        return f"{cents} cents and what the shares may have to pay are not there"
    return ""


def _moved(state: State, agent: Agent, maker: Maker, wish: Bet, cents: int) -> None:
    name = held(wish.asset, wish.outcome)
    agent.holdings[name] = agent.holdings.get(name, 0) + wish.shares
    agent.cash -= cents
    state.maker_cash += cents
    maker.sold[wish.outcome] += wish.shares
    maker.paid_in += cents
    maker.paid_by[agent.id] = maker.paid_by.get(agent.id, 0) + cents


def pay_out(state: State, config: Config, deeds: Mapping[str, Deeds]) -> list[Payout]:
    """Contracts that mature in this round pay, and what each agent gained by them is counted."""
    levels = dict(zip(config.information.names, state.index.levels, strict=True))
    due = [one for one in state.makers.values() if one.matures_at == state.round]
    return [_paid(state, config, one, event(levels[one.asset], one.strike), deeds) for one in due]


def _paid(state: State, config: Config, maker: Maker, outcome: int, deeds: Mapping[str, Deeds]) -> Payout:
    total = 0
    for agent in state.agents.values():
        shares = [agent.holdings.pop(held(maker.asset, one), 0) for one in (0, 1)]
        cents = shares[outcome] * config.market.payout
        agent.cash += cents
        total += cents
        gained(agent, cents - maker.paid_by.get(agent.id, 0), deeds)
    state.maker_cash -= total
    del state.makers[maker.asset]
    return Payout(state.round, maker.asset, maker.strike, outcome, maker.paid_in, total)
