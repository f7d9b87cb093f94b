"""The pages of a subject before a market: consent, instructions, quiz, and what a market starts with."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from otree.api import Page

from market.instructions import Section, sections
from market.language import duration
from market.pay_words import pay_section
from market.questions import Question, one_of
from market.quiz import Quiz as Questions
from market.treatments import Role, Treatment
from otree_app.archive import exchange_of
from otree_app.consent_text import frozen
from otree_app.forms import Form, complaint
from otree_app.models import Player
from otree_app.payment import cash, note_payment
from otree_app.rounds import announced_bots, is_first, is_played, is_practice, session_treatment
from otree_app.screens import screen_of
from otree_app.stamps import stamp


class Consent(Form):
    """The versioned text, and whether a person takes part."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return is_first(player) and session_treatment(player.session).steps.consent

    @classmethod
    def questions(cls, player: Player) -> Sequence[Question]:
        choices = [("yes", player.say("consent.yes")), ("no", player.say("consent.no"))]
        return [one_of("consent", player.say("consent.question"), choices)]

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        text = frozen(player.session)
        return {"text": text, "version": player.say("consent.version", version=text.version)}

    @staticmethod
    def before_next_page(player: Player, timeout_happened: bool) -> None:
        text = frozen(player.session)
        player.consent_version, player.consent_sha256 = text.version, text.sha256
        player.consent_utc = stamp(time.time())
        note_payment(player)


class Declined(Page):
    """The end for who declines: there is no way on."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return is_first(player) and player.consent == "no"

    @staticmethod
    def error_message(player: Player, values: Mapping[str, Any]) -> str:
        return player.say("declined.title")


class Instructions(Page):
    """What the treatment is about, made from the treatment itself."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return is_first(player)

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        treatment, say = session_treatment(player.session), player.say
        market_is_next = not treatment.steps.quiz and not treatment.practice_periods
        wait = say("instructions.page.take_time", length=duration(player.language, treatment.ready_seconds))
        return {
            "you": say("pages.you", trader=trader_name(player)),
            "treatment": treatment.title,
            "sections": told(player),
            "screen": screen_of(treatment),
            "onward": say("instructions.page.to_market" if market_is_next else "instructions.page.next"),
            "wait": f"{say('instructions.page.opens')} {wait}" if market_is_next else wait,
        }

    @staticmethod
    def before_next_page(player: Player, timeout_happened: bool) -> None:
        note_payment(player)


class Quiz(Form):
    """Questions on the instructions. Who has used up the tries of a question is told the answer and goes on."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        return is_first(player) and session_treatment(player.session).steps.quiz

    @classmethod
    def questions(cls, player: Player) -> Sequence[Question]:
        return Questions(session_treatment(player.session), role_of(player)).questions()

    @classmethod
    def get_form_fields(cls, player: Player) -> list[str]:
        return [one.name for one in cls.questions(player) if not is_settled(player, one)]

    @classmethod
    def problems(cls, player: Player, values: Mapping[str, Any]) -> dict[str, str]:
        """Notes each answer; besides what is wrong, the whole page's words where an answer must be read first."""
        asked = [one for one in cls.questions(player) if one.name in values]
        found = {one.name: judged(player, one, values[one.name] or "") for one in asked}
        wrong = {name: words for name, words in found.items() if words}
        if wrong:
            return {"__all__": player.say("quiz.unclear"), **wrong}
        told_now = [one for one in asked if not one.is_right(getattr(player, one.name))]
        return {"__all__": player.say("quiz.read_on")} if told_now else {}

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        attempts = session_treatment(player.session).steps.quiz_attempts
        lead = player.say("quiz.lead_one") if attempts == 1 else player.say("quiz.lead", number=attempts)
        return {"sections": told(player), "lead": lead}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        whole = super().get_context_data(**context)
        whole["all_told"] = all(not field["open"] for field in whole["fields"])
        return whole

    def shown(self, question: Question, said: str, error: str, wrong: Sequence[str]) -> dict[str, Any]:
        field = super().shown(question, said, error, wrong)
        if is_settled(self.player, question):
            right = question.is_right(getattr(self.player, question.name))
            note = explained(self.player, question)
            field |= {"open": False, "note": note, "settled": "settled" if right else "told"}
        return field


def judged(player: Player, question: Question, said: str) -> str:
    """Note an answer; words that keep the page from going on, "" for a right answer or one whose tries are used up."""
    if words := complaint(player, question, said):
        return words
    first, tries = json.loads(player.quiz_first), json.loads(player.quiz_tries)
    first.setdefault(question.name, said)
    setattr(player, question.name, said)
    if not question.is_right(said):
        tries[question.name] = tries.get(question.name, 0) + 1
    player.quiz_first, player.quiz_tries = json.dumps(first), json.dumps(tries)
    if is_settled(player, question):
        return ""
    left = session_treatment(player.session).steps.quiz_attempts - tries[question.name]
    return player.say("quiz.wrong", number=left)


def is_settled(player: Player, question: Question) -> bool:
    """Whether a question was answered right, or so often that the answer was told."""
    attempts = session_treatment(player.session).steps.quiz_attempts
    tries = json.loads(player.quiz_tries).get(question.name, 0)
    return tries >= attempts or question.is_right(getattr(player, question.name))


def explained(player: Player, question: Question) -> str:
    """What is said of a settled question: that it was right, or what the answer is, and why."""
    if question.is_right(getattr(player, question.name)):
        return f"{player.say('quiz.right')} {question.explanation}"
    labels = dict(question.choices)
    answer = labels.get(question.answer) or " ".join(part for part in (question.answer, question.unit) if part)
    return f"{player.say('quiz.told', answer=answer)} {question.explanation}"


class BeforeMarket(Page):
    """Says before a practice market that it does not pay, and before a later market that all starts anew."""

    @staticmethod
    def is_displayed(player: Player) -> bool:
        if not is_played(player) or player.group.finished:
            return False
        return is_practice(player) or not is_first(player)

    @staticmethod
    def vars_for_template(player: Player) -> dict[str, Any]:
        heading, lines = announcement(player)
        return {"heading": heading, "lines": lines}


def announcement(player: Player) -> tuple[str, list[str]]:
    """Heading and sentences before a market that is not the first thing that people do."""
    treatment, say = session_treatment(player.session), player.say
    if is_practice(player):
        return say("practice.before"), [
            say("practice.before_text", number=treatment.practice_periods),
            say("practice.no_pay"),
        ]
    start = start_words(player, treatment)
    number = player.round_number - (treatment.practice_periods > 0)
    if number == 1:
        return say("practice.after"), [say("practice.after_text"), *start]
    others = say(f"practice.{treatment.matching}") if treatment.market_seats else ""
    heading = say("practice.another", number=number, markets=treatment.markets)
    return heading, [one for one in (say("practice.another_text"), *start, others) if one]


def start_words(player: Player, treatment: Treatment) -> list[str]:
    """What a seat begins a market with: its holdings, or the side that it is on."""
    role = role_of(player)
    if treatment.induced:
        return [player.say("practice.side", side="sell" if role.costs else "buy")]
    held = f"{treatment.money(role.cash)} {treatment.currency}"
    return [player.say("practice.start", cash=held, shares=player.say("count.share", number=role.shares))]


def told(player: Player) -> list[Section]:
    """The instructions of a seat, with what it is paid."""
    exchange, treatment = exchange_of(player.group), session_treatment(player.session)
    bots = announced_bots(player.group)
    whole = sections(treatment, role_of(player), seats=len(exchange.accounts), bots=bots)
    return [*whole, pay_section(treatment, cash)]


def role_of(player: Player) -> Role:
    """What a seat is in the market of its round."""
    return exchange_of(player.group).roles[player.trader]


def trader_name(player: Player) -> str:
    """How a seat is called on the page: T4 is "Trader 4"."""
    return player.say("others.trader", number=player.trader.removeprefix("T"))
