"""oTree's own bots (`otree test`): they pass every page around the market, in each way that a subject may.

They have no page with a live connection, so they leave the market by the door that an assistant has; that it plays is
tested by seats with real connections.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from otree.api import Bot, Submission, SubmissionMustFail, expect

from market.questions import Question
from otree_app.forms import Form
from otree_app.models import Player
from otree_app.pages import Market, page_sequence
from otree_app.pages_after import Payment
from otree_app.pages_before import Consent, Declined, Quiz
from otree_app.rounds import session_treatment

WRONG = {"number": "123456", "text": "words", "long": "words"}


class PlayerBot(Bot):
    """Answers everything, and the quiz right ("agree"); uses up the tries of the quiz; does not consent."""

    cases = ["agree", "wrong", "decline"]

    def play_round(self) -> Iterator[Submission]:
        for page in page_sequence:
            last = Declined if self.has_declined() else Payment
            if page is last and page.is_displayed(self.player):
                expect(page.__name__, "in", self.participant_bot.path)
            elif page.is_displayed(self.player) and not self.has_declined():
                yield from self.pass_page(page)

    def has_declined(self) -> bool:
        return bool(self.player.in_round(1).consent == "no")

    def pass_page(self, page: Any) -> Iterator[Submission]:
        if page is Market:
            yield Submission(page, check_html=False, timeout_happened=True)
        elif page is Consent:
            yield Submission(page, {"consent": "no" if self.case == "decline" else "yes"})
        elif page is Quiz and self.case == "wrong":
            yield from self.be_told()
        elif issubclass(page, Form):
            yield Submission(page, answers(page, self.player))
        else:
            yield Submission(page)

    def be_told(self) -> Iterator[Submission]:
        """Wrong until the answers are told; then on."""
        asked = Quiz.get_form_fields(self.player)
        wrong = {one.name: wrongly(one) for one in Quiz.questions(self.player)}
        for _ in range(session_treatment(self.session).steps.quiz_attempts):
            yield SubmissionMustFail(Quiz, {name: wrong[name] for name in asked})
        expect(Quiz.get_form_fields(self.player), [])
        yield Submission(Quiz)


def answers(page: type[Form], player: Player) -> dict[str, str]:
    """An answer to each question: the right one where there is one."""
    return {one.name: one.answer or fitting(one) for one in page.questions(player)}


def fitting(question: Question) -> str:
    if question.choices:
        return question.choices[0].value
    return str(question.least or 0) if question.kind == "number" else "words"


def wrongly(question: Question) -> str:
    """An answer that is taken and not right."""
    others = [one.value for one in question.choices if one.value != question.answer]
    return others[0] if others else WRONG[question.kind]
