"""Fields that do not go together are refused, each with its name and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from market.designs import design
from market.treatments import TreatmentError

X, Y = {"name": "X", "dividend": 5}, {"name": "Y", "dividend": 9}
TWO: dict[str, Any] = {"dividends": (), "information": {"states": [X, Y]}}


def problems(base: str, **changes: Any) -> list[str]:
    with pytest.raises(TreatmentError) as caught:
        design(base).with_changes(**changes)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pay": {"periods": "random"}}, "pay.periods: only an induced-value market has a profit each period"),
        ({"pay": {"rate": "0"}}, "pay.rate: 0 turns whatever is earned into nothing"),
        ({"losses_allowed": False}, "losses_allowed: only units with a value or a cost have a loss"),
        ({"credit_limit": "unlimited", "bankrupt": "stop"}, "bankrupt: nobody is bankrupt where credit has no end"),
        ({"institution": "call", "improvement": True}, "improvement: orders of a call market wait unseen"),
        (
            {"institution": "call", "clear_after_trade": True, "single_unit": True},
            "clear_after_trade: orders of a call market wait unseen",
        ),
        ({"institution": "call", "self_trade": "allow"}, "self_trade: a trader's own orders never meet"),
        (
            {"institution": "call", "reference_price": 1001},
            "reference_price: expected a price from price_min (1) to price_max (1000), got 1001.",
        ),
        ({"reference_price": 10}, "reference_price, rationing: these are for a call market"),
        ({"rationing": "pro_rata"}, "reference_price, rationing: these are for a call market"),
        ({"market_seats": 1}, "market_seats: expected 0 (everybody in one market) or at least 2, got 1."),
        ({"matching": "stranger"}, "matching: strangers need several markets at a time; give market_seats."),
        (
            {"market_seats": 4, "humans": 5, "bots": 5},
            "market_seats: 10 seats (humans and bots) cannot be split into markets of 4.",
        ),
        ({"forecasts": {"reward": 5}}, "forecasts.horizons: nothing is asked, so nothing is rewarded"),
        ({"forecasts": {"horizons": [0, 0]}}, "forecasts.horizons: each horizon can be asked once"),
        ({"forecasts": {"horizons": [3]}}, "forecasts.horizons: a market of 3 periods would never ask"),
        (
            {"forecasts": {"horizons": [1]}, "practice_periods": 1},
            "forecasts.horizons: a market of 1 periods would never ask",
        ),
        ({"information": {"states": [X, Y]}}, "dividends: the states of information say what a share pays"),
        ({**TWO, "information": {"states": [X]}}, "information.states: one state alone leaves nothing to know"),
        ({**TWO, "information": {"states": [X, X]}}, "information.states: each needs a name of its own; 'X' is there"),
        ({**TWO, "information": {"states": [X, {"name": ""}]}}, "information.states: a state without a name"),
        ({"information": {"clues": "not_this"}}, "information.clues: there is nothing to tell"),
        (
            {**TWO, "information": {"states": [X, Y], "clues": "state"}},
            "information.informed: say how many traders are told the state; expected at least 1, got 0.",
        ),
        (
            {**TWO, "information": {"states": [X, Y], "informed": 2}},
            'information.informed: this is for clues = "state" alone; leave it out.',
        ),
    ],
)
def test_what_does_not_go_together_in_an_asset_market(changes: dict[str, Any], expected: str) -> None:
    [problem] = problems("asset_cda", **changes)
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"interest": "1/20"}, "interest: an induced-value market pays for units alone"),
        ({"credit_limit": 5}, "credit_limit, short_limit: units need no cash"),
        ({"short_limit": 5}, "credit_limit, short_limit: units need no cash"),
        ({"bankrupt": "stop"}, "bankrupt: an induced-value market has gains and losses but no debts"),
        ({"tell_holding_value": True}, "tell_holding_value: nothing is held in an induced-value market"),
        ({"information": {"states": [X, Y]}}, "information.states: what a share pays depends on them"),
        (
            {"market_seats": 20},
            "market_seats: expected 22, one seat for each role, since fixed_seats is true; got 20.",
        ),
        (
            {"scale": False, "market_seats": 44},
            "market_seats: expected 22, one seat for each role, since fixed_seats is true; got 44.",
        ),
    ],
)
def test_what_does_not_go_together_in_an_induced_market(changes: dict[str, Any], expected: str) -> None:
    [problem] = problems("smith_1962", **changes)
    assert problem.startswith(expected)


def test_cash_does_nothing_beside_values() -> None:
    roles = [{"name": "a", "values": [5], "cash": 1}, {"name": "b", "costs": [2]}]
    [problem] = problems("smith_1962", roles=roles)
    assert problem.startswith("roles: cash and shares do nothing in an induced-value market")


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        ("smith_1962", {"pay": {"periods": "random"}}),
        ("smith_1962", {"market_seats": 44, "matching": "stranger"}),
        ("asset_cda", {"institution": "call", "rationing": "pro_rata", "reference_price": 150}),
        ("asset_cda", {"forecasts": {"horizons": [0, 9], "reward": 5}, "practice_periods": 1}),
        ("asset_cda", {"market_seats": 4, "humans": 5, "bots": 3, "matching": "stranger", "markets": 3}),
        ("asset_cda", {"credit_limit": 0, "bankrupt": "stop", "short_limit": 2}),
        ("asset_cda", {**TWO, "information": {"states": [X, Y], "clues": "state", "informed": 1}}),
    ],
)
def test_what_goes_together_is_let_through(base: str, changes: dict[str, Any]) -> None:
    design(base).with_changes(**changes)
