"""The parts of a treatment that are tables of their own: forecasts, tasks, pay, absence, private information."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import with_config

from market.fields import STRICT, Attempts, Count, Name, Positive, Rate, Seconds


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Forecasts:
    """Forecasts asked before a period: of its price (horizon 0) and of later ones. Empty `horizons` ask nothing.

    A forecast within `band` ticks of the period's price pays `reward` ticks. `seconds` to answer.
    """

    horizons: tuple[Count, ...] = ()
    seconds: Seconds = 30
    band: Count = 0
    reward: Count = 0


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Steps:
    """The pages around the market, each on or off. `quiz_attempts`: tries a question before the answer is shown."""

    consent: bool = False
    quiz: bool = False
    quiz_attempts: Attempts = 3
    risk_task: bool = False
    reflection_test: bool = False
    questionnaire: bool = False
    guess_bots: bool = False
    debrief: bool = False


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Pay:
    """What people are paid. `rate` in money of the country a unit of the treatment's currency; `show_up_fee` likewise.

    The fee is the least anybody gets. `periods` (induced markets), `markets` and `tasks` pay all, or one at random.
    """

    rate: Rate = "0.01"
    show_up_fee: Rate = "0"
    periods: Literal["all", "random"] = "all"
    markets: Literal["all", "random"] = "all"
    tasks: Literal["all", "random"] = "all"


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Absence:
    """What happens when somebody is not there.

    `late`: when not all came in time, the market starts with those who did, or is cancelled and they are paid
    `waiting_pay` a minute. `dropout`: a seat without a page for `dropout_seconds` stays as it is, pauses the market,
    ends it, or is taken over by `dropout_trader` until it returns. `out_of_reach`: a model that cannot be asked holds,
    is stood in for by `out_of_reach_trader`, pauses the market or ends it. `bots_alone`: bots start without people.
    """

    late: Literal["start", "cancel"] = "start"
    waiting_pay: Rate = "0"
    dropout: Literal["stay", "pause", "end", "takeover"] = "stay"
    dropout_seconds: Seconds = 60
    dropout_trader: Name = "zero_intelligence"
    out_of_reach: Literal["hold", "rule", "pause", "end"] = "hold"
    out_of_reach_trader: Name = "zero_intelligence"
    bots_alone: bool = False


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class State:
    """A state of the world, drawn each period with odds `weight`; what a share pays in it, in ticks."""

    name: str
    weight: Positive = 1
    dividend: Count = 0


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Information:
    """Private information on the state of the period, after Plott & Sunder (1988). No `states`: none.

    `clues`: nobody is told, everybody is told one state that it is not (the traders together know the state), or
    `informed` of the traders are told the state.
    """

    states: tuple[State, ...] = ()
    clues: Literal["none", "not_this", "state"] = "none"
    informed: Count = 0
