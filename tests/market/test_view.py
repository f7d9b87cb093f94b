"""Sentences about what one trader may see."""

from __future__ import annotations

import json
from dataclasses import asdict
from random import Random

import pytest
from pydantic import ValidationError

from market.designs import deal_roles, design
from market.events import ClosePeriod, OpenPeriod
from market.exchange import Exchange
from market.history import PeriodSummary
from market.orders import Quote
from market.treatments import Role
from market.view import RECENT_TRADES, Level, MarketView, OwnOrder, view_of
from tests.market.builders import BUY, buy, cancel, induced, opened, play, sell, treatment
from tests.market.commands import TREATMENTS, Play

# Traders' amounts that appear nowhere else, so that one seen by another trader is seen for sure.
SECRETS = {
    "asset": [Role(name=f"kind {seat}", cash=70_001 + 13 * seat, shares=4_003 + 7 * seat) for seat in range(4)],
    "induced": [
        Role(name="buyer", values=(90_011, 80_021)),
        Role(name="buyer", values=(90_031, 80_041)),
        Role(name="seller", costs=(60_017, 70_027)),
        Role(name="seller", costs=(60_037, 70_047)),
    ],
}


def test_the_book_is_seen_by_level_with_ones_own_shares_marked() -> None:
    market = opened()
    play(market, ("T1", buy(50, 2)), ("T2", buy(50, 3)), ("T2", buy(48)), ("T3", sell(60)))
    view = view_of(market, "T1", 9.0)
    assert view.bids == (Level(50, 5, mine=2), Level(48, 1, mine=0))
    assert view.asks == (Level(60, 1, mine=0),)
    assert view.quote == Quote(50, 60)
    assert view.orders == (OwnOrder(1, BUY, 50, 2, 2),)


def test_trades_are_seen_without_names() -> None:
    market = opened()
    play(market, ("T1", sell(50, 2)), ("T2", buy(50)))
    view = view_of(market, "T3", 5.0)
    [trade] = view.trades
    assert trade == (1, 1, 2.0, 50, 1, BUY)
    assert view.last_price == 50
    assert view.history == (PeriodSummary(1, 1, 1, 50.0, 50, None),)


def test_history_has_a_line_for_each_period_weighted_by_volume() -> None:
    market = opened(treatment(dividends=(10,)))
    play(market, ("T1", sell(50, 3)), ("T2", buy(50, 3)), ("T1", sell(70)), ("T2", buy(70)))
    market.operate(ClosePeriod(10))
    assert view_of(market, "T1", 0).history == (PeriodSummary(1, 2, 4, 55.0, 70, 10),)
    market.operate(OpenPeriod())
    assert view_of(market, "T1", 0).history[1] == PeriodSummary(2, 0, 0, None, None, None)


def test_time_left_is_never_negative() -> None:
    market = opened(treatment(period_seconds=20))
    assert [view_of(market, "T1", seconds).seconds_left for seconds in (0, 12.5, 21)] == [20, 7.5, 0]


def test_the_fundamental_value_is_seen_where_the_treatment_tells_it() -> None:
    told, kept = design("asset_cda"), design("asset_cda").with_changes(tell_fundamental=False)
    assert view_of(opened(told), "T1", 0).fundamental == 150
    assert view_of(opened(kept), "T1", 0).fundamental is None
    assert view_of(opened(induced()), "T1", 0).fundamental is None


def test_the_holding_value_is_seen_period_by_period_whether_or_not_the_fundamental_value_is_told() -> None:
    for told in (True, False):
        market = opened(design("asset_cda").with_changes(tell_fundamental=told, tell_holding_value=True))
        assert view_of(market, "T1", 0).holding_value == 150
        market.operate(ClosePeriod(20))
        assert view_of(market, "T1", 0).holding_value == 150
        market.operate(OpenPeriod())
        assert view_of(market, "T1", 0).holding_value == 100
        assert bool(view_of(market, "T1", 0).facts.fundamental) == told
    assert view_of(opened(design("asset_cda")), "T1", 0).holding_value is None


def test_before_the_first_period_there_is_nothing_to_see_but_ones_own_account() -> None:
    market = Exchange(treatment(), {"T1": Role(name="rich", cash=10)})
    view = view_of(market, "T1", 0)
    assert (view.period, view.fundamental, view.history, view.last_price) == (0, None, (), None)
    assert view.holdings.cash == 10


def test_a_view_has_the_latest_trades_only() -> None:
    market = opened(treatment((Role(name="rich", cash=10**6, shares=10**6),)))
    for _ in range(RECENT_TRADES + 5):
        play(market, ("T1", sell(50)), ("T2", buy(50)))
    view = view_of(market, "T1", 0)
    assert (view.trades[0].id, view.trades[-1].id, len(view.trades)) == (6, RECENT_TRADES + 5, RECENT_TRADES)
    assert view.history[0].trades == RECENT_TRADES + 5


def test_ones_own_role_is_seen_as_it_was_dealt_whatever_was_traded_since() -> None:
    market = opened(induced())
    play(market, ("T1", buy(70)), ("T3", sell(70)))
    assert view_of(market, "T1", 9.0).holdings.values_left == (80,)
    assert view_of(market, "T1", 9.0).role == Role(name="buyer", values=(100, 80))


def test_an_unknown_trader_sees_nothing() -> None:
    with pytest.raises(KeyError):
        view_of(opened(), "T99", 0)


@pytest.mark.parametrize("name", TREATMENTS)
def test_a_view_survives_json(name: str) -> None:
    play = Play(TREATMENTS[name], Random(name))
    for trader, _, _ in play.moves(25):
        view = view_of(play.exchange, trader, play.exchange.seconds)
        assert MarketView.from_json(view.to_json()) == view


def test_what_is_no_view_is_refused() -> None:
    with pytest.raises(ValidationError):
        MarketView.from_json('{"seq": 1}')


@pytest.mark.parametrize("name", SECRETS)
def test_no_trader_sees_the_values_costs_endowments_or_name_of_another(name: str) -> None:
    roles = SECRETS[name]
    rules = treatment(roles, fixed_seats=True, price_max=100)
    market = opened(rules)
    play(market, ("T1", buy(50)), ("T3", sell(50)), ("T2", buy(40)), ("T4", sell(60)), ("T2", cancel(3)))
    for seat, trader in enumerate(market.accounts):
        seen = view_of(market, trader, 9.0).to_json()
        others = [role for other, role in enumerate(roles) if other != seat]
        secrets = {str(amount) for role in others for amount in (role.cash, role.shares, *role.values, *role.costs)}
        assert not [secret for secret in secrets - {"0"} if secret in seen]
        assert [other for other in market.accounts if f'"{other}"' in seen] == [trader]


@pytest.mark.parametrize("name", ["asset_cda", "smith_1962", "gode_sunder_1993"])
def test_two_traders_of_one_role_see_the_same_but_themselves(name: str) -> None:
    """Facts, book, trades and history are the same for all; only the account, orders and name differ."""
    rules = design(name)
    seats = len(rules.roles) if rules.fixed_seats else 4
    roles = deal_roles(rules, ["human"] * seats, Random(1))
    market = Exchange(rules, {f"T{seat + 1}": role for seat, role in enumerate(roles)})
    market.operate(OpenPeriod())
    views = [json.loads(view_of(market, trader, 0).to_json()) for trader in market.accounts]
    for own in ("trader", "holdings", "orders", "role"):
        for view in views:
            del view[own]
    assert all(view == views[0] for view in views)


def test_facts_name_no_role() -> None:
    facts = asdict(view_of(opened(induced()), "T1", 0).facts)
    assert "roles" not in facts
    assert "buyer" not in json.dumps(facts)
