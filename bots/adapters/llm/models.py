"""All models of a run, by name: found, checked, shared by its threads, counted together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from bots.adapters.llm.asking import Model, Shared
from bots.adapters.llm.budget import Budget
from bots.adapters.llm.catalogue import Catalogue, ModelSpec, read_catalogue
from bots.adapters.llm.keys import WHERE, Keys, read_keys
from bots.adapters.llm.limits import Limits, Rates
from bots.adapters.llm.local import local_spec
from bots.adapters.llm.messages import Failure, Outcome, Request
from bots.adapters.llm.past import spent_usd, totals_of
from bots.adapters.llm.patience import Timing
from bots.adapters.llm.provider import Provider, connect
from bots.adapters.llm.replay import Replay
from bots.adapters.llm.tally import Totals
from bots.adapters.llm.transcript import Transcript

REPLAY = "replay:"
UNLIMITED = Rates(concurrency=1_000_000)


class Models:
    """The models of one run and what they share: keys, budget, record, limits, clock.

    Names are those of `Catalogue.find`, `replay:RUN_FOLDER`, and the names in `local`, such as "heuristic" or
    "scripted", which win. `base_url` is asked in the place of every vendor, with the vendor's key where there is one.
    Without `transcript` nothing is recorded.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue | None = None,
        keys: Keys | None = None,
        local: Mapping[str, Provider] | None = None,
        transcript: Transcript | None = None,
        budget_usd: float | None = None,
        base_url: str = "",
        timing: Timing | None = None,
    ) -> None:
        self.catalogue = catalogue or read_catalogue()
        self.budget = Budget(budget_usd)
        self._keys = keys or read_keys()
        self._shared = Shared(self._keys, self.budget, transcript, timing or Timing())
        self._local = dict(local or {})
        self._base_url = base_url
        self._lock = Lock()
        self._models: dict[str, Model | Failure] = {}
        self._limits: dict[tuple[str, str], Limits] = {}

    def find(self, name: str) -> Model | Failure:
        """The model of that name, ready to be asked, or why there is none: unknown name, missing key, missing SDK."""
        with self._lock:
            if name not in self._models:
                self._models[name] = self._make(name)
            return self._models[name]

    def ask(self, name: str, request: Request) -> Outcome:
        """Ask a model by name."""
        model = self.find(name)
        return replace(model, keys=(request.key,)) if isinstance(model, Failure) else model.ask(request)

    def check(self, name: str, seconds: float = 20.0) -> Failure | None:
        """Before a run: what is wrong with that model's name, key, price or endpoint; None when it can be used."""
        model = self.find(name)
        return model if isinstance(model, Failure) else model.check(seconds)

    def spec(self, name: str) -> ModelSpec | Failure:
        """What is known of a model without a key: its id, prices and limits, for estimates."""
        if name in self._local or name.startswith(REPLAY):
            return local_spec(name)
        return self.catalogue.find(name, self._keys, self._base_url)

    def go_on_after(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Count what the record of an earlier part of this run says was asked and spent."""
        self._shared.tally.start_from(totals_of(lines))
        self.budget.settle(0.0, spent_usd(lines))

    def totals(self) -> dict[str, Totals]:
        """What each model has been asked so far."""
        return self._shared.tally.by_model()

    def _make(self, name: str) -> Model | Failure:
        spec = self.spec(name)
        if isinstance(spec, Failure):
            return spec
        provider = self._provider(name, spec)
        return provider if isinstance(provider, Failure) else Model(spec, provider, self._limits_of(spec), self._shared)

    def _provider(self, name: str, spec: ModelSpec) -> Provider | Failure:
        if name in self._local:
            return self._local[name]
        if name.startswith(REPLAY):
            replay = Replay(Path(name.removeprefix(REPLAY)))
            return replay.missing or replay
        variable = self._keys.first(spec.provider.keys)
        # a server of one's own may want no key
        if spec.provider.key_needed and not variable and not self._base_url:
            return _no_key(spec)
        return connect(spec, self._keys.get(variable))

    def _limits_of(self, spec: ModelSpec) -> Limits:
        place = (spec.provider.name, spec.provider.base_url)
        rates = UNLIMITED if spec.provider.api == "local" else spec.provider.rates
        if place not in self._limits:
            self._limits[place] = Limits(rates, self._shared.timing.clock())
        return self._limits[place]


def _no_key(spec: ModelSpec) -> Failure:
    names = " or ".join(spec.provider.keys)
    return Failure(
        kind="bad_key", message=f"'{spec.name}' needs a key of {spec.provider.name}: set {names} in {WHERE}."
    )
