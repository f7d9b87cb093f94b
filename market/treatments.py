"""Treatments: one declaration of a design, read by the lab, the simulation and the analysis."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]
Rate = Annotated[str, Field(pattern=r"^\d+(/[1-9]\d*|\.\d+)?$", description="such as 1/20 or 0.05")]
Unit = Annotated[str, Field(pattern=r"^(1|0\.0*1)$", description="1, 0.1, 0.01 ...")]
# TOML has no word for "none".
UNLIMITED = "unlimited"
Limit = Annotated[Count | None, BeforeValidator(lambda limit: None if limit == UNLIMITED else limit)]
STRICT = ConfigDict(extra="forbid", strict=False, allow_inf_nan=False)


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Role:
    """One kind of seat: in asset markets `cash` (ticks) and `shares`, in induced ones `values` or `costs` by unit."""

    name: str
    cash: int = 0
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
    """

    name: Name
    title: str
    source: str = ""
    institution: Literal["continuous"] = "continuous"
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
    bot_reaction_seconds: Annotated[float, Field(ge=0)] = 0

    @property
    def induced(self) -> bool:
        """True for buyer-seller designs with values and costs, False for asset markets."""
        return any(role.values or role.costs for role in self.roles)

    @property
    def interest_rate(self) -> Fraction:
        return Fraction(self.interest)

    @property
    def mean_dividend(self) -> Fraction:
        return Fraction(sum(self.dividends), len(self.dividends)) if self.dividends else Fraction(0)

    def fundamental(self, period: int) -> Fraction | None:
        """Expected discounted payments of a share bought in `period`, in ticks; None in induced-value markets."""
        if self.induced:
            return None
        growth, value = 1 + self.interest_rate, Fraction(self.buyback)
        for _ in range(self.periods - period + 1):
            value = (value + self.mean_dividend) / growth
        return value

    def canonical(self) -> str:
        """The treatment as JSON with sorted keys: what is stamped on data and hashed."""
        # 60 seconds and 60.0 are the same treatment and must be the same text.
        plain = asdict(_ADAPTER.validate_python(asdict(self)))
        return json.dumps(plain, sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def money(self, ticks: int | float | Fraction) -> str:
        """An amount of ticks in units of the currency: 106 with tick "0.01" reads 1.06."""
        unit = Decimal(self.tick)
        amount = Decimal(float(ticks)) * unit if isinstance(ticks, float | Fraction) else ticks * unit
        places = max(0, -int(unit.normalize().as_tuple().exponent))
        return f"{amount:,.{places}f}"

    def ticks(self, amount: str | int | float) -> int:
        """The inverse of `money`. Raises ValueError when the amount is no whole number of ticks."""
        ticks = Decimal(str(amount)) / Decimal(self.tick)
        if ticks != ticks.to_integral_value():
            raise ValueError(f"{amount} is no whole number of ticks of {self.tick}.")
        return int(ticks)

    def with_changes(self, **changes: object) -> Treatment:
        """A copy with some fields changed, checked as a file would be. Raises TreatmentError."""
        return treatment_from({**asdict(self), **changes})


class TreatmentError(ValueError):
    """A treatment that cannot be used: each line names the field, what was expected and what came."""


_ADAPTER: TypeAdapter[Treatment] = TypeAdapter(Treatment)
_ROLES: TypeAdapter[dict[str, Role]] = TypeAdapter(dict[str, Role])


def treatment_from(document: Mapping[str, object]) -> Treatment:
    """A treatment from plain data, such as `canonical` JSON or a TOML file. Raises TreatmentError."""
    unknown = [key for key in document if key not in FIELDS]
    if unknown:
        raise TreatmentError("\n".join(_unknown_field(key) for key in unknown))
    try:
        treatment = _ADAPTER.validate_python(dict(document))
    except ValidationError as error:
        raise TreatmentError("\n".join(_field_error(one) for one in error.errors())) from None
    if problems := list(_contradictions(treatment)):
        raise TreatmentError("\n".join(problems))
    return treatment


def roles_from(text: str) -> dict[str, Role]:
    """The roles by trader from the JSON that a session stores. Raises pydantic.ValidationError for anything else."""
    return _ROLES.validate_json(text)


def _unknown_field(key: str) -> str:
    near = get_close_matches(key, FIELDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known fields: {', '.join(sorted(FIELDS))}."
    return f"{key}: there is no such field; {hint}"


def _field_error(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"])
    expected = str(error["msg"]).replace("Input should be", "expected").replace("Field required", "it is required")
    return f"{place}: {expected}, got {error['input']!r}." if error["type"] != "missing" else f"{place}: {expected}."


def _contradictions(treatment: Treatment) -> Iterator[str]:
    """What single fields cannot show: each problem as a line that names the field and the fix."""
    if not treatment.roles:
        yield "roles: at least one is needed; add a [[roles]] table with name, cash and shares, or values or costs."
    if treatment.price_min > treatment.price_max:
        yield f"price_max: expected at least price_min ({treatment.price_min}), got {treatment.price_max}."
    if treatment.induced and (treatment.dividends or treatment.buyback):
        yield "dividends, buyback: an induced-value market pays values and costs instead; leave these out."
    if treatment.induced and any(bool(role.values) == bool(role.costs) for role in treatment.roles):
        yield "roles: in an induced-value market every role has either values (a buyer) or costs (a seller)."
    if treatment.clear_after_trade and not treatment.single_unit:
        yield "single_unit: must be true where clear_after_trade is; several units would leave a rest to clear."


FIELDS = tuple(field.name for field in fields(Treatment))
