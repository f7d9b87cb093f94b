"""The line to the model that the command line names, for the trader and for the news."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bots.adapters.llm import Heuristic
from worlds.crypto.news import reading
from worlds.crypto.roles import model_trader
from worlds.models import Asked, Line


def heuristic(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule that stands in for a model, whatever it is asked."""
    return reading.heuristic(told) if told["asked"] == "news" else model_trader.heuristic(told)


def asked(options: argparse.Namespace) -> Asked:
    return Asked(
        name=options.model,
        base_url=options.base_url,
        budget_usd=options.budget_usd,
        seed=options.seed,
        local={"heuristic": Heuristic(heuristic)},
    )


def open_line(options: argparse.Namespace, folder: Path) -> Line:
    """Checked, and with every call in the folder's transcript. Raises WorldError where the model cannot be asked."""
    line = Line(asked(options))
    line.check()
    line.record_in(folder)
    return line
