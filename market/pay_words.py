"""What people are told of their pay before it begins, from the treatment. Knows no page and no account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from market.instructions import Section
from market.language import say
from market.payment import cents
from market.treatments import Treatment


def pay_section(treatment: Treatment, cash: Callable[[int], str]) -> Section:
    """The part of the instructions on pay; `cash` writes cents as money of the country."""
    return Section(say(treatment.language, "pay.title"), (), tuple(_lines(treatment, cash)))


def exchange_example(rate: str) -> tuple[int, int]:
    """So many units of the market's currency are so many cents, in small whole numbers: 1/30 is (30, 100)."""
    exact = Fraction(rate)
    return exact.denominator, exact.numerator * 100


def _lines(treatment: Treatment, cash: Callable[[int], str]) -> Iterator[str]:
    pay, language = treatment.pay, treatment.language
    units, money = exchange_example(pay.rate)
    yield say(language, "pay.rate", amount=f"{units:,}", currency=treatment.currency, money=cash(money))
    fee = cents(pay.show_up_fee)
    yield say(language, "pay.fee", money=cash(fee)) if fee else say(language, "pay.no_fee")
    if treatment.practice_periods:
        yield say(language, "pay.practice", number=treatment.practice_periods)
    if treatment.markets > 1:
        yield say(language, "pay.markets" if pay.markets == "random" else "pay.markets_all", number=treatment.markets)
    if pay.periods == "random":
        yield say(language, "pay.periods")
    if pay.tasks == "random" and len(paying_tasks(treatment)) > 1:
        yield say(language, "pay.tasks", number=len(paying_tasks(treatment)))


def paying_tasks(treatment: Treatment) -> list[str]:
    """What pays beside the market, by the names of `market.payment.TASKS`."""
    forecasts, steps = treatment.forecasts, treatment.steps
    asked = {
        "forecasts": forecasts.horizons and forecasts.reward,
        "risk": steps.risk_task,
        "reflection": steps.reflection_test and cents(treatment.pay.reflection),
    }
    return [name for name, pays in asked.items() if pays]
