"""What every trader promises, in every design."""

from __future__ import annotations

from random import Random

import pytest

from bots.agents.trader import Trader
from bots.agents.trading_agents import TRADERS, make_trader
from market.designs import design
from market.events import ClosePeriod, Phase
from market.view import MarketView
from tests.bots.agents.scenes import ask, bid, buyer, do, market, seen, seller, unit_market
from tests.headless import Played, play, refusals

SEATS = {"asset_cda": 6, "smith_1962": 22, "gode_sunder_1993": 12, "ssw_1988": 6}
TURNS = {"asset_cda": 150, "smith_1962": 150, "gode_sunder_1993": 150, "ssw_1988": 30}


@pytest.fixture(scope="module", params=SEATS)
def treatment_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=TRADERS)
def played(request: pytest.FixtureRequest, treatment_name: str) -> Played:
    """A session in which half the seats are of one kind and the rest of all kinds."""
    seats = SEATS[treatment_name]
    names = [request.param] * (seats // 2) + (list(TRADERS) * seats)[: seats - seats // 2]
    return play(design(treatment_name), names, seed=3, turns=TURNS[treatment_name])


def test_no_action_is_refused_while_the_book_stands_still(played: Played) -> None:
    assert list(refusals(played)) == []


def test_a_decision_is_a_handful_of_actions_and_says_why(played: Played) -> None:
    assert max(len(turn.decision.actions) for turn in played.turns) <= 3
    assert all(turn.decision.reason for turn in played.turns)


def test_nobody_has_more_than_one_order_a_side(played: Played) -> None:
    for turn in played.turns:
        sides = [order.side for order in turn.view.orders]
        assert len(sides) == len(set(sides))


@pytest.mark.parametrize("name", TRADERS)
def test_the_same_seed_gives_the_same_market_also_with_views_read_from_their_json(name: str) -> None:
    """So a decision follows from the view and the trader's random numbers alone."""
    names = [name, "noise", "zero_intelligence"] * 2
    direct = play(design("asset_cda"), names, seed=5, turns=40)
    read = play(design("asset_cda"), names, seed=5, turns=40, glass=lambda view: MarketView.from_json(view.to_json()))
    assert direct.exchange.chain_hash() == read.exchange.chain_hash()
    assert direct.exchange.trades


@pytest.mark.parametrize("name", TRADERS)
def test_nothing_is_sent_to_a_closed_market(name: str) -> None:
    exchange = do(market(), "a", bid(100), ask(120))
    exchange.operate(ClosePeriod(20), 20)
    view = seen(exchange)
    assert view.phase is Phase.CLOSED
    assert make_trader(name, Random(1)).decide(view).actions == ()


@pytest.mark.parametrize("name", TRADERS)
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_no_unit_left_means_no_order(name: str, side: str) -> None:
    exchange = unit_market(buyer(300) if side == "buyer" else seller(100))
    mine, others = (bid(200), ask(200)) if side == "buyer" else (ask(200), bid(200))
    do(exchange, "b" if side == "buyer" else "a", others)
    do(exchange, "me", mine)
    assert len(exchange.trades) == 1
    assert make_trader(name, Random(1)).decide(seen(exchange)).actions == ()


@pytest.mark.parametrize("name", sorted(set(TRADERS) - {"zero_intelligence_unconstrained"}))
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_units_are_never_traded_at_a_loss(name: str, side: str) -> None:
    """Prices far beyond the own value or cost, all through the period."""
    exchange = unit_market(buyer(150) if side == "buyer" else seller(250))
    mine = 150 if side == "buyer" else 250
    for number in range(8):
        do(exchange, "b", ask(195 + number % 2 * 10))
        do(exchange, "a", bid(205))
    do(exchange, "a", bid(180))
    do(exchange, "b", ask(210))
    trader: Trader = make_trader(name, Random(2))
    for second in range(0, 120, 5):
        for action in trader.decide(seen(exchange, second)).actions:
            receipt = exchange.submit("me", action, second)
            assert receipt.ok
            assert not receipt.trades
        for order in seen(exchange).orders:
            assert order.price <= mine if side == "buyer" else order.price >= mine


def test_an_unknown_trader_is_named_with_the_known_and_the_nearest() -> None:
    with pytest.raises(
        ValueError, match=r"Unknown trader 'momentun'\. Known: fundamental, .*Did you mean 'momentum'\?"
    ):
        make_trader("momentun", Random(1))
