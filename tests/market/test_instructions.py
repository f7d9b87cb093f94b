"""Sentences about what traders are told: all of it from the treatment, none of it about other roles."""

from __future__ import annotations

import re

import pytest

from market.designs import DESIGNS, design
from market.instructions import Section, sections
from market.treatments import Role, Treatment

DEALT = [(name, role) for name in DESIGNS for role in range(len(design(name).roles))]


def text(parts: list[Section]) -> str:
    return "\n".join(line for part in parts for line in (part.heading, *part.paragraphs, *part.bullets))


def told(treatment: Treatment, role: int = 0, seats: int = 6, bots: tuple[str, ...] = ()) -> str:
    return text(sections(treatment, treatment.roles[role], seats=seats, bots=bots))


def asset(**changes: object) -> Treatment:
    return design("asset_cda").with_changes(**changes)


def numbers(words: str) -> set[str]:
    return set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", words))


def heading(parts: list[Section], name: str) -> Section:
    return next(part for part in parts if part.heading == name)


def with_odd_others(treatment: Treatment, role: int) -> Treatment:
    """The same design with the money, shares and units of every other role changed beyond recognition."""
    roles = [one if number == role else odd(one) for number, one in enumerate(treatment.roles)]
    return treatment.with_changes(roles=roles)


def odd(role: Role) -> Role:
    if role.values:
        return Role(name=role.name, values=(777_777,))
    if role.costs:
        return Role(name=role.name, costs=(777_777,))
    return Role(name=role.name, cash=987_654, shares=4321)


@pytest.mark.parametrize(("name", "role"), DEALT)
def test_nothing_that_only_another_role_has_is_told(name: str, role: int) -> None:
    treatment = design(name)
    assert told(with_odd_others(treatment, role), role) == told(treatment, role)


@pytest.mark.parametrize(("name", "role"), DEALT)
def test_every_number_comes_from_the_treatment_or_counts_its_periods_units_and_seats(name: str, role: int) -> None:
    treatment = design(name)
    own, money = treatment.roles[role], treatment.money
    minutes, seconds = divmod(treatment.period_seconds, 60)
    amounts = (own.cash, *own.values, *own.costs, *treatment.dividends, treatment.price_min, treatment.price_max)
    states = treatment.information.states
    weights = [state.weight for state in states]
    counts = (own.shares, len(own.values), len(own.costs), treatment.periods, treatment.open_orders, 6)
    lengths = (minutes, seconds, treatment.result_seconds, treatment.orders_per_second)
    values = [treatment.fundamental(period) or 0 for period in range(1, treatment.periods + 1)]
    allowed = {money(int(one)) for one in (*amounts, *values, treatment.mean_dividend)}
    allowed |= {money(state.dividend) for state in states} | {str(one) for one in (len(states), sum(weights), *weights)}
    allowed |= {str(one) for one in (*counts, *range(1, treatment.periods + 1), *range(1, counts[1] + counts[2] + 1))}
    allowed |= {f"{one:g}" for one in lengths} | {treatment.tick}
    forecasts = treatment.forecasts
    allowed |= {money(forecasts.band), money(forecasts.reward), money(treatment.reference_price)}
    allowed |= {f"{one:g}" for one in (forecasts.seconds, *forecasts.horizons)}
    assert numbers(told(treatment, role)) <= allowed


def test_a_trader_of_an_asset_market_hears_of_its_endowment_in_the_currency() -> None:
    treatment = design("ssw_1988")
    start = heading(sections(treatment, treatment.roles[2], seats=9), "What you start with").paragraphs[0]
    assert start == "You start with 945 cents in cash and 1 share. Other traders may start with other amounts."


def test_nobody_hears_of_other_endowments_where_all_start_alike() -> None:
    alike = asset(roles=[{"name": "trader", "cash": 100, "shares": 4}])
    assert "Other traders" not in told(alike)


def test_an_asset_market_speaks_of_shares_and_an_induced_one_of_units() -> None:
    assert "unit" not in told(design("asset_cda"))
    assert not re.search(r"share|dividend", told(design("gode_sunder_1993")))


def test_a_buyer_hears_of_values_and_bids_and_a_seller_of_costs_and_offers() -> None:
    market = design("gode_sunder_1993")
    buyer, seller = told(market, 0), told(market, 6)
    assert "Unit 2: value 98" in buyer
    assert "Unit 2: cost 47" in seller
    assert "To sell" not in buyer
    assert "To buy" not in seller


def test_the_fundamental_value_is_told_period_by_period() -> None:
    treatment = design("asset_cda")
    worth = heading(sections(treatment, treatment.roles[0], seats=6), "What a share pays on average")
    assert worth.bullets == ("Period 1: 150", "Period 2: 100", "Period 3: 50")


def test_a_value_that_never_changes_is_told_in_one_line() -> None:
    flat = asset(tick="0.01", dividends=[40, 100], interest="1/20", buyback=1400)
    assert "In every period: 14.00" in told(flat)


def test_an_average_between_two_ticks_is_not_rounded_to_one() -> None:
    assert "so 7.50 on average" in told(asset(dividends=[5, 10]))


def test_neither_the_value_nor_the_mean_dividend_is_told_where_the_treatment_keeps_silent() -> None:
    silent = told(asset(tell_fundamental=False))
    assert "average" not in silent
    assert not numbers(silent) & {"150", "100", "50"}
    assert "20, 40, 60 or 80 points, each equally likely" in silent


def test_payments_are_told_in_the_order_in_which_they_are_made() -> None:
    treatment = asset(interest="0.05", buyback=70)
    paid = heading(sections(treatment, treatment.roles[0], seats=6), "What a share pays").bullets
    assert [line.split()[0:3] for line in paid] == [
        ["The", "cash", "you"],
        ["Every", "share", "pays"],
        ["After", "the", "last"],
    ]
    assert "5%" in paid[0]
    assert "70 points" in paid[2]


def test_shares_that_are_worth_nothing_at_the_end_are_said_to_be() -> None:
    assert "shares are worth nothing" in told(asset())
    assert "shares are worth nothing" not in told(asset(buyback=10))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"single_unit": True}, "Every order is for one share."),
        ({"improvement": True}, "A new bid must be higher than the best bid"),
        ({"one_order_a_side": True}, "one bid and one offer in the book at a time"),
        ({"single_unit": True, "clear_after_trade": True}, "After each trade all orders are removed"),
        ({"open_orders": 7}, "up to 7 orders in the book"),
        ({"short_limit": 3}, "You may sell up to 3 shares more than you have."),
        ({"credit_limit": 250}, "up to 250 points more than the cash you have"),
        ({"credit_limit": None}, "Cash does not limit what you may bid"),
        ({"credit_limit": 250, "interest": "1/20"}, "Where your cash is below zero, you pay the interest of 5%"),
        ({"short_limit": 3, "interest": "1/20"}, "Where your cash is below zero, you pay the interest of 5%"),
        ({"credit_limit": 250, "bankrupt": "stop"}, "If you owe more than 250 points after a period's payments, you"),
        (
            {"short_limit": 3, "bankrupt": "reduce_only"},
            "owe more than 0 points after a period's payments, you may only",
        ),
        ({"self_trade": "cancel_incoming"}, "a new one ends where it meets an older one"),
        ({"self_trade": "allow"}, "Your own orders may trade with each other."),
        ({"period_seconds": 90}, "3 periods of 1 minute and 30 seconds each"),
        ({"periods": 1, "period_seconds": 60}, "open for 1 period of 1 minute."),
        ({"orders_per_second": 2.5}, "up to 2.5 orders a second"),
    ],
)
def test_a_rule_is_told_where_the_treatment_has_it_and_only_there(changes: dict[str, object], words: str) -> None:
    assert words in told(asset(**changes))
    assert words not in told(asset())


def test_states_are_told_with_their_odds_and_who_is_told_what() -> None:
    clues = design("plott_sunder_1988")
    section = heading(sections(clues, clues.roles[0], seats=9), "What a share's dividend depends on")
    assert section.bullets == (
        "State X: 7 in 20, a share pays 50 francs",
        "State Y: 9 in 20, a share pays 240 francs",
        "State Z: 4 in 20, a share pays 490 francs",
    )
    assert "each trader is told of one state that the period is not in" in section.paragraphs[1]
    assert "223.5" not in told(clues)


@pytest.mark.parametrize(
    ("information", "words"),
    [
        ({"clues": "none"}, "Nobody is told it before."),
        ({"clues": "state", "informed": 1}, "1 of the 6 traders is told its state."),
        ({"clues": "state", "informed": 3}, "3 of the 6 traders are told its state."),
        ({"states": [{"name": "X"}, {"name": "Y"}]}, "each trader is told its state."),
    ],
)
def test_what_traders_are_told_of_the_state_is_said_as_it_is(information: dict[str, object], words: str) -> None:
    rules = design("plott_sunder_1988").with_changes(information=information)
    assert words in told(rules)
    assert "one state that the period is not in" not in told(rules)


def test_a_holding_value_that_is_shown_period_by_period_is_not_told_in_advance() -> None:
    shown = told(asset(tell_fundamental=False, tell_holding_value=True))
    assert "In each period you are shown what a share pays on average from then on" in shown
    assert not numbers(shown) & {"150", "100"}


def test_averages_are_said_to_be_over_all_states() -> None:
    rules = design("plott_sunder_1988").with_changes(tell_fundamental=True)
    assert "223.50" in told(rules)
    assert "These averages know nothing of the period's state" in told(rules)


def test_losses_are_said_to_be_refused_where_they_are() -> None:
    market = design("smith_1962")
    assert "is refused" in told(market.with_changes(losses_allowed=False))
    assert "is refused" not in told(market)


@pytest.mark.parametrize(
    ("disclosure", "bots", "words"),
    [
        ("possible", ("T2",), "Some of the traders may be computer programs."),
        ("how_many", ("T2",), "1 of the 6 traders is a computer program."),
        ("how_many", ("T2", "T5"), "2 of the 6 traders are computer programs."),
        ("how_many", (), "All traders are people."),
        ("which", ("T2", "T5"), "Trader 2 and Trader 5 are computer programs. All others are people."),
        ("which", (), "All traders are people."),
    ],
)
def test_of_bots_traders_hear_what_the_treatment_discloses(disclosure: str, bots: tuple[str, ...], words: str) -> None:
    parts = sections(asset(bot_disclosure=disclosure), asset().roles[0], seats=6, bots=bots)
    assert heading(parts, "Who the others are").paragraphs == (words,)


def test_nothing_is_said_of_bots_where_the_treatment_says_nothing() -> None:
    assert "computer" not in told(asset(bot_disclosure="nothing"), bots=("T2",))


def test_bots_that_the_treatment_counts_are_told_before_their_seats_are_known() -> None:
    assert "3 of the 6 traders are computer programs." in told(asset(bot_disclosure="how_many", bots=3))


@pytest.mark.parametrize(("name", "role"), DEALT)
def test_nothing_of_a_page_or_its_keys_is_said(name: str, role: int) -> None:
    assert not re.search(r"click|button|key|page|screen|type |press", told(design(name), role), re.IGNORECASE)


def test_a_call_market_tells_of_a_sheet_and_one_price_and_of_no_order_book() -> None:
    words = told(asset(institution="call", reference_price=140))
    assert "one price is found for all: the one at which most shares can be traded" in words
    assert "Each of your bids must be lower than each of your offers." in words
    assert "The price before the first period is taken to be 140 points." in words
    assert "order book" not in words
    assert "one price is found" not in told(asset())


@pytest.mark.parametrize(("rationing", "words"), [("time", "whose orders came first"), ("pro_rata", "in proportion")])
def test_a_call_market_tells_who_trades_at_the_margin(rationing: str, words: str) -> None:
    assert words in told(asset(institution="call", rationing=rationing))


def test_forecasts_are_told_with_what_they_are_about_and_what_they_pay() -> None:
    words = told(asset(forecasts={"horizons": (0, 1), "seconds": 30, "band": 10, "reward": 5}))
    assert "the one that comes next and the one 1 period after it. You have 30 seconds." in words
    assert "at most 10 points away from the price of its period earns 5 points" in words
    assert "orecast" not in told(asset())


def test_forecasts_beyond_the_last_period_are_not_announced() -> None:
    words = told(asset(periods=4, forecasts={"horizons": (0, 2, 5)}))
    assert "the one that comes next and the one 2 periods after it" in words
    assert "5 periods after" not in words


def test_it_is_told_what_counts_as_the_price_of_a_period_without_trades() -> None:
    forecasts = {"horizons": (0,), "band": 10, "reward": 5}
    assert "A period without trades earns nothing." in told(asset(forecasts=forecasts))
    call = told(asset(institution="call", forecasts=forecasts))
    assert "A period without trades has the price of the one before." in call
    assert "What your forecasts earn comes on top: you cannot trade with it." in call
