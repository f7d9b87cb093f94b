"""What a model is told: the system text, and the questions of a turn, of looking back and of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bots.agents import prompts, screen
from bots.agents.questions import FormField, as_data
from bots.agents.replies import MOST_ACTIONS
from bots.agents.sheet_replies import most_lines
from market.events import Phase
from market.view import MarketView

# How an intent is worked off, by execution policy.
HOW = {
    "immediate": "at once, with one order",
    "twap": "in equal slices, evenly over the time you give; you are asked again when it is done or the time is over",
}


def system(view: MarketView, *, execution: str, notes: bool, persona: str) -> str:
    """Who the model is, what all traders were told, how to answer. The same in each turn of a market."""
    facts = view.facts
    return prompts.fill(
        f"{facts.institution}/system",
        trader=f"Trader {view.trader.removeprefix('T')}",
        instructions=prompts.instructions_text(facts, view.role),
        most_actions=MOST_ACTIONS,
        lines=most_lines(view),
        execution=HOW[execution],
        target="" if facts.induced else ", or target_shares that you want to hold",
        notes=prompts.fill("notes") if notes else "",
        currency=facts.currency,
        tick=facts.tick,
        seconds=f"{facts.decision_seconds:g}",
        persona=_persona(persona),
    )


def turn(view: MarketView, news: Sequence[str], memory: str) -> str:
    """The market as it stands, and what became of the own orders."""
    state = {**screen.clock(view), **screen.market(view), **_account(view, news)}
    return prompts.fill(f"{view.facts.institution}/turn", **state, said=_said(view), memory=memory)


def told(institution: str, prompt: str) -> tuple[int, float, str] | None:
    """(period, seconds since it began, own account) of the prompt of a turn; None where it is none of `institution`."""
    clock = prompts.read_back(f"{institution}/turn", "period", prompt)
    account = prompts.read_back(f"{institution}/turn", "holdings", prompt)
    if not (clock and account):
        return None
    return int(clock["period"]), float(clock["length"]) - float(clock["left"]), account["holdings"]


def forecast(view: MarketView, memory: str) -> str:
    """Which prices are to be forecast, and how earlier forecasts fared."""
    facts = view.facts
    state = {**screen.account(view), **screen.periods(view), **screen.forecasts(view), "said": _said(view)}
    return prompts.fill(
        "forecast", **state, periods=facts.periods, currency=facts.currency, tick=facts.tick, memory=memory
    )


def reflection(view: MarketView, news: Sequence[str], memory: str) -> str:
    """Looking back on a period, or on the whole market."""
    over = "The market" if view.phase is Phase.FINISHED else f"Period {view.period} of {view.facts.periods}"
    return prompts.fill(f"{view.facts.institution}/reflection", what=over, **_account(view, news), memory=memory)


def _account(view: MarketView, news: Sequence[str]) -> dict[str, object]:
    # reasons of refusals come from a page
    told = prompts.data("your orders", list(news)) if news else "nothing new"
    return {**screen.account(view), **screen.periods(view), "news": told}


def _said(view: MarketView) -> str:
    """What the page shows of the experimenter's words; ends its paragraph where there is any."""
    # the reason of a pause may be a program's
    told = prompts.data("said", list(view.said))
    return f"Announced to all, the latest last: {told}\n\n" if view.said else ""


def form_system(persona: str) -> str:
    """How to answer a page."""
    return prompts.fill("form_system", persona=_persona(persona))


def form(page: Mapping[str, str], fields: Iterable[FormField], view: MarketView | None) -> str:
    """The page and its fields, after what the market's instructions were where one has been seen."""
    known = f"What you were told of the market:\n\n{prompts.instructions_text(view.facts, view.role)}\n" if view else ""
    told = {"page": prompts.data("page", page), "fields": prompts.data("fields", as_data(fields))}
    return prompts.fill("form", known=known, **told)


def _persona(persona: str) -> str:
    return prompts.fill("persona", persona=prompts.data("persona", persona.strip())) if persona.strip() else ""
