"""What a model answers in each role, what is wrong with an answer, and the actions that it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field

from worlds.forecast_goods.actions import Actions, Bet, Bid, Issue, Offer
from worlds.forecast_goods.roles.interface import View

MOST = 1e9  # in units of money
CENTS = 100

Money = Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False)]
Units = Annotated[int, Field(ge=1, le=10**6)]


class Study(BaseModel):
    asset: str
    money: Money


class Said(BaseModel):
    asset: str
    horizon: Annotated[int, Field(ge=1)] = 1
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class AnalystAnswer(BaseModel):
    reason: str = ""
    research: list[Study] = []
    forecasts: list[Said] = []


class Sale(BaseModel):
    good: str
    price: Money
    quantity: Units = 1


class Purchase(BaseModel):
    asset: str
    price: Money
    quantity: Units = 1


class Stake(BaseModel):
    asset: str
    outcome: Literal["above", "below"]
    shares: Annotated[int, Field(ge=-(10**6), le=10**6)]
    limit: Money


class TraderAnswer(BaseModel):
    reason: str = ""
    offers: list[Sale] = []
    bids: list[Purchase] = []
    bets: list[Stake] = []


class Part(BaseModel):
    member: str
    share: Annotated[float, Field(ge=0, le=MOST, allow_inf_nan=False)]


class PrincipalAnswer(BaseModel):
    explanation: str
    shares: list[Part]


Answer = TypeVar("Answer", AnalystAnswer, TraderAnswer, PrincipalAnswer)


def analyst_actions(answer: AnalystAnswer, view: View) -> Actions:
    research: dict[str, int] = {}
    for one in answer.research:
        research[one.asset] = research.get(one.asset, 0) + cents(one.money)
    issues = tuple(Issue(one.asset, one.horizon, one.probability) for one in answer.forecasts)
    return Actions(research=research, predictions=issues, reason=answer.reason)


def trader_actions(answer: TraderAnswer, view: View) -> Actions:
    return Actions(
        offers=tuple(Offer(one.good, cents(one.price), one.quantity) for one in answer.offers),
        bids=tuple(Bid(one.asset, cents(one.price), one.quantity) for one in answer.bids),
        bets=tuple(
            Bet(one.asset, int(one.outcome == "above"), one.shares, cents(one.limit))
            for one in answer.bets
            if one.shares
        ),
        reason=answer.reason,
    )


def principal_actions(answer: PrincipalAnswer, view: View) -> Actions:
    weights = {one.member: one.share for one in answer.shares}
    return Actions(allocation=weights, explanation=answer.explanation)


def cents(money: float) -> int:
    return round(money * CENTS)


def analyst_objection(view: View, horizon: int) -> Callable[[AnalystAnswer], str]:
    def wrong(answer: AnalystAnswer) -> str:
        too_far = [
            f"horizon: from 1 to {horizon}, not {one.horizon}" for one in answer.forecasts if one.horizon > horizon
        ]
        names = [one.asset for one in answer.research] + [one.asset for one in answer.forecasts]
        return "; ".join([*_strangers("asset", names, list(view.levels)), *too_far])

    return wrong


def trader_objection(view: View) -> Callable[[TraderAnswer], str]:
    def wrong(answer: TraderAnswer) -> str:
        goods = _strangers("good", [one.good for one in answer.offers], [one.id for one in view.wares])
        bids = _strangers("asset", [one.asset for one in answer.bids], list(view.levels))
        bets = _strangers("asset with a contract", [one.asset for one in answer.bets], list(view.contracts))
        return "; ".join([*goods, *bids, *bets])

    return wrong


def principal_objection(view: View) -> Callable[[PrincipalAnswer], str]:
    members = [one.id for one in view.members]

    def wrong(answer: PrincipalAnswer) -> str:
        named = [one.member for one in answer.shares]
        found = _strangers("member", named, members)
        found += [f"share: one for {name} is missing" for name in members if name not in named]
        found += ["share: one for each member" for _ in named[:1] if len(named) != len(set(named))]
        found += ["share: at least one above 0" for _ in members[:1] if not any(one.share for one in answer.shares)]
        return "; ".join(found)

    return wrong


def _strangers(what: str, names: Sequence[str], known: Sequence[str]) -> list[str]:
    return [_no(what, name, known) for name in dict.fromkeys(names) if name not in known]


def _no(what: str, name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    hint = f", nearest '{near[0]}'" if near else ""
    return f"{what}: there is no '{name}'{hint}; known are {', '.join(known) or 'none at present'}"
