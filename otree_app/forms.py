"""Pages of questions: what was typed stays, what is wrong is said beside it, in the language of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otree.api import Page
from starlette.datastructures import FormData

from market.questions import LONGEST, Question, number, problem
from otree_app.models import Player


class Form(Page):
    """A page that asks `questions`; each is stored in the field of its name, as text."""

    form_model = "player"

    @classmethod
    def questions(cls, player: Player) -> Sequence[Question]:
        raise NotImplementedError

    @classmethod
    def get_form_fields(cls, player: Player) -> list[str]:
        return [question.name for question in cls.questions(player)]

    @classmethod
    def error_message(cls, player: Player, values: Mapping[str, Any]) -> dict[str, str]:
        return marked(player, cls.problems(player, values))

    @classmethod
    def problems(cls, player: Player, values: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with the answers, in words by field."""
        found = {one.name: complaint(player, one, values[one.name] or "") for one in cls.questions(player)}
        return {name: words for name, words in found.items() if words}

    def get_form(self, instance: Player, formdata: FormData | None = None) -> Any:
        asked = self.questions(self.player)
        return super().get_form(instance, formdata if formdata is None else as_text(formdata, asked))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        form, asked = context["form"], self.questions(self.player)
        whole: dict[str, Any] = super().get_context_data(**context)
        given = {one.name: form[one.name] for one in asked if one.name in form}
        wrong = [name for name, field in given.items() if field.errors]
        whole["fields"] = [self.shown(one, *_said(given.get(one.name)), wrong) for one in asked]
        whole["optional"] = self.player.say("pages.optional")
        return whole

    def shown(self, question: Question, said: str, error: str, wrong: Sequence[str]) -> dict[str, Any]:
        """A question as the template wants it. The first wrong one gets the focus, so that it is found at once."""
        beside = {"hint": question.hint, "error": error}
        return {
            "asked": question,
            "value": said,
            "choices": _choices(question, said),
            "bounded": question.kind == "number" and None not in (question.least, question.most),
            "error": error,
            "described": " ".join(f"{question.name}-{part}" for part, words in beside.items() if words),
            "focus": wrong[:1] == [question.name],
            "longest": LONGEST,
            "note": "",
            "settled": "",
            "open": True,
        }


def _said(field: Any) -> tuple[str, str]:
    """What was typed into a field of the form and what is wrong with it; nothing of a field that is asked no more."""
    return (field.data or "", " ".join(field.errors)) if field else ("", "")


def _choices(question: Question, said: str) -> list[dict[str, object]]:
    given = said.split(", ") if question.kind == "some" else [said]
    return [
        {"value": one.value, "label": one.label, "id": f"{question.name}-{one.value}", "checked": one.value in given}
        for one in question.choices
    ]


def complaint(player: Player, question: Question, said: str) -> str:
    """What is wrong with an answer, in words; "" for nothing."""
    key = problem(question, said)
    return player.say(f"form.{key}", least=question.least, most=question.most or LONGEST) if key else ""


def marked(player: Player, problems: Mapping[str, str]) -> dict[str, str]:
    """Errors as oTree wants them: with words for the page as a whole, which oTree would say in its own language."""
    return {"__all__": player.say("form.fix"), **problems} if problems else {}


def as_text(formdata: FormData, asked: Sequence[Question]) -> FormData:
    """What was sent, with several choices of one question joined, and numbers written as programs write them."""
    sent = dict(formdata)
    for question in asked:
        if question.kind == "some":
            sent[question.name] = ", ".join(formdata.getlist(question.name))
        elif question.kind == "number" and (value := number(sent.get(question.name, ""))) is not None:
            sent[question.name] = f"{value}"
    return FormData(sent)
