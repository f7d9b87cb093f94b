"""What everybody may know of a market's design. Keeps out what only one trader may know, and what may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from market.treatments import Treatment
from market.words import all_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """What everybody may know of the design: nothing of other traders' endowments, values or costs.

    `fundamental` has one number a period in ticks; it is empty when the treatment does not tell it. `seats` counts the
    traders; `unequal` says that they may start with other amounts; `others` is what is told of computers among them.
    """

    treatment: str
    title: str
    institution: str
    tick: str
    currency: str
    induced: bool
    periods: int
    period_seconds: float
    result_seconds: float
    dividends: tuple[int, ...]
    interest: str
    buyback: int
    price_min: int
    price_max: int
    credit_limit: int | None
    short_limit: int
    self_trade: str
    single_unit: bool
    one_order_a_side: bool
    improvement: bool
    clear_after_trade: bool
    losses_allowed: bool
    open_orders: int
    orders_per_second: float
    decision_seconds: float
    fundamental: tuple[float, ...]
    seats: int
    unequal: bool
    others: str

    @property
    def interest_rate(self) -> Fraction:
        return Fraction(self.interest)

    @property
    def mean_dividend(self) -> Fraction:
        return Fraction(sum(self.dividends), len(self.dividends)) if self.dividends else Fraction(0)


# The same for every view of a market, and the fundamental values take a while with fractions.
@lru_cache(maxsize=64)
def facts_of(treatment: Treatment, seats: int, bots: tuple[str, ...] = ()) -> MarketFacts:
    """The facts of a market of `seats` traders, of whom those with the ids `bots` ("T2") are computers."""
    told = treatment.tell_fundamental and not treatment.induced
    values = (treatment.fundamental(period) for period in range(1, treatment.periods + 1)) if told else ()
    return MarketFacts(
        treatment=treatment.name,
        fundamental=tuple(float(value) for value in values if value is not None),
        seats=seats,
        unequal=len({(role.cash, role.shares) for role in treatment.roles}) > 1,
        others=_others(treatment, seats, bots),
        **{name: getattr(treatment, name) for name in SHARED},
    )


OWN = ("treatment", "fundamental", "seats", "unequal", "others")
SHARED = tuple(name for name in MarketFacts.__dataclass_fields__ if name not in OWN)


def _others(treatment: Treatment, seats: int, bots: Sequence[str]) -> str:
    """What the treatment tells about computers among the traders; empty where it tells nothing."""
    number = len(bots) or treatment.bots
    match treatment.bot_disclosure:
        case "nothing":
            return ""
        case "possible":
            return "Some of the traders may be computer programs."
        case "which" if bots:
            names = all_of([f"Trader {one.removeprefix('T')}" for one in bots])
            return f"{names} {_computers(number)}. All others are people."
    return f"{number} of the {seats} traders {_computers(number)}." if number else "All traders are people."


def _computers(number: int) -> str:
    return "is a computer program" if number == 1 else "are computer programs"
