"""A run with a model that counts in its notes, in a process of its own that can be killed.

python -m tests.bots.remembering LINK FOLDER SEATS_FILE
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bots.adapters.llm import Request, Scripted
from bots.services.cli import RunConfig
from bots.services.runner import run
from tests.bots.runs import ENVIRON

COUNTED = re.compile(r"turns so far: (\d+)")


def counts(request: Request) -> Mapping[str, Any]:
    """Bids one share, and notes how often it has answered: one more than its own notes say."""
    before = COUNTED.search(request.messages[-1].content)
    notes = {"insights": f"turns so far: {int(before[1]) + 1 if before else 1}", "plans": "count on"}
    if request.facts["asked"] == "reflection":
        return notes
    bid = {"do": "buy", "quantity": 1, "price": 20}
    return {"reasoning": "I count", "actions": [bid], "intent": None, **notes}


MODELS = {"counting": Scripted(counts)}

if __name__ == "__main__":
    link, folder, seats = sys.argv[1:]
    run(
        RunConfig(url=link, model="mixed", models_by_seat=Path(seats), out=Path(folder), pace=0.3, seed=4),
        ENVIRON,
        local=MODELS,
    )
