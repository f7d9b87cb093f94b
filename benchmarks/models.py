"""Models behind many bots at once: what the layer between trader and model adds to the model's own time.

    .venv/bin/python -m benchmarks.models [--bots 1 8 24] [--decisions 20] [--latency 0.5]

Every bot is a language-model trader in a thread of its own. It asks a scripted model that takes --latency seconds, and
decides again at once. Each decision goes through prompt, limits, budget, transcript on disk, reading and checking, as
in a run. at once: the most calls under way together. faster: the time of all calls one after another, over the time
that they took. added50, added95: what a decision took beyond the model's own time, in milliseconds.
Target on two cores: 24 bots have 24 calls under way at once, added95 is under 20 ms.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from threading import Lock

from bots.adapters.llm import Keys, Model, ModelSpec, Outcome, Prices, RawAnswer, Request, Scripted, Transcript, Usage
from bots.adapters.llm.asking import Shared
from bots.adapters.llm.budget import Budget
from bots.adapters.llm.catalogue import ProviderSpec
from bots.adapters.llm.limits import Limits, Rates
from bots.agents.language_model import LanguageModelTrader
from bots.services.estimate import sample
from market.designs import design
from market.view import MarketView

REPLY = json.dumps({"reasoning": "I wait.", "actions": [], "intent": None, "plans": "", "insights": ""})
# wide enough that nobody waits, and counted all the same
RATES = Rates(requests_per_minute=1e6, tokens_per_minute=1e9, concurrency=64)


class Slow:
    """A model that answers after `seconds`. Knows how long each of its calls took and how many there were at once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._inside = 0
        self.at_once = 0
        self.took: dict[str, float] = {}

    def __call__(self, request: Request) -> RawAnswer:
        began = time.perf_counter()
        self._count(1)
        time.sleep(self._seconds)
        self._count(-1)
        self.took[request.key] = time.perf_counter() - began
        return RawAnswer(text=REPLY, model="slow", usage=Usage(1500, 60))

    def _count(self, change: int) -> None:
        with self._lock:
            self._inside += change
            self.at_once = max(self.at_once, self._inside)


class OneModel:
    """A model with limits, prices, a budget and a transcript, whatever name it is asked by."""

    def __init__(self, slow: Slow, folder: Path) -> None:
        provider = ProviderSpec(name="slow", api="openai", rates=RATES)
        spec = ModelSpec(name="slow", id="slow-1", provider=provider, prices=Prices(1.0, 4.0))
        shared = Shared(Keys({}), Budget(1000.0), Transcript(folder / "llm_calls.jsonl"))
        self._model = Model(spec, Scripted(slow), Limits(RATES, time.monotonic()), shared)

    def ask(self, name: str, request: Request) -> Outcome:
        return self._model.ask(request)


def added(trader: LanguageModelTrader, view: MarketView, slow: Slow) -> float:
    """Milliseconds that one decision takes beyond its call."""
    began = time.perf_counter()
    decision = trader.decide(view)
    took = time.perf_counter() - began
    assert decision.outcome == "valid", decision.reason
    return (took - sum(slow.took[key] for key in decision.calls)) * 1000


def measure(bots: int, decisions: int, latency: float, folder: Path) -> str:
    slow, view = Slow(latency), sample(design("asset_cda"))
    folder.mkdir()
    models = OneModel(slow, folder)
    traders = [LanguageModelTrader(models=models, alias="slow", seat=seat) for seat in range(1, bots + 1)]
    began = time.perf_counter()
    with ThreadPoolExecutor(bots) as threads:
        played = threads.map(lambda trader: [added(trader, view, slow) for _ in range(decisions)], traders)
        overheads = [one for seat in played for one in seat]
    wall = time.perf_counter() - began
    twentieths = quantiles(overheads, n=20)
    cells = [f"{bots:>4}", f"{len(overheads):>9}", f"{slow.at_once:>7}", f"{wall:>7.2f}"]
    cells += [f"{sum(slow.took.values()) / wall:>6.1f}x", f"{twentieths[9]:>8.1f}", f"{twentieths[18]:>8.1f}"]
    return " ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bots", type=int, nargs="+", default=[1, 8, 24])
    parser.add_argument("--decisions", type=int, default=20, help="of each bot")
    parser.add_argument("--latency", type=float, default=0.5, help="seconds that the model takes")
    wish = parser.parse_args()
    print("bots decisions at once seconds faster  added50  added95")
    with tempfile.TemporaryDirectory() as name:
        for bots in wish.bots:
            print(measure(bots, wish.decisions, wish.latency, Path(name) / str(bots)), flush=True)


if __name__ == "__main__":
    main()
