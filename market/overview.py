"""A treatment at a glance, for whoever runs it: every choice that was made, in words. Subjects read other words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from market.equilibrium import equilibrium
from market.treatments import Role, Treatment
from market.words import average_money, count, percent

LABEL = 14
MATCHED = {"partner": "the same partners", "stranger": "strangers each time"}
CLUES = {
    "none": "nobody is told anything",
    "not_this": "each trader is told one state that it is not",
    "state": "{informed} of the traders are told the state",
}
DROPOUT = {
    "stay": "stays",
    "pause": "pauses the market for {pause:g} s at most",
    "end": "ends the market",
    "takeover": "is played by {trader}",
}
OUT_OF_REACH = {"hold": "holds", "rule": "is stood in for by {trader}", "pause": "pauses", "end": "ends the market"}


def headline(treatment: Treatment) -> str:
    """Name, title, size and source in one line."""
    seats = f"{len(treatment.roles)} seats" if treatment.fixed_seats else "any number of seats"
    source = f" {treatment.source}." if treatment.source else ""
    periods = count(treatment.periods, "period")
    return f"{treatment.name:<20} {treatment.title}: {periods}, {seats}.{source}"


def overview(treatment: Treatment) -> str:
    """The headline and a line for each part of the design."""
    parts = (_session, _market, _payments, _limits, _told, _around)
    lines = [line for part in parts for line in part(treatment)]
    return "\n".join([headline(treatment), *(f"  {label:<{LABEL}}{text}" for label, text in lines)])


def prediction(treatment: Treatment) -> str:
    """What theory says of the treatment's prices."""
    if treatment.induced:
        point = equilibrium(treatment.roles)
        low, high, surplus = (treatment.money(ticks) for ticks in (point.low, point.high, point.surplus))
        return f"Competitive equilibrium: prices {low} to {high}, {point.quantity} units, surplus {surplus} a period."
    values = (treatment.fundamental(period) or 0 for period in range(1, treatment.periods + 1))
    told = f"Fundamental value by period: {', '.join(average_money(treatment.tick, value) for value in values)}."
    if not treatment.information.states:
        return told
    return f"{told} To who knows the state, in the last period: {', '.join(_by_state(treatment))}."


def _by_state(treatment: Treatment) -> Iterator[str]:
    for state in treatment.information.states:
        value = treatment.rational_value(treatment.periods, state.name) or 0
        yield f"{state.name} {average_money(treatment.tick, value)}"


Lines = Iterator[tuple[str, str]]


def _session(treatment: Treatment) -> Lines:
    together = f" of {treatment.market_seats} seats" if treatment.market_seats else ""
    matched = f", {MATCHED[treatment.matching]}" if treatment.market_seats and treatment.markets > 1 else ""
    practice = treatment.practice_periods
    before = f"practice of {count(practice, 'period')} that does not pay, then " if practice else ""
    yield "session", f"{before}{count(treatment.markets, 'market')}{together}{matched}"
    yield "period", f"{treatment.period_seconds:g} s, result {treatment.result_seconds:g} s"
    if treatment.forecasts.horizons:
        yield "forecasts", _forecasts(treatment)


def _forecasts(treatment: Treatment) -> str:
    asked = treatment.forecasts
    ahead = ", ".join(str(horizon) for horizon in asked.horizons)
    band, reward = treatment.money(asked.band), treatment.money(asked.reward)
    return f"{ahead} periods ahead, {asked.seconds:g} s; {reward} for each within {band} of the price"


def _market(treatment: Treatment) -> Lines:
    yield "institution", _institution(treatment)
    low, high = treatment.money(treatment.price_min), treatment.money(treatment.price_max)
    yield "prices", f"{low} to {high} {treatment.currency} in steps of {treatment.tick}"
    rules = ("single_unit", "one_order_a_side", "improvement", "clear_after_trade")
    if on := [name.replace("_", " ") for name in rules if getattr(treatment, name)]:
        yield "rules", ", ".join(on)
    for role in dict.fromkeys(treatment.roles):
        times = f" (x {treatment.roles.count(role)})" if treatment.roles.count(role) > 1 else ""
        yield "role", f"{role.name}: {_role(treatment, role)}{times}"


def _institution(treatment: Treatment) -> str:
    if treatment.institution == "continuous":
        return "continuous double auction"
    reference = f", first reference {treatment.money(treatment.reference_price)}" if treatment.reference_price else ""
    return f"call auction, rationing by {treatment.rationing.replace('_', ' ')}{reference}"


def _role(treatment: Treatment, role: Role) -> str:
    for name, units in (("values", role.values), ("costs", role.costs)):
        if units:
            return f"{name} {', '.join(treatment.money(unit) for unit in units)}"
    return f"{treatment.money(role.cash)} in cash, {count(role.shares, 'share')}"


def _payments(treatment: Treatment) -> Lines:
    if treatment.dividends:
        yield "dividend", f"{', '.join(treatment.money(one) for one in treatment.dividends)}, equally likely"
    told = treatment.information
    weights = sum(state.weight for state in told.states)
    for state in told.states:
        yield "state", f"{state.name}: {state.weight} in {weights}, a share pays {treatment.money(state.dividend)}"
    if told.states:
        yield "clues", CLUES[told.clues].format(informed=told.informed)
    if treatment.interest_rate:
        yield "interest", f"{percent(treatment.interest_rate)} a period"
    if treatment.buyback:
        yield "buyback", treatment.money(treatment.buyback)


def _limits(treatment: Treatment) -> Lines:
    if treatment.induced:
        return
    limit = treatment.credit_limit
    yield "credit", "unlimited" if limit is None else treatment.money(limit) if limit else "none"
    yield "short sales", f"up to {count(treatment.short_limit, 'share')}" if treatment.short_limit else "none"
    if limit is not None and (limit or treatment.short_limit):
        yield "bankrupt", f"who owes more than {treatment.money(limit)}: {treatment.bankrupt.replace('_', ' ')}"


def _told(treatment: Treatment) -> Lines:
    told = [] if treatment.induced or not treatment.tell_fundamental else ["fundamental value"]
    told += ["holding value"] if treatment.tell_holding_value else []
    yield "told", f"{', '.join([*told, 'bots: ' + treatment.bot_disclosure.replace('_', ' ')])}"
    yield "language", treatment.language


def _around(treatment: Treatment) -> Lines:
    steps, pay, absence = treatment.steps, treatment.pay, treatment.absence
    on = [field.name.replace("_", " ") for field in fields(steps) if getattr(steps, field.name) is True]
    yield "pages", ", ".join(on) or "instructions and results alone"
    drawn = [name for name in ("periods", "markets", "tasks") if getattr(pay, name) == "random"]
    one = "".join(f", one of the {name}" for name in drawn)
    yield "pay", f"{pay.rate} a unit of {treatment.currency}, show-up fee {pay.show_up_fee}{one}"
    gone = DROPOUT[absence.dropout].format(trader=absence.dropout_trader, pause=absence.longest_pause)
    yield "absence", f"late: {absence.late}; a seat away for {absence.dropout_seconds:g} s {gone}"
    yield "out of reach", f"a model {OUT_OF_REACH[absence.out_of_reach].format(trader=absence.out_of_reach_trader)}"
    yield "sha256", treatment.sha256()
