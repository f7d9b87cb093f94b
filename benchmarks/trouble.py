"""The runner of `benchmarks.bots --trouble`: heuristic bots, and a model in the last seat that never answers.

python -m benchmarks.trouble LINK SEATS FOLDER PACE
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bots.adapters.llm import Scripted, Slowly
from bots.services.cli import RunConfig
from bots.services.runner import run

FOREVER = 3600.0


def main(link: str, seats: int, folder: Path, pace: float) -> None:
    who = folder / "seats.toml"
    who.write_text("".join(f'{seat} = "{"hangs" if seat == seats else "heuristic"}"\n' for seat in range(1, seats + 1)))
    config = RunConfig(url=link, model="mixed", models_by_seat=who, pace=pace, out=folder)
    result = run(config, os.environ, local={"hangs": Scripted(lambda request: Slowly(FOREVER, "{}"))})
    print(f"Run folder: {result.folder}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
