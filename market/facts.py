"""What everybody may know of a market's design. Keeps out what only one trader may know, and what may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from market.language import all_of, say
from market.parts import Forecasts, State
from market.states import mean_dividend
from market.treatments import Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketFacts:
    """What everybody may know of the design: nothing of other traders' endowments, values or costs.

    `fundamental` has one number a period in ticks; it is empty when the treatment does not tell it. `seats` counts the
    traders; `unequal` says that they may start with other amounts; `others` is what is told of computers among them.
    `late` is what happens where not all come in time, `waiting_paid` whether those who came are paid for it then.
    `states`, `clues` and `informed` are as in `market.parts.Information`: who is told what is nobody else's business.
    `out_of_reach` and its trader are as in `market.parts.Absence`.
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
    language: str
    states: tuple[State, ...]
    clues: str
    informed: int
    tell_holding_value: bool
    bankrupt: str
    out_of_reach: str
    out_of_reach_trader: str
    rationing: str
    reference_price: int
    forecasts: Forecasts
    late: str
    waiting_paid: bool

    @property
    def interest_rate(self) -> Fraction:
        return Fraction(self.interest)

    @property
    def mean_dividend(self) -> Fraction:
        return mean_dividend(self.dividends, self.states)

    @property
    def pays_dividends(self) -> bool:
        """Whether a share may pay something at a period's end, by draw or by state."""
        return bool(self.dividends or self.states)


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
        states=treatment.information.states,
        clues=treatment.information.clues,
        informed=treatment.information.informed,
        late=treatment.absence.late,
        waiting_paid=treatment.absence.waiting_pay != "0",
        out_of_reach=treatment.absence.out_of_reach,
        out_of_reach_trader=treatment.absence.out_of_reach_trader,
        **{name: getattr(treatment, name) for name in SHARED},
    )


PARTS = ("states", "clues", "informed", "late", "waiting_paid", "out_of_reach", "out_of_reach_trader")
OWN = ("treatment", "fundamental", "seats", "unequal", "others", *PARTS)
SHARED = tuple(name for name in MarketFacts.__dataclass_fields__ if name not in OWN)


def _others(treatment: Treatment, seats: int, bots: Sequence[str]) -> str:
    """What the treatment tells about computers among the traders; empty where it tells nothing."""
    language, number = treatment.language, len(bots) or treatment.bots
    match treatment.bot_disclosure:
        case "nothing":
            return ""
        case "possible":
            return say(language, "others.possible")
        case "which" if bots:
            names = all_of(language, [say(language, "others.trader", number=one.removeprefix("T")) for one in bots])
            return say(language, "others.which", number=number, names=names)
    return say(language, "others.how_many", number=number, seats=seats) if number else say(language, "others.people")
