"""Combinations of a treatment's fields that cannot work: each a line that names the field and the fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from market.treatments import Role, Treatment


def contradictions(treatment: Treatment) -> Iterator[str]:
    """What single fields cannot show."""
    if not treatment.roles:
        yield "roles: at least one is needed; add a [[roles]] table with name, cash and shares, or values or costs."
    if treatment.price_min > treatment.price_max:
        yield f"price_max: expected at least price_min ({treatment.price_min}), got {treatment.price_max}."
    yield from _induced(treatment) if treatment.induced else _asset(treatment)
    yield from _call(treatment) if treatment.institution == "call" else _continuous(treatment)
    yield from _session(treatment)
    yield from _forecasts(treatment)
    yield from _states(treatment)
    yield from _clues(treatment)
    if not Fraction(treatment.pay.rate):
        yield "pay.rate: 0 turns whatever is earned into nothing; expected more, such as 0.01."


def _induced(treatment: Treatment) -> Iterator[str]:
    if treatment.dividends or treatment.buyback:
        yield "dividends, buyback: an induced-value market pays values and costs instead; leave these out."
    if treatment.interest_rate:
        yield "interest: an induced-value market pays for units alone; leave it out."
    if treatment.credit_limit or treatment.short_limit:
        yield "credit_limit, short_limit: units need no cash and no shares in an induced-value market; leave these out."
    if treatment.bankrupt != "continue":
        yield "bankrupt: an induced-value market has gains and losses but no debts; leave it at continue."
    if treatment.tell_holding_value:
        yield "tell_holding_value: nothing is held in an induced-value market; leave it out."
    yield from _induced_roles(treatment)


def _induced_roles(treatment: Treatment) -> Iterator[str]:
    if any(bool(role.values) == bool(role.costs) for role in treatment.roles):
        yield "roles: in an induced-value market every role has either values (a buyer) or costs (a seller)."
    elif len({bool(role.values) for role in treatment.roles}) == 1:
        yield "roles: a market needs both sides; add a role with values (a buyer) or with costs (a seller)."
    elif any(role.cash or role.shares for role in treatment.roles):
        yield "roles: cash and shares do nothing in an induced-value market; give values or costs alone."
    if not treatment.losses_allowed and any(_crooked(role) for role in treatment.roles):
        yield "losses_allowed: false needs values that never rise and costs that never fall from unit to unit."


def _crooked(role: Role) -> bool:
    """Whether a later unit is better than an earlier one: orders meant for one could then fill with the other."""
    return list(role.values) != sorted(role.values, reverse=True) or list(role.costs) != sorted(role.costs)


def _asset(treatment: Treatment) -> Iterator[str]:
    if treatment.pay.periods == "random":
        yield "pay.periods: only an induced-value market has a profit each period to draw from; leave it at all."
    if not treatment.losses_allowed:
        yield "losses_allowed: only units with a value or a cost have a loss to refuse; leave it out here."
    if treatment.bankrupt != "continue" and treatment.credit_limit is None:
        yield "bankrupt: nobody is bankrupt where credit has no end; give a credit_limit, or leave it at continue."


def _call(treatment: Treatment) -> Iterator[str]:
    for name in ("improvement", "clear_after_trade"):
        if getattr(treatment, name):
            yield f"{name}: orders of a call market wait unseen for its one price; leave it out."
    if treatment.self_trade != "cancel_resting":
        yield "self_trade: a trader's own orders never meet in a call market, crossing ones are refused; leave it out."
    low, reference, high = treatment.price_min, treatment.reference_price, treatment.price_max
    if reference and not low <= reference <= high:
        yield f"reference_price: expected a price from price_min ({low}) to price_max ({high}), got {reference}."


def _continuous(treatment: Treatment) -> Iterator[str]:
    if treatment.reference_price or treatment.rationing != "time":
        yield 'reference_price, rationing: these are for a call market; add institution = "call", or leave them out.'
    if treatment.clear_after_trade and not treatment.single_unit:
        yield "single_unit: must be true where clear_after_trade is; several units would leave a rest to clear."


def _session(treatment: Treatment) -> Iterator[str]:
    seats, roles, all_seats = treatment.market_seats, len(treatment.roles), treatment.humans + treatment.bots
    if seats == 1:
        yield "market_seats: expected 0 (everybody in one market) or at least 2, got 1."
    if treatment.matching == "stranger" and not seats:
        yield "matching: strangers need several markets at a time; give market_seats."
    if seats and all_seats % seats:
        yield f"market_seats: {all_seats} seats (humans and bots) cannot be split into markets of {seats}."
    if seats and treatment.fixed_seats and roles and (seats % roles or (seats != roles and not treatment.scale)):
        yield f"market_seats: expected {roles}, one seat for each role, since fixed_seats is true; got {seats}."


def _forecasts(treatment: Treatment) -> Iterator[str]:
    asked = treatment.forecasts
    shortest = min(treatment.periods, treatment.practice_periods or treatment.periods)
    if not asked.horizons:
        if asked.band or asked.reward:
            yield "forecasts.horizons: nothing is asked, so nothing is rewarded; give horizons such as [0, 2]."
    elif len(set(asked.horizons)) < len(asked.horizons):
        yield "forecasts.horizons: each horizon can be asked once; leave out the second."
    elif min(asked.horizons) >= shortest:
        yield f"forecasts.horizons: a market of {shortest} periods would never ask; give one below {shortest}."


def _states(treatment: Treatment) -> Iterator[str]:
    states = treatment.information.states
    if not states:
        return
    if treatment.induced:
        yield "information.states: what a share pays depends on them, and an induced-value market has none; leave out."
    if treatment.dividends:
        yield "dividends: the states of information say what a share pays; give dividends = []."
    if len(states) < 2:
        yield "information.states: one state alone leaves nothing to know; add another [[information.states]] table."
    names = Counter(state.name for state in states)
    if twice := [name for name, count in names.items() if count > 1]:
        yield f"information.states: each needs a name of its own; {twice[0]!r} is there twice."
    if "" in names:
        yield "information.states: a state without a name cannot be told; give each a name."


def _clues(treatment: Treatment) -> Iterator[str]:
    told = treatment.information
    if told.clues != "none" and not told.states:
        yield "information.clues: there is nothing to tell; add at least two [[information.states]] tables."
    if told.clues == "state" and not told.informed:
        yield "information.informed: say how many traders are told the state; expected at least 1, got 0."
    if told.clues != "state" and told.informed:
        yield 'information.informed: this is for clues = "state" alone; leave it out.'
