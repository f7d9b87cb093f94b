"""What holds in any market that a treatment can describe, whatever traders send."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from market.custom import treatment_from_toml, treatment_to_toml
from market.events import Bankrupt
from market.exchange import Exchange, fold
from market.tables import tables
from market.view import MarketView, view_of
from tests.market.commands import Play, played
from tests.market.random_treatments import random_treatment
from tests.market.test_properties import check_conservation, check_no_crossed_book, check_reserves
from tests.market.test_tables import record_of

MANY = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32)


@MANY
@given(seed=SEEDS)
def test_any_market_is_sound_after_every_command_and_its_log_leads_back_to_it(seed: int) -> None:
    play = Play(random_treatment(Random(seed)), Random(seed))
    for _ in play.moves(25):
        if play.rules.institution == "continuous":
            check_no_crossed_book(play.exchange)
        check_reserves(play.exchange)
        check_conservation(play.exchange)
    check_conservation(play.exchange)
    check_bankruptcies(play.exchange)
    again = fold(play.rules, play.exchange.roles, play.exchange.log())
    assert again.state_hash() == play.exchange.state_hash()
    assert again.states == play.exchange.states


def check_bankruptcies(exchange: Exchange) -> None:
    """At the end of the last period those are bankrupt who owe too much, and nobody where there is no rule for it."""
    found = {one.trader for one in exchange.events[-1].outcomes if isinstance(one, Bankrupt)}
    limit = exchange.treatment.credit_limit or 0
    owing = {trader for trader, account in exchange.accounts.items() if account.cash < -limit}
    assert found == exchange.ledger.bankrupt == (set() if exchange.treatment.bankrupt == "continue" else owing)


@MANY
@given(seed=SEEDS)
def test_any_market_can_be_seen_and_recorded(seed: int) -> None:
    play = Play(random_treatment(Random(seed)), Random(seed))
    for trader, _, _ in play.moves(6):
        view = view_of(play.exchange, trader, play.exchange.seconds)
        assert MarketView.from_json(view.to_json()) == view
    accounts = tables(record_of(play.exchange))["accounts"]
    assert [row["cash"] for row in accounts[-4:]] == [account.cash for account in play.exchange.accounts.values()]
    assert all((row["state"] != "") == bool(play.rules.information.states) for row in accounts)


@MANY
@given(seed=SEEDS)
def test_any_treatment_written_as_toml_reads_back_the_same(seed: int) -> None:
    rules = random_treatment(Random(seed))
    assert treatment_from_toml(treatment_to_toml(rules)) == rules


def test_among_random_markets_there_is_something_of_everything() -> None:
    seen: Counter[str] = Counter()
    for seed in range(60):
        market = played(random_treatment(Random(seed)), seed, number=25)
        seen["traded"] += bool(market.trades)
        seen["short"] += any(account.shares < 0 for account in market.accounts.values()) > market.treatment.induced
        seen["bankrupt"] += any(isinstance(one, Bankrupt) for event in market.events for one in event.outcomes)
        seen["states"] += any(market.states)
        seen["call"] += market.treatment.institution == "call"
        seen["induced"] += market.treatment.induced
    assert seen["traded"] > 40
    assert min(seen[name] for name in ("short", "bankrupt", "states", "call", "induced")) > 1
