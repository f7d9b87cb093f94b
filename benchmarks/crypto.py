"""The crypto desk: seconds of processor time for one iteration of learning, on one core and without models.

    .venv/bin/python -m benchmarks.crypto [--repeat 3] [--days 365]

An iteration is 25 pipelines over a year of four-hour bars of five coins: features, methods, forecasts, all coalitions
of each pipeline through the ledger, scores, Shapley values. "first" starts from bars alone; "next" is another iteration
with the same agents, "moved" one after knowledge was transferred in every role. The target for "first" is 10 seconds.
All repetitions must end in the same hash.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import warnings
from collections.abc import Sequence
from time import process_time

from worlds.crypto.config import config_from
from worlds.crypto.data.bars import Bars
from worlds.crypto.data.synthetic import synthetic
from worlds.crypto.learning.floor import Floor
from worlds.crypto.learning.loop import iterate
from worlds.crypto.learning.population import begun, rules_from, told

TARGET = 10.0
NAMES = ("first", "next", "moved")


def measure(bars: Bars) -> tuple[list[float], str]:
    """(seconds of the three iterations, hash of what was learnt)."""
    config = config_from({})
    rules, population = rules_from(config, every=2), begun(5, 1, config)
    before = process_time()
    floor = Floor(bars)
    spent = []
    for _ in NAMES:
        iterate(population, floor, rules, 1)
        spent.append(process_time() - before)
        before = process_time()
    page = json.dumps(told(population), sort_keys=True).encode()
    return spent, hashlib.sha256(page).hexdigest()


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crypto")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args(given)
    warnings.simplefilter("ignore")
    begun(5, 1, config_from({}))  # loads the libraries
    found = [measure(synthetic(options.days, 42)) for _ in range(options.repeat)]
    if len({digest for _, digest in found}) != 1:
        raise SystemExit("the repetitions learnt different things")
    for name, *seconds in zip(NAMES, *(spent for spent, _ in found), strict=True):
        print(f"{name:<8}{statistics.median(seconds):8.2f} s   {min(seconds):.2f} to {max(seconds):.2f}")
    return 0 if statistics.median(spent[0] for spent, _ in found) < TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
