"""Who is paid what: gathers what a participant earned, draws what is paid, and tells oTree's own tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from otree import settings
from otree.currency import RealWorldCurrency

from market.exchange import Exchange
from market.pay_words import paying_tasks
from market.payment import NOTHING, Draws, Earned, Payment, cents, draws, payment, profits, waiting_cents
from market.tasks import ROW_NAMES, Lottery, play_lottery
from market.treatments import Treatment
from otree_app.models import Player
from otree_app.rounds import is_last, is_played, is_practice, session_treatment


def cash(amount: int) -> str:
    """Cents as money of the country."""
    return str(RealWorldCurrency(Decimal(amount) / 100))


def note_earnings(player: Player, exchange: Exchange) -> None:
    """Keep with a seat what its market pays, once it is over."""
    account, treatment = exchange.accounts[player.trader], exchange.treatment
    player.final_cash, player.final_shares, player.earned = account.cash, account.shares, account.earnings
    by_period = profits(exchange.trades, player.trader, exchange.period) if treatment.induced else ()
    player.period_profits = json.dumps(by_period)
    player.forecast_pay = exchange.forecasts.earnings(player.trader, exchange.period_prices())


def is_due(player: Player) -> bool:
    """Whether a seat is paid: not a bot, not who declined, never came or left without an answer to the consent."""
    return player.kind == "human" and player.in_round(1).consent != "no" and came(player)


def came(player: Player) -> bool:
    """Whether somebody opened the session and got beyond the consent, if it asks for one."""
    participant = player.participant
    undecided = session_treatment(player.session).steps.consent and not player.in_round(1).consent
    return bool(participant.visited) and not (undecided and participant._current_page_name in (None, "", "Consent"))


def payment_of(player: Player) -> Payment:
    """What is due to a seat's participant by now; of nothing for who is not paid at all."""
    if not is_due(player):
        return NOTHING
    treatment = session_treatment(player.session)
    played = [one for one in rounds_of(player) if is_played(one)]
    return payment(
        treatment.pay,
        treatment.tick,
        earned_in(played, treatment),
        tasks=task_pay(played[-1], treatment),
        waiting=waiting_cents(treatment.absence.waiting_pay, waited(played)),
        drawn=session_draws(player.session),
        asked=paying_tasks(treatment),
    )


def rounds_of(player: Player) -> Sequence[Player]:
    """A participant's seat in each round."""
    return player.participant.get_players()  # type: ignore[no-any-return]


def earned_in(played: Sequence[Player], treatment: Treatment) -> list[Earned]:
    """The markets that pay and are over, numbered from 1 as people know them."""
    paying = [one for one in played if not is_practice(one)]
    asked = "forecasts" in paying_tasks(treatment)
    return [
        Earned(
            number,
            one.earned,
            tuple(json.loads(one.period_profits)),
            one.forecast_pay if asked else None,
        )
        for number, one in enumerate(paying, start=1)
        if one.field_maybe_none("earned") is not None
    ]


def waited(played: Sequence[Player]) -> float:
    """Seconds for which somebody waited for markets that were cancelled in the end."""
    return sum(float(one.waited_seconds) for one in played if one.group.cancelled)


def task_pay(last: Player, treatment: Treatment) -> dict[str, int]:
    """Cents for the tasks that were done, by name."""
    done = {}
    if last.risk_played:
        done["risk"] = lottery_of(last).cents
    solved = last.field_maybe_none("reflection_right")
    if "reflection" in paying_tasks(treatment) and solved is not None:
        done["reflection"] = cents(treatment.pay.reflection) * solved
    return done


def lottery_of(last: Player) -> Lottery:
    return Lottery(*json.loads(last.risk_played))


def play_risk_task(player: Player) -> None:
    """Draw the row and play its lottery, once, by the session's seed and the seat's number."""
    rng = Random(f"{seed(player.session)}-risk-{player.participant.id_in_session}")
    choices = [getattr(player, name) for name in ROW_NAMES]
    player.risk_played = json.dumps(play_lottery(choices, session_treatment(player.session).pay.lottery, rng))


def seed(session: Any) -> str:
    """What all draws of pay are made from: the configuration's seed, otherwise the session's code."""
    return str(session.config.get("seed") or session.code)


def session_draws(session: Any) -> Draws:
    """Which market, period and task are paid where one is: the same for everybody in a session."""
    return draws(Random(f"{seed(session)}-pay"))


def note_payment(player: Player) -> Payment:
    """Work out what is due and have oTree's own payments say the same, to the cent."""
    paid = payment_of(player)
    rows = rounds_of(player)
    for one in rows:
        one.payoff = 0
    last = next(one for one in rows if is_last(one))
    last.payment = json.dumps(paid.lines)
    last.payoff = points(paid.cents, player.session.config)
    return paid


def points(due: int, config: Any) -> Decimal:
    """oTree's points that come to `due` cents together with the fee that oTree adds to everybody's payoff."""
    rate = Fraction(config["real_world_currency_per_point"])
    beyond = Fraction(due, 100) - Fraction(Decimal(config["participation_fee"]))
    digits = Decimal(1).scaleb(-settings.POINTS_DECIMAL_PLACES)
    exact = beyond / rate
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(digits)
