"""A payment in words and columns, as people read it. Works out nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from otree import settings

from market.pay_words import exchange_example
from market.payment import Line, Payment
from market.treatments import Treatment
from otree_app.models import Player
from otree_app.payment import cash, lottery_of
from otree_app.rounds import session_treatment

Row = dict[str, Any]


def table(player: Player, paid: Payment) -> list[dict[str, Any]]:
    """Two parts, each a `unit` and `rows` of (label, amount, paid, strong): what was earned, and what it comes to."""
    treatment = session_treatment(player.session)
    earned = [_earned(player, treatment, line) for line in paid.lines if line.ticks is not None]
    if len(earned) > 1:
        earned.append(_row(player.say("payment.sum"), treatment.money(paid.ticks), strong=True))
    money = [_row(_label(player, treatment, line), cash(line.cents or 0), line.paid) for line in _money_lines(paid)]
    parts = [(treatment.currency, earned), (settings.REAL_WORLD_CURRENCY_CODE, money)]
    return [{"unit": unit, "rows": rows} for unit, rows in parts if rows]


def _money_lines(paid: Payment) -> Iterator[Line]:
    for line in paid.lines:
        # nothing to exchange where no market was held, no fee where there is none
        if line.cents or (line.cents is not None and line.part not in ("fee", "exchange")):
            yield line


def _earned(player: Player, treatment: Treatment, line: Line) -> Row:
    return _row(_market_label(player, treatment, line), treatment.money(line.ticks or 0), line.paid)


def _market_label(player: Player, treatment: Treatment, line: Line) -> str:
    """Only what there are several of is numbered."""
    key = "payment." + line.part
    if treatment.markets > 1:
        key += "_number"
    if line.period is not None:
        key += "_period"
    return player.say(key, number=line.market, period=line.period)


def _label(player: Player, treatment: Treatment, line: Line) -> str:
    match line.part:
        case "exchange":
            units, money = exchange_example(treatment.pay.rate)
            facts = {"amount": f"{units:,}", "currency": treatment.currency, "money": cash(money)}
            return player.say("payment.exchange", **facts)
        case "risk":
            played = lottery_of(player)
            return player.say("payment.risk_row", row=played.row, choice=played.choice, odds=played.number)
        case "reflection":
            return player.say("payment.reflection_right", number=player.reflection_right)
        case part:
            return player.say(f"payment.{part}")


def _row(label: str, amount: str, paid: bool = True, strong: bool = False) -> Row:
    return {"label": label, "amount": amount, "paid": paid, "strong": strong}
