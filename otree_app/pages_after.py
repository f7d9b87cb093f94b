"""The pages of a subject after a market: its result, tasks and questions, the debrief and the payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from otree.api import Page

from market.pay_words import paying_tasks
from market.payment import Payment as Paid
from market.payment import cents
from market.questions import Choice, Question, one_of
from market.tasks import LOTTERIES, ROW_NAMES, puzzles, right_answers, risk_questions
from otree_app.archive import exchange_of
from otree_app.completion import completion_link
from otree_app.debrief import debriefed
from otree_app.forms import Form
from otree_app.live_market import note_of
from otree_app.models import Player
from otree_app.payment import cash, note_payment, play_risk_task
from otree_app.payment_words import table
from otree_app.results import result_of
from otree_app.rounds import is_last, is_played, is_practice, session_treatment


class Cancelled(Page):
    """Says that a market was not held, and why; once for all that follow each other."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        before = player.round_number > 1 and player.in_round(player.round_number - 1).group.cancelled
        return bool(is_played(player) and player.group.cancelled and not before)

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        late = note_of(exchange_of(player.group))
        return {"lines": cancelled_lines(player, "text" if late else "ended", note_payment(player))}


def cancelled_lines(player: Player, why: str, paid: Paid) -> list[str]:
    """Why there was no market, and what of the payment is sure to those who came."""
    parts = [one.part for one in paid.lines if one.cents]
    pays = "paid" if "waiting" in parts else "fee" if "fee" in parts else ""
    return [player.say(f"cancelled.{key}") for key in (why, pays) if key]


class Results(Page):
    """What one earned in a market, and how it went."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return is_played(player) and not player.group.cancelled

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        exchange, treatment = exchange_of(player.group), session_treatment(player.session)
        practice = is_practice(player)
        return {
            "heading": result_heading(player),
            "earned": player.say("results.practice_earned" if practice else "results.earned"),
            "practice": practice,
            "price": player.say("results.price" if treatment.institution == "call" else "results.mean_price"),
            "result": result_of(exchange, player.trader, player.language),
            "treatment": treatment.title,
        }


def result_heading(player: Player) -> str:
    treatment = session_treatment(player.session)
    if is_practice(player):
        return player.say("results.practice")
    if treatment.markets > 1:
        return player.say("results.market", number=player.round_number - (treatment.practice_periods > 0))
    return player.say("results.title")


def asks(player: Player, step: str) -> bool:
    """Whether a step of the treatment comes now: after the last market, if any was held."""
    rounds = (one for one in player.participant.get_players() if is_played(one))
    held = is_last(player) and not all(one.group.cancelled for one in rounds)
    return held and bool(getattr(session_treatment(player.session).steps, step))


class GuessBots(Form):
    """Which of the others one takes for programs, before the debrief."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return asks(player, "guess_bots")

    @classmethod
    def questions(cls, player: Player) -> Sequence[Question]:
        others = sorted((one.trader for one in player.get_others_in_group()), key=lambda trader: int(trader[1:]))
        named = [Choice(one, player.say("others.trader", number=one.removeprefix("T"))) for one in others]
        choices = (*named, Choice("none", player.say("guess.none")))
        sure = [(f"{level}", player.say(f"guess.sure_{level}")) for level in (1, 2, 3)]
        number = player.say("guess.number", number=len(others))
        return [
            Question(name="guess_number", text=number, kind="number", least=0, most=len(others)),
            Question(name="guess_bots", text=player.say("guess.question"), kind="some", choices=choices),
            one_of("guess_sure", player.say("guess.sure"), sure),
        ]

    @classmethod
    def problems(cls, player: Player, values: Mapping[str, Any]) -> dict[str, str]:
        found = super().problems(player, values)
        guessed = (values["guess_bots"] or "").split(", ")
        return {**found, "guess_bots": player.say("guess.both")} if "none" in guessed and len(guessed) > 1 else found


class RiskTask(Form):
    """Ten choices between two lotteries; one row is played for pay."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return asks(player, "risk_task")

    @classmethod
    def questions(cls, player: Player) -> Sequence[Question]:
        return risk_questions(session_treatment(player.session).pay.lottery, player.language, cash)

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        return {"drawn": player.say(f"risk.{one_task('drawn', player)}")}

    @staticmethod
    def before_next_page(player: Player, timeout_happened: bool) -> None:
        if all(getattr(player, name) in LOTTERIES for name in ROW_NAMES):  # an assistant may have moved them on
            play_risk_task(player)
            note_payment(player)


class Reflection(Form):
    """Puzzles whose quick answer is wrong."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return asks(player, "reflection_test")

    @classmethod
    def questions(cls, player: Player) -> Sequence[Question]:
        return puzzles(player.language)

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        each = cents(session_treatment(player.session).pay.reflection)
        return {"pays": player.say(f"reflection.{one_task('pays', player)}", money=cash(each)) if each else ""}

    @staticmethod
    def before_next_page(player: Player, timeout_happened: bool) -> None:
        asked = puzzles(player.language)
        player.reflection_right = right_answers({one.name: getattr(player, one.name) for one in asked})
        note_payment(player)


def one_task(key: str, player: Player) -> str:
    """The key of a sentence on pay, by whether a task is paid for sure or may be drawn."""
    treatment = session_treatment(player.session)
    drawn = treatment.pay.tasks == "random" and len(paying_tasks(treatment)) > 1
    return f"{key}_task" if drawn else key


class Questionnaire(Form):
    """About the person; nothing has to be answered."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return asks(player, "questionnaire")

    @classmethod
    def questions(cls, player: Player) -> Sequence[Question]:
        def say(key: str) -> str:
            return player.say(f"questionnaire.{key}")

        genders = [(one, say(f"gender_{one}")) for one in ("woman", "man", "diverse", "own")]
        traded = [(one, say(f"experience_{one}")) for one in ("never", "little", "often", "work")]
        asked = [
            Question(name="age", text=say("age"), kind="number", least=16, most=120),
            one_of("gender", say("gender"), genders),
            Question(name="gender_own", text=say("gender_words"), kind="text"),
            Question(name="field_of_study", text=say("field"), kind="text"),
            one_of("trading_experience", say("experience"), traded),
            Question(name="comments", text=say("comments"), kind="long"),
        ]
        return [replace(one, optional=True) for one in asked]


class Debrief(Page):
    """Who the others were, as far as the treatment tells."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return asks(player, "debrief")

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        return {"lines": debriefed(player)}


class Payment(Page):
    """What one is paid, line by line, and the way back to the panel."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return is_last(player)

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        paid, participant = note_payment(player), player.participant
        link = completion_link(player.session.config, label=participant.label or "", code=participant.code)
        return {"total": cash(paid.cents), "parts": table(player, paid), "link": link}

    @staticmethod
    def error_message(player: Player, values: Mapping[str, Any]) -> str:
        return player.say("payment.close")
