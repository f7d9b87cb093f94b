"""Sentences about states and clues: what is drawn, who is told what, and that nobody else learns it."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from market.designs import check_seats, design
from market.encoding import decode_command, encode_command
from market.events import ClosePeriod, OpenPeriod, Told
from market.exchange import Exchange, OperationError, fold
from market.information import Draw, deal_clues, draw_periods, draw_states, draws_from
from market.parts import State
from market.states import Clue, expected_dividend, odds
from market.treatments import Treatment, TreatmentError
from market.view import view_of
from tests.market.builders import RICH, buy, play, sell, treatment

X, Y, Z = (State(name=name, weight=w, dividend=d) for name, w, d in (("X", 7, 50), ("Y", 9, 240), ("Z", 4, 490)))
SEATS = tuple(f"T{seat}" for seat in range(1, 10))
HUMANS = dict.fromkeys(SEATS, "human")


def told(clues: str = "not_this", states: tuple[State, ...] = (X, Y, Z), informed: int = 0, **more: Any) -> Treatment:
    return treatment(information={"states": states, "clues": clues, "informed": informed}, **more)


def dealt(rules: Treatment, state: str, seed: int = 1, kinds: dict[str, str] = HUMANS) -> list[Told]:
    return list(deal_clues(rules, state, kinds, Random(seed)))


# What is drawn


def test_states_are_drawn_by_their_odds() -> None:
    counts = Counter(state.name for state in draw_states(told(periods=4000), Random(1)))
    assert 1300 < counts["X"] < 1500
    assert 1700 < counts["Y"] < 1900
    assert 700 < counts["Z"] < 900


def test_the_dividend_of_a_period_is_that_of_its_state() -> None:
    pays = {"X": 50, "Y": 240, "Z": 490}
    assert all(draw.dividend == pays[draw.state] for draw in draw_periods(told(periods=100), HUMANS, Random(1)))


def test_without_states_a_draw_is_a_dividend_alone() -> None:
    draws = draw_periods(treatment(periods=3, dividends=(5,)), HUMANS, Random(1))
    assert draws == [Draw(5), Draw(5), Draw(5)]
    assert draws[0].opening == OpenPeriod()
    assert draws[0].closing == ClosePeriod(5)


def test_draws_survive_json() -> None:
    draws = tuple(draw_periods(told(periods=4), HUMANS, Random(1)))
    assert draws_from(json.dumps(draws)) == draws
    with pytest.raises(ValidationError):
        draws_from('[["X"]]')


def test_the_same_seed_draws_the_same() -> None:
    one, same, other = (draw_periods(told(periods=9), HUMANS, Random(seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


# Who is told what


@pytest.mark.parametrize("state", ["X", "Y", "Z"])
def test_each_is_told_one_state_that_it_is_not_and_together_they_know_it(state: str) -> None:
    for seed in range(30):
        clues = dealt(told(), state, seed)
        counts = Counter(clue.state for clue in clues)
        assert sorted(clue.trader for clue in clues) == sorted(SEATS)
        assert {clue.kind for clue in clues} == {"not_this"}
        assert set(counts) == {"X", "Y", "Z"} - {state}
        assert sorted(counts.values()) == [4, 5]


def test_who_is_told_which_differs_from_draw_to_draw() -> None:
    first = {min(dealt(told(), "X", seed)).state for seed in range(40)}
    assert first == {"Y", "Z"}


def test_of_two_states_the_one_that_it_is_not_is_told_as_the_one_that_it_is() -> None:
    assert {(clue.kind, clue.state) for clue in dealt(told(states=(X, Y)), "Y")} == {("state", "Y")}


@pytest.mark.parametrize("informed", [1, 4, 9])
def test_as_many_as_the_treatment_says_are_told_the_state(informed: int) -> None:
    for seed in range(20):
        clues = dealt(told("state", informed=informed), "Z", seed)
        assert {(clue.kind, clue.state) for clue in clues} == {("state", "Z")}
        assert len({clue.trader for clue in clues}) == informed


def test_nobody_is_told_anything_where_the_treatment_tells_nothing() -> None:
    assert dealt(told("none"), "X") == []


@pytest.mark.parametrize("rules", [told(), told("state", informed=3)], ids=["not_this", "state"])
def test_every_kind_of_trader_is_told_as_much(rules: Treatment) -> None:
    kinds = {seat: ("human", "model")[number % 2] for number, seat in enumerate(SEATS[:6])}
    for seed in range(30):
        clues = dealt(rules, "X", seed, kinds)
        by_kind = {(kinds[clue.trader], clue.state): 0 for clue in clues}
        for clue in clues:
            by_kind[kinds[clue.trader], clue.state] += 1
        counts = [
            by_kind.get((kind, state), 0) for kind in ("human", "model") for state in {one.state for one in clues}
        ]
        assert max(counts) - min(counts) <= 1


def test_it_takes_enough_seats_to_tell_all_clues() -> None:
    many = tuple(State(name=name, dividend=5) for name in "ABCDE")
    with pytest.raises(TreatmentError, match="test needs at least 4 seats for its clues, not 3"):
        check_seats(told(states=many), 3)
    check_seats(told(states=many), 4)
    with pytest.raises(TreatmentError, match="at least 5 seats"):
        check_seats(told("state", informed=5), 4)


# What a clue tells


def test_a_clue_moves_the_odds() -> None:
    states = (X, Y, Z)
    assert odds(states) == {"X": Fraction(7, 20), "Y": Fraction(9, 20), "Z": Fraction(1, 5)}
    assert odds(states, Clue("not_this", "Y")) == {"X": Fraction(7, 11), "Y": 0, "Z": Fraction(4, 11)}
    assert odds(states, Clue("state", "Y")) == {"X": 0, "Y": 1, "Z": 0}


def test_what_a_share_pays_on_average_depends_on_the_clue() -> None:
    # (7 x 50 + 9 x 240 + 4 x 490) / 20, and (7 x 50 + 4 x 490) / 11.
    assert expected_dividend((X, Y, Z)) == Fraction(4470, 20)
    assert expected_dividend((X, Y, Z), Clue("not_this", "Y")) == 210
    assert expected_dividend((X, Y, Z), Clue("state", "Z")) == 490


def test_the_fundamental_value_knows_the_odds_and_the_rational_value_the_state() -> None:
    rules = told(periods=2, buyback=10, interest="1/10")
    mean = Fraction(4470, 20)
    assert rules.fundamental(2) == (mean + 10) / Fraction(11, 10)
    assert rules.rational_value(2, "Z") == Fraction(500 * 10, 11)
    assert rules.rational_value(1, "X") == (50 + (mean + 10) / Fraction(11, 10)) / Fraction(11, 10)


def test_without_states_the_rational_value_is_the_fundamental_one() -> None:
    asset = design("asset_cda")
    assert [asset.rational_value(period) for period in (1, 2, 3)] == [150, 100, 50]
    assert design("smith_1962").rational_value(1) is None


# A market with clues


def opened(rules: Treatment | None = None) -> Exchange:
    """T1 to T3, all alike; the period is in state X: T1 is told that it is not Y, T2 that it is not Z."""
    market = Exchange(rules or told(periods=2), dict.fromkeys(("T1", "T2", "T3"), RICH))
    market.operate(OpenPeriod("X", (Told("T1", "not_this", "Y"), Told("T2", "not_this", "Z"))))
    return market


def test_a_trader_sees_its_own_clue_from_when_the_period_opens_until_it_ends() -> None:
    market = Exchange(told(periods=2), dict.fromkeys(("T1", "T2"), RICH))
    assert view_of(market, "T1", 0).clue is None
    market.operate(OpenPeriod("X", (Told("T1", "not_this", "Y"),)))
    assert view_of(market, "T1", 0).clue == Clue("not_this", "Y")
    assert view_of(market, "T2", 0).clue is None
    market.operate(ClosePeriod(50), 60)
    assert view_of(market, "T1", 60).clue is None


def test_the_state_is_told_to_all_when_the_period_has_ended_and_not_before() -> None:
    market = opened()
    play(market, ("T1", sell(60)), ("T2", buy(60)))
    assert view_of(market, "T3", 9).history[0].state == ""
    market.operate(ClosePeriod(50), 60)
    assert view_of(market, "T3", 60).history[0][-2:] == (50, "X")


@pytest.mark.parametrize("trader", ["T1", "T2", "T3"])
def test_what_others_are_told_changes_nothing_that_one_sees(trader: str) -> None:
    one, other = (Exchange(told(), dict.fromkeys(("T1", "T2", "T3"), RICH)) for _ in range(2))
    own = Told(trader, "not_this", "Z")
    rest = [seat for seat in one.accounts if seat != trader]
    one.operate(OpenPeriod("X", (own, *(Told(seat, "not_this", "Y") for seat in rest))))
    other.operate(OpenPeriod("Y", (own, *(Told(seat, "not_this", "X") for seat in rest))))
    for market in (one, other):
        play(market, ("T1", sell(60)), ("T2", buy(60)))
    assert view_of(one, trader, 9).to_json() == view_of(other, trader, 9).to_json()


def test_a_share_pays_what_it_pays_in_the_state_and_nothing_else() -> None:
    market = opened()
    with pytest.raises(OperationError, match="A share pays 50 in state X, not 240"):
        market.operate(ClosePeriod(240))


@pytest.mark.parametrize("wrong", [OpenPeriod(), OpenPeriod("W"), OpenPeriod("X", (Told("T9", "state", "X"),))])
def test_a_period_opens_in_one_of_the_states_and_with_clues_for_traders_alone(wrong: OpenPeriod) -> None:
    with pytest.raises(OperationError, match="A period of test cannot open with"):
        Exchange(told(), {"T1": RICH}).operate(wrong)


def test_a_market_without_states_does_not_open_in_one() -> None:
    with pytest.raises(OperationError, match="cannot open"):
        Exchange(treatment(), {"T1": RICH}).operate(OpenPeriod("X"))


def test_the_log_alone_has_states_and_clues_and_leads_back_to_them() -> None:
    market = opened()
    again = fold(market.treatment, market.roles, market.log())
    assert again.told == market.told
    assert again.states == ["X"]
    assert decode_command(json.loads(market.log()[0].command)) == market.events[0].command


def test_an_opening_without_a_state_is_written_as_it_always_was() -> None:
    assert encode_command(OpenPeriod()) == ["open"]


# The shipped design


def test_the_plott_and_sunder_design_has_markets_of_one_period_each_worth_its_state() -> None:
    rules = design("plott_sunder_1988")
    assert (rules.periods, rules.markets, rules.information.clues) == (1, 5, "not_this")
    assert [rules.rational_value(1, state.name) for state in rules.information.states] == [50, 240, 490]
    assert rules.fundamental(1) == Fraction(4470, 20)
    assert "from memory" in rules.source
