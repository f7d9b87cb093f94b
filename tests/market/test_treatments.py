"""Sentences about treatments: what a document may say, and how mistakes are named."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from market.designs import design
from market.treatments import Amount, Treatment, TreatmentError, treatment_from
from tests.market.builders import induced, treatment


def problem(**changes: object) -> str:
    with pytest.raises(TreatmentError) as caught:
        design("asset_cda").with_changes(**changes)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"perods": 3}, "perods: there is no such field; did you mean 'periods'?"),
        ({"xyzzy": 3}, "xyzzy: there is no such field; known fields: absence, bankrupt"),
        ({"periods": 0}, "periods: expected greater than or equal to 1, got 0."),
        ({"periods": 2.5}, "periods: expected a valid integer"),
        ({"periods": True}, "periods: expected a number, got True."),
        ({"periods": 10**12}, "periods: expected less than or equal to 1000000000"),
        ({"period_seconds": 0}, "period_seconds: expected greater than 0, got 0."),
        ({"period_seconds": float("nan")}, "period_seconds: expected a finite number, got nan."),
        ({"period_seconds": float("inf")}, "period_seconds: expected a finite number, got inf."),
        ({"name": "My Market"}, "name: expected a name of small letters, digits and underscores, such as my_market"),
        ({"interest": "5%"}, """interest: expected a rate such as "1/20" or "0.05", got '5%'."""),
        ({"interest": "1/0"}, "interest: expected a rate"),
        ({"tick": "0.05"}, """tick: expected one of "1", "0.1", "0.01" ..., got '0.05'."""),
        (
            {"credit_limit": "lots"},
            "credit_limit: expected a whole number of ticks from 0 to 1000000000, or 'unlimited'",
        ),
        ({"credit_limit": -1}, "credit_limit: expected a whole number of ticks from 0"),
        ({"self_trade": "never"}, "self_trade: expected 'cancel_resting', 'cancel_incoming' or 'allow', got 'never'."),
        ({"institution": "calls"}, "institution: expected 'continuous' or 'call', got 'calls'."),
        ({"steps": {"quizz": True}}, "steps.quizz: there is no such field; did you mean 'quiz'?"),
        ({"steps": True}, "steps: expected a table, got True."),
        ({"pay": {"rate": "1%"}}, """pay.rate: expected an amount of money such as "0.01" or "1/30", got '1%'."""),
        (
            {"information": {"states": [{"name": "X", "wieght": 2}]}},
            "information.states.0.wieght: there is no such field; did you mean 'weight'?",
        ),
        ({"roles": []}, "roles: at least one is needed; add a [[roles]] table with name, cash and shares"),
        ({"roles": "rich"}, "roles: expected a list, got 'rich'."),
        ({"roles": [{"cash": 5}]}, "roles.0.name: it is missing; add name = ..."),
        ({"roles": [{"name": "a", "valuse": [1]}]}, "roles.0.valuse: there is no such field; did you mean 'values'?"),
        ({"roles": [{"name": "a", "shares": -1}]}, "roles.0.shares: expected greater than or equal to 0, got -1."),
        ({"dividends": [1, "x"]}, "dividends.1: expected a valid integer"),
        ({"price_min": 50, "price_max": 40}, "price_max: expected at least price_min (50), got 40."),
        ({"clear_after_trade": True}, "single_unit: must be true where clear_after_trade is"),
    ],
)
def test_a_mistake_is_named_with_its_field_and_what_was_expected(changes: dict[str, object], expected: str) -> None:
    assert problem(**changes).startswith(expected)


def test_all_mistakes_are_named_at_once() -> None:
    assert len(problem(periods=0, price_max=0, tick="x").splitlines()) == 3


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"dividends": (1,)}, "dividends, buyback: an induced-value market pays values and costs instead"),
        ({"roles": [{"name": "a", "values": [1]}]}, "roles: a market needs both sides"),
        ({"roles": [{"name": "a", "values": [1], "costs": [2]}]}, "roles: in an induced-value market every"),
        (
            {"roles": [{"name": "a", "values": [1]}, {"name": "b", "cash": 5}]},
            "roles: in an induced-value market every",
        ),
    ],
)
def test_contradictions_of_induced_values_are_named(changes: dict[str, object], expected: str) -> None:
    with pytest.raises(TreatmentError, match="^" + expected):
        induced().with_changes(**changes)


@pytest.mark.parametrize("units", [{"values": [1, 2]}, {"costs": [2, 1]}])
def test_without_losses_later_units_are_no_better_than_earlier_ones(units: dict[str, list[int]]) -> None:
    roles = [{"name": "a", **units}, {"name": "b", "values": [5]}, {"name": "c", "costs": [5]}]
    induced().with_changes(roles=roles)
    with pytest.raises(TreatmentError, match="losses_allowed: false needs values that never rise"):
        induced().with_changes(roles=roles, losses_allowed=False)


def test_numbers_may_stand_for_rates_and_units() -> None:
    changed = design("asset_cda").with_changes(interest=0.05, tick=0.01)
    assert changed.interest_rate == Fraction(1, 20)
    assert changed.tick == "0.01"


def test_a_treatment_survives_its_canonical_text_with_the_same_hash() -> None:
    for name in ("asset_cda", "smith_1962", "gode_sunder_1993"):
        original = design(name)
        again = treatment_from(json.loads(original.canonical()))
        assert again == original
        assert again.sha256() == original.sha256()


def test_whole_seconds_and_fractions_of_them_are_the_same_treatment() -> None:
    assert treatment(period_seconds=20).sha256() == treatment(period_seconds=20.0).sha256()
    assert treatment(period_seconds=20).sha256() != treatment(period_seconds=21).sha256()


@pytest.mark.parametrize(
    ("tick", "ticks", "text"),
    [("1", 1050, "1,050"), ("0.01", 106, "1.06"), ("0.01", -5, "-0.05"), ("0.1", 12345, "1,234.5")],
)
def test_money_is_told_in_the_currency(tick: str, ticks: int, text: str) -> None:
    assert treatment(tick=tick).money(ticks) == text
    assert str(Amount(treatment(tick=tick), ticks)) == text
    assert treatment(tick=tick).ticks(text.replace(",", "")) == ticks


def test_a_fraction_of_a_tick_is_rounded_when_told() -> None:
    assert treatment(tick="0.01").money(Fraction(1401, 10)) == "1.40"


@pytest.mark.parametrize("amount", ["1.005", "ten", "", "nan", "inf", float("nan"), float("inf")])
def test_what_is_no_whole_number_of_ticks_is_refused(amount: str | float) -> None:
    with pytest.raises(ValueError, match="is no"):
        treatment(tick="0.01").ticks(amount)


def declining() -> Treatment:
    return treatment(dividends=(0, 20), periods=3, buyback=7)


def test_the_fundamental_value_is_the_mean_dividends_to_come_and_the_buyback() -> None:
    assert [declining().fundamental(period) for period in (1, 2, 3)] == [37, 27, 17]


def test_interest_discounts_the_fundamental_value() -> None:
    assert treatment(periods=1, dividends=(10,), buyback=100, interest="1/10").fundamental(1) == 100


def test_an_induced_market_has_no_fundamental_value() -> None:
    assert induced().fundamental(1) is None


def test_a_change_of_one_field_of_a_part_leaves_its_others() -> None:
    changed = design("ssw_1988").with_changes(steps={"quiz": True}).with_changes(steps={"consent": True})
    assert changed.steps.quiz
    assert changed.steps.consent


def test_an_old_log_stays_its_treatments_own_when_a_part_gets_a_new_field() -> None:
    essence = design("ssw_1988").with_changes(steps={"quiz": True}).essence()
    assert '"steps":{"quiz":true}' in essence
    assert "absence" not in essence
