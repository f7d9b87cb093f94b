"""Treatments: one declaration of a design, read by the lab, the simulation and the analysis."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter, ValidationError, with_config

from market.contradictions import contradictions
from market.fields import (
    IN_WORDS,
    STRICT,
    Count,
    Debt,
    Limit,
    Markets,
    Name,
    NotNegative,
    Positive,
    Rate,
    Seconds,
    Unit,
)
from market.language import Language
from market.parts import Absence, Forecasts, Information, Pay, State, Steps
from market.states import mean_dividend
from market.words import mean_money, money, ticks_of


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Role:
    """One kind of seat: in asset markets `cash` (ticks) and `shares`, in induced ones `values` or `costs` by unit."""

    name: str
    cash: Debt = 0
    shares: Count = 0
    values: tuple[Positive, ...] = ()
    costs: tuple[Positive, ...] = ()


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Treatment:
    """A design. Money in ticks of `tick` `currency`, times in seconds, rates as exact fractions ("1/20").

    `roles` in seat order; `fixed_seats` says that their number is the number of seats (times a whole number where
    `scale` allows), otherwise seats take the roles in turn. `dividends` are equally likely, one a period.
    `credit_limit` None means that cash never binds. `open_orders` and `orders_per_second` are limits a seat.
    In call markets `rationing` says who trades at the margin and `reference_price` stands in for a first price.
    A session has a market of `practice_periods` that does not pay, if any, then `markets` of them; `market_seats`
    trade in each (0: everybody in one), who meets whom by `matching`. A market waits for all its traders, at most
    `ready_seconds` from when the first person came. A bot's command is carried out `bot_reaction_seconds` after the
    last event that the market had recorded when it came, at the earliest; those of people are carried out at once.

    `short_limit` shares may be sold that one has not; who is short pays what shares pay. Cash may be owed up to
    `credit_limit` by bids, and beyond it by payments; debts bear `interest`. Who owes more than the credit limit after
    a period's payments is bankrupt until the next ones: it may go on, though without cash for bids (`continue`), only
    sell shares that it has and buy back those that it is short, into debt (`reduce_only`), or not trade (`stop`).
    The fundamental value may be told in two ways: for all periods before the market opens (`tell_fundamental`), or
    each period's while it lasts, as what a share held to the end pays on average (`tell_holding_value`).
    """

    name: Name
    title: str
    source: str = ""
    institution: Literal["continuous", "call"] = "continuous"
    tick: Unit = "1"
    currency: str = "points"
    periods: Positive = 3
    period_seconds: Seconds = 60
    result_seconds: Seconds = 8
    ready_seconds: Seconds = 900
    roles: tuple[Role, ...] = ()
    fixed_seats: bool = False
    scale: bool = False
    humans: Count = 0
    bots: Count = 0
    dividends: tuple[Count, ...] = ()
    interest: Rate = "0"
    buyback: Count = 0
    price_min: Positive = 1
    price_max: Positive = 1_000_000
    credit_limit: Limit = 0
    short_limit: Count = 0
    self_trade: Literal["cancel_resting", "cancel_incoming", "allow"] = "cancel_resting"
    improvement: bool = False
    single_unit: bool = False
    one_order_a_side: bool = False
    clear_after_trade: bool = False
    losses_allowed: bool = True
    open_orders: Positive = 20
    orders_per_second: Seconds = 5
    tell_fundamental: bool = True
    bot_disclosure: Literal["nothing", "possible", "how_many", "which"] = "possible"
    decision_seconds: Seconds = 15
    bot_reaction_seconds: NotNegative = 0
    rationing: Literal["time", "pro_rata"] = "time"
    reference_price: Count = 0
    practice_periods: Count = 0
    markets: Markets = 1
    market_seats: Count = 0
    matching: Literal["partner", "stranger"] = "partner"
    tell_holding_value: bool = False
    bankrupt: Literal["continue", "reduce_only", "stop"] = "continue"
    language: Language = "en"
    forecasts: Forecasts = Forecasts()
    steps: Steps = Steps()
    pay: Pay = Pay()
    absence: Absence = Absence()
    information: Information = Information()

    @property
    def induced(self) -> bool:
        """True for buyer-seller designs with values and costs, False for asset markets."""
        return any(role.values or role.costs for role in self.roles)

    @property
    def interest_rate(self) -> Fraction:
        return Fraction(self.interest)

    @property
    def mean_dividend(self) -> Fraction:
        """Ticks that a share pays on average in a period, to those who know nothing of its state."""
        return mean_dividend(self.dividends, self.information.states)

    def fundamental(self, period: int) -> Fraction | None:
        """Expected discounted payments of a share bought in `period`, in ticks; None in induced-value markets.

        Where there are states, to those who know nothing of the period's: its expectation over them.
        """
        if self.induced:
            return None
        growth, value = 1 + self.interest_rate, Fraction(self.buyback)
        for _ in range(self.periods - period + 1):
            value = (value + self.mean_dividend) / growth
        return value

    def ended_value(self, period: int) -> int:
        """Ticks that a share pays where the market ends early in `period`, or before it opens; half a tick to even."""
        value = self.fundamental(period) if self.pay.ended == "fundamental" else None
        return round(value or 0)

    def rational_value(self, period: int, state: str = "") -> Fraction | None:
        """The same to who knows the period's `state` (full information), as prices do under rational expectations.

        It is the fundamental value where there are no states. Raises KeyError for an unknown state.
        """
        later = self.fundamental(period + 1)
        if later is None or not self.information.states:
            return self.fundamental(period)
        return (later + self.dividend_in(state)) / (1 + self.interest_rate)

    def dividend_in(self, state: str) -> int:
        """Ticks that a share pays in a state. Raises KeyError for an unknown one."""
        return {one.name: one.dividend for one in self.information.states}[state]

    def canonical(self) -> str:
        """The treatment as JSON with sorted keys: what is stamped on data and hashed."""
        return json.dumps(self._plain(), sort_keys=True, separators=(",", ":"))

    def essence(self) -> str:
        """Only what differs from the defaults: later versions may add a field and still know an old log as theirs."""
        own = _changed(self._plain(), {field.name: field.default for field in fields(self)})
        return json.dumps(own, sort_keys=True, separators=(",", ":"))

    def _plain(self) -> dict[str, Any]:
        # 60 seconds and 60.0 are the same treatment and must be the same text.
        return asdict(_ADAPTER.validate_python(asdict(self)))

    def sha256(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def money(self, ticks: int | float | Fraction) -> str:
        """An amount of ticks in units of the currency: 106 with tick "0.01" reads 1.06."""
        return money(self.tick, ticks)

    def mean_money(self, ticks: float) -> str:
        """A mean of prices in units of the currency, with a digit more than prices have."""
        return mean_money(self.tick, ticks)

    def ticks(self, amount: str | int | float) -> int:
        """The inverse of `money`. Raises ValueError when the amount is no whole number of ticks."""
        return ticks_of(self.tick, amount)

    def with_changes(self, **changes: object) -> Treatment:
        """A copy with some fields changed, checked as a file would be; of a part only what is given changes.

        Raises TreatmentError.
        """
        return treatment_from(merged(asdict(self), changes))


def _changed(plain: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the defaults, parts looked into."""
    own = {}
    for name, value in plain.items():
        default = defaults[name]
        if is_dataclass(default):
            value = _changed(value, asdict(default))  # type: ignore[arg-type]
            default = {}
        if value != default:
            own[name] = value
    return own


def merged(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A document with changes; where both have a table, its keys are changed one by one."""
    both = dict(document)
    for name, value in changes.items():
        old = both.get(name)
        both[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return both


class Amount(NamedTuple):
    """Ticks that are put into words only when somebody reads them: most refusals are answered and forgotten."""

    treatment: Treatment
    ticks: int

    def __str__(self) -> str:
        return self.treatment.money(self.ticks)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class TreatmentError(ValueError):
    """A treatment that cannot be used: each line names the field, what was expected and what came."""


_ADAPTER: TypeAdapter[Treatment] = TypeAdapter(Treatment)
_ROLES: TypeAdapter[dict[str, Role]] = TypeAdapter(dict[str, Role])


def treatment_from(document: Mapping[str, object]) -> Treatment:
    """A treatment from plain data, such as `canonical` JSON or a TOML file. Raises TreatmentError."""
    unknown = [key for key in document if key not in FIELDS]
    if unknown:
        raise TreatmentError("\n".join(_unknown_field(key, FIELDS) for key in unknown))
    try:
        treatment = _ADAPTER.validate_python(dict(document))
    except ValidationError as error:
        raise TreatmentError("\n".join(_field_error(one) for one in error.errors())) from None
    if problems := list(contradictions(treatment)):
        raise TreatmentError("\n".join(problems))
    return treatment


def roles_from(text: str) -> dict[str, Role]:
    """The roles by trader from the JSON that a session stores. Raises pydantic.ValidationError for anything else."""
    return _ROLES.validate_json(text)


def _unknown_field(key: str, known: Sequence[str], place: str = "") -> str:
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known fields: {', '.join(sorted(known))}."
    return f"{place or key}: there is no such field; {hint}"


def _field_error(error: Mapping[str, Any]) -> str:
    """One problem of pydantic's in our words: the place, what was expected and what came."""
    place, last = ".".join(str(part) for part in error["loc"]), str(error["loc"][-1])
    if error["type"] == "unexpected_keyword_argument":
        return _unknown_field(last, PART_FIELDS[_table(error["loc"])], place)
    if error["type"] == "missing":
        return f"{place}: it is missing; add {last} = ..."
    expected = str(error["msg"]).replace("Input should be", "expected").replace("valid tuple", "list")
    expected = re.sub(r"a dictionary or an instance of \w+", "a table", expected)
    if last in IN_WORDS and (place == last or last != "name"):
        expected = f"expected {IN_WORDS[last]}"
    return f"{place}: {expected}, got {error['input']!r}."


def _table(place: Sequence[str | int]) -> str:
    """The innermost table that a place of an error is in: roles, steps, states ..."""
    return next(str(part) for part in reversed(place[:-1]) if part in PART_FIELDS)


FIELDS = tuple(field.name for field in fields(Treatment))
PARTS = {"forecasts": Forecasts, "steps": Steps, "pay": Pay, "absence": Absence, "information": Information}
PART_FIELDS = {
    name: tuple(field.name for field in fields(part))
    for name, part in {**PARTS, "roles": Role, "states": State}.items()
}
