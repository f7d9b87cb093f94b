"""Small builders: a view of each role with something of everything in it, and a line to a scripted model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bots.adapters.llm import Keys, Scripted
from bots.adapters.llm.messages import Request
from bots.adapters.llm.scripted import Line as Said
from worlds.forecast_goods.information.news import Item
from worlds.forecast_goods.information.predictions import Prediction
from worlds.forecast_goods.roles.interface import Contract, Member, Tape, View, Ware
from worlds.models import Asked, Line


def view(role: str, **changes: Any) -> View:
    """Of round 3 of a period of 20, with two indices."""
    ware = Ware("g1", "team1/analyst1", "alpha", 101.0, 4, 0.75, 0.75, 900, False, 5)
    members = (
        Member("team1/analyst1", "analyst", 4000, 1200, False, 0, 500, 0.18),
        Member("team1/analyst2", "analyst", 4000, 4100, True, 2, -300, 0.31),
    )
    made = View(
        round=3,
        id=f"team1/{role}1",
        team="team1",
        role=role,
        cash=90_000,
        free=88_000,
        budget=4000,
        spent=600,
        over=False,
        surplus=1234,
        brier=0.21,
        holdings={"g9": 2},
        open=(Prediction(f"team1/{role}1", "alpha", 101.0, 0.75, 2, 3),),
        levels={"alpha": 101.5, "beta": 49.0},
        history={"alpha": (100.0, 102.25, 101.5), "beta": (50.0, 48.5, 49.0)},
        tapes={"alpha": Tape(1800.0, 6, 1500, None), "beta": Tape(None, 0, None, None)},
        contracts={"alpha": Contract("alpha", 101.0, 5, 0.45, 100, 100.0)},
        news=(Item("n1", "private", "team2/analyst1", "alpha", 3, 0.8, 2.0, 2),),
        wares=(ware,) if role == "trader" else (),
        members=members if role == "principal" else (),
    )
    return replace(made, **changes)


def line_to(say: Callable[[Request], Said]) -> Line:
    """A line to a model that says what `say` makes of a request."""
    return Line(Asked(name="scripted", local={"scripted": Scripted(say, name="scripted")}, keys=Keys({})))
