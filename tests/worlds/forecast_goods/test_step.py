"""A round: what never changes whatever agents do, in which order things happen, and what roles may do."""

from __future__ import annotations

from typing import Any

import pytest
from numpy.random import Generator, default_rng

from tests.worlds.forecast_goods.builders import ANALYST, PRINCIPAL, TRADER, issue, offering, small, usual, with_good
from worlds.errors import WorldError
from worlds.forecast_goods import Config, Round, State, begin, step
from worlds.forecast_goods.actions import Actions, Bet, Bid, Issue, Offer
from worlds.forecast_goods.chain import verify
from worlds.forecast_goods.config import MODES

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "rival, with credit and short": {"rival": True, "value": 4000, "credit": 5000, "short": 50},
    "baskets by logit": {"basket": 3, "choice": "logit", "purse": 5000, "value": 2500},
}


def wild(state: State, config: Config, rng: Generator) -> dict[str, Actions]:
    """Whatever comes to mind, also what makes no sense or may not be."""
    assets, goods = [*config.information.names, "gamma"], [*state.goods, "nothing"]

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def one() -> Actions:
        return Actions(
            research={assets[number(0, len(assets))]: number(-5, 900)},
            predictions=(
                Issue(assets[number(0, 3)], number(0, 6), float(rng.choice([rng.random(), 1.5, float("nan")]))),
            ),
            offers=tuple(Offer(goods[number(0, len(goods))], number(-5, 6000), number(0, 9)) for _ in range(4)),
            bids=(Bid(assets[number(0, 3)], number(-5, 60_000), number(0, 4)),),
            bets=tuple(Bet(assets[number(0, 3)], number(0, 3), number(-60, 60), number(-5000, 9000)) for _ in range(3)),
        )

    def fit(actions: Actions, role: str) -> Actions:
        if role == "analyst":
            return Actions(research=actions.research, predictions=actions.predictions)
        if role == "trader":
            return Actions(offers=actions.offers, bids=actions.bids, bets=actions.bets)
        return actions

    return {name: fit(one(), agent.role) for name, agent in state.agents.items()}


def holds(done: Round, state: State, config: Config) -> None:
    for trade in done.trades:
        assert trade.buyer_gain + trade.seller_gain == trade.value - trade.cost
        assert 0 <= trade.royalty <= max(0, trade.seller_gain)
    for one in done.efficiency.values():
        assert one.best == one.actual + one.extramarginal + one.missed
        assert one.extramarginal >= 0
        assert one.missed >= 0
    for agent in state.agents.values():
        assert agent.cash >= -config.market.credit, agent
        assert agent.reserved == 0
        assert all(shares >= -config.market.short for shares in agent.holdings.values())
    assert all(good.stock >= 0 for good in state.goods.values())
    assert sum(agent.budget for agent in state.agents.values()) == 12 * config.teams.budget


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", MODES)
def test_no_cent_is_made_or_lost_and_every_gain_adds_up_whatever_agents_do(mode: str, kind: str) -> None:
    config = usual(
        market={**KINDS[kind], "matching": mode, "contract": 3}, budgets={"mode": "penalty", "every": 7, "floor": 50}
    )
    state, rng, happened = begin(config, 7), default_rng(7), 0
    money = state.money()
    for _ in range(30):
        done = step(state, config, wild(state, config, rng))
        assert state.money() == money
        holds(done, state, config)
        happened += len(done.trades) + len(done.payouts)
    assert happened >= 20
    assert verify(state.chain.take()) == state.chain.head


def test_the_makers_loss_in_an_economy_stays_within_its_bound() -> None:
    config = usual(market={"matching": "lmsr", "contract": 4})
    state, payouts = begin(config, 7), []
    for _ in range(40):
        payouts += step(state, config).payouts
    assert len(payouts) == 20
    assert all(one.paid_out - one.paid_in <= 100 * 69.3147 + 1 for one in payouts)
    assert sum(agent.surplus for agent in state.agents.values()) == sum(one.paid_out - one.paid_in for one in payouts)


def test_a_round_ends_with_what_it_was_and_the_state_in_the_log() -> None:
    config = small()
    state = begin(config, 7)
    done = step(state, config, {})
    assert (state.round, done.hash) == (1, state.chain.head)
    assert '"state"' in state.chain.take()[-1]


def test_news_of_a_round_is_seen_from_the_next_one_on() -> None:
    config = usual(information={"news": {"public_rate": 500.0}})
    state = begin(config, 7)
    assert not any(state.inboxes.values())
    came = step(state, config, {}).deliveries
    assert {one.item.id for one in came} == {one.id for items in state.inboxes.values() for one in items}


def test_a_role_does_what_is_its_own_and_the_rest_is_refused() -> None:
    config = small()
    state, good = with_good(config)
    given = {ANALYST: offering(good, 1), TRADER: issue(), PRINCIPAL: Actions(research={"alpha": 1})}
    done = step(state, config, given)
    assert [(one.agent, one.what) for one in done.refusals] == [
        (ANALYST, "offers"),
        (PRINCIPAL, "research"),
        (TRADER, "predictions"),
    ]
    assert not done.trades


def test_a_team_sells_its_own_goods_alone_and_a_rival_one_as_often_as_there_are_units() -> None:
    config = small(market={"rival": True, "stock": 2}, teams={"number": 2})
    state, good = with_good(config)
    refused = step(state, config, {"team2/trader1": offering(good, 600)}).refusals
    assert "own team" in refused[0].reason
    done = step(state, config, {TRADER: offering(good, 600, 3)})
    assert "2 are left" in done.refusals[0].reason
    assert len(step(state, config, {TRADER: offering(good, 600, 2)}).trades) == 2
    assert state.goods[good].stock == 0


def test_a_royalty_goes_to_who_made_the_forecast() -> None:
    config = small(market={"cost_low": 500, "cost_high": 500, "royalty": 0.25})
    state, good = with_good(config)
    [trade] = step(state, config, {TRADER: offering(good, 5000)}).trades
    assert trade.royalty == (trade.price - 500) // 4 == state.agents[ANALYST].surplus
    assert state.agents[TRADER].surplus == trade.price - 500 - trade.royalty


def test_a_good_can_be_sold_until_its_event_and_not_after() -> None:
    config = small()
    state, good = with_good(config)
    for _ in range(4):
        assert not step(state, config, {TRADER: offering(good, 600)}).refusals
    assert step(state, config, {TRADER: offering(good, 600)}).refusals
    assert not state.goods


def test_who_sells_short_must_be_able_to_pay_when_it_goes_wrong() -> None:
    config = small(market={"matching": "lmsr", "short": 1000}, teams={"cash": 10_000})
    state = begin(config, 7)
    bets = Actions(bets=(Bet("alpha", 1, -140, 0), Bet("alpha", 1, -2000, 0)))
    done = step(state, config, {TRADER: bets})
    assert [one.shares for one in done.fills] == [-140]
    assert "may be short" in done.refusals[0].reason
    poor = begin(small(market={"matching": "lmsr", "short": 1000}, teams={"cash": 1000}), 7)
    assert "not there" in step(poor, config, {TRADER: bets}).refusals[0].reason


def test_an_agent_that_there_is_not_is_a_mistake_of_the_callers() -> None:
    config = small()
    with pytest.raises(WorldError, match="Unknown agent 'team9/analyst1'"):
        step(begin(config, 7), config, {"team9/analyst1": Actions()})


def test_a_bet_gets_what_its_limit_leaves_and_lapses_where_that_is_nothing() -> None:
    config = small(market={"matching": "lmsr"}, time={"rounds": 3})
    state = begin(config, 7)
    # 40 shares cost 21.99 from evens: a mean price of .52 is reached before, one of .50 never
    for shares, limit in ((40, 2080), (40, 1000)):
        done = step(state, config, {TRADER: Actions(bets=(Bet("alpha", 1, shares, limit),))})
        assert not done.refusals
        if limit == 1000:
            assert not done.fills
        else:
            [fill] = done.fills
            assert 0 < fill.shares < 40
            assert 40 * fill.charge <= 2080 * fill.shares
