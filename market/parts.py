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
    """The pages around the market, each on or off. `quiz_attempts`: tries a question before the answer is shown.

    `debrief` names the seats of programs, or their number where `bot_disclosure` is how_many; nothing where it is
    nothing.
    """

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

    The fee is the least anybody gets. `periods` (induced markets), `markets` and `tasks` (forecasts, risk task,
    reflection test) pay all, or one at random. The risk task's lotteries (2.00/1.60 and 3.85/0.10) are paid times
    `lottery`, a right answer of the reflection test `reflection`. In a market `ended` before its time each share
    pays its fundamental value of that moment, to those who know nothing of the state, or nothing: cash alone counts.
    """

    rate: Rate = "0.01"
    show_up_fee: Rate = "0"
    lottery: Rate = "1"
    reflection: Rate = "0"
    periods: Literal["all", "random"] = "all"
    markets: Literal["all", "random"] = "all"
    tasks: Literal["all", "random"] = "all"
    ended: Literal["fundamental", "cash"] = "fundamental"


@with_config(STRICT)
@dataclass(frozen=True, kw_only=True)
class Absence:
    """What happens when somebody is not there.

    `late`: when not all came in time, the market starts with those who did, if they are two at least, or is cancelled
    and they are paid `waiting_pay` a minute. `dropout`: a person's seat without a page for `dropout_seconds` while the
    market runs stays as it is, pauses the market until the person is back, ends it as `pay.ended` says, or is taken
    over by `dropout_trader` until the person is back. A pause ends after `longest_pause` at the latest: then the
    market goes on, all are told so, and the seats that are away stay as they are. Who was not there when the market
    opened is missed by nobody; but a rule that may take seats over takes this one, too. `out_of_reach`: a model
    that cannot be asked holds, is stood in for by `out_of_reach_trader`, pauses the market or ends it.
    `bots_alone`: bots start without people.
    """

    late: Literal["start", "cancel"] = "start"
    waiting_pay: Rate = "0"
    dropout: Literal["stay", "pause", "end", "takeover"] = "stay"
    dropout_seconds: Seconds = 60
    longest_pause: Seconds = 300
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

    `clues`: nobody is told, everybody is told one state that it is not (the traders together know the state; of two
    states that is the same as being told it), or `informed` of the traders are told the state. All shares pay alike in
    a state, as in series C of the paper, so that a period has one value to judge its prices by. Cash and shares go from
    period to period: a share that lives for one period, as in the paper, is a market of one period.
    """

    states: tuple[State, ...] = ()
    clues: Literal["none", "not_this", "state"] = "none"
    informed: Count = 0
