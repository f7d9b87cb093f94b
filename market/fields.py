"""The types of a treatment's fields: what each may be, checked when a treatment is read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

# Far from any price and any holding, so that arithmetic on it stays exact in a database column and in a browser.
LARGEST = 10**9
# TOML has no word for "none".
UNLIMITED = "unlimited"


def _number(value: object) -> object:
    """Python takes true for 1; a treatment does not."""
    if isinstance(value, bool):
        raise PydanticCustomError("number", "expected a number")
    return value


def _text(value: object) -> object:
    """Rates and units may come as numbers; they are kept as text, which is exact."""
    return str(value) if type(value) in (int, float) else value


def _limit(value: object) -> object:
    return None if value == UNLIMITED else _number(value)


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Debt = Annotated[int, BeforeValidator(_number), Field(ge=-LARGEST, le=LARGEST)]
Count = Annotated[int, BeforeValidator(_number), Field(ge=0, le=LARGEST)]
Positive = Annotated[int, BeforeValidator(_number), Field(ge=1, le=LARGEST)]
Limit = Annotated[Annotated[int, Field(ge=0, le=LARGEST)] | None, BeforeValidator(_limit)]
Seconds = Annotated[float, BeforeValidator(_number), Field(gt=0)]
NotNegative = Annotated[float, BeforeValidator(_number), Field(ge=0)]
Attempts = Annotated[int, BeforeValidator(_number), Field(ge=1, le=20)]
# oTree needs to know before any session how many rounds there can be: one of them is for practice.
Markets = Annotated[int, BeforeValidator(_number), Field(ge=1, le=5)]
Rate = Annotated[str, BeforeValidator(_text), Field(pattern=r"^\d+(/[1-9]\d*|\.\d+)?$")]
Unit = Annotated[str, BeforeValidator(_text), Field(pattern=r"^(1|0\.0*1)$")]
# What is expected of fields with a syntax of their own.
IN_WORDS = {
    "name": "a name of small letters, digits and underscores, such as my_market",
    "interest": 'a rate such as "1/20" or "0.05"',
    "rate": 'an amount of money such as "0.01" or "1/30"',
    "show_up_fee": 'an amount of money such as "5" or "7.50"',
    "lottery": 'a factor such as "1" or "0.5"',
    "reflection": 'an amount of money such as "0.25"',
    "waiting_pay": 'an amount of money such as "0.10"',
    "tick": 'one of "1", "0.1", "0.01" ...',
    "credit_limit": f"a whole number of ticks from 0 to {LARGEST}, or {UNLIMITED!r}",
}
STRICT = ConfigDict(extra="forbid", strict=False, allow_inf_nan=False)
