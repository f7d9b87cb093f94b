"""Who plays which seat: names and settings by seat, the models behind them, checked before a run. Starts no browser."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bots.adapters.errors import SetupError
from bots.adapters.llm import Catalogue, Failure, Keys, Models, Transcript, read_catalogue
from bots.adapters.llm.provider import Provider
from bots.agents.language_model import LanguageModelConfig, LanguageModelTrader
from bots.agents.trader import Trader
from bots.agents.trading_agents import TRADERS, chance, make_trader
from bots.services.cli import RunConfig
from bots.services.names import AUTO, MIXED, REPLAY, objection_to, objection_to_address

SETTINGS = ("memory", "execution", "reflection", "persona", "max_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one seat plays: a rule trader or a model by its name; `seed` of a rule trader where it is not the run's."""

    name: str
    model: bool
    config: LanguageModelConfig = field(default_factory=LanguageModelConfig)
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The parts of a run. `by_seat` has those of their own, `all` is what the other seats play, None for nothing."""

    all: Part | None
    by_seat: Mapping[int, Part]
    catalogue: Catalogue
    local: Mapping[str, Provider]
    keys: Keys
    base_url: str
    budget_usd: float | None

    @property
    def models(self) -> list[str]:
        """The names of all models that may be asked."""
        parts = [*self.by_seat.values(), *([self.all] if self.all else [])]
        return sorted({part.name for part in parts if part.model})

    def part(self, seat: int) -> Part:
        """What a seat plays. Raises SetupError where nobody said."""
        part = self.by_seat.get(seat) or self.all
        if part is None:
            named = ", ".join(map(str, sorted(self.by_seat)))
            raise SetupError(
                f'--models-by-seat has no seat {seat}; it has {named}. Add a line such as {seat} = "gpt-4o".'
            )
        return part

    def check_seats(self, seats: Iterable[int]) -> None:
        for seat in seats:
            self.part(seat)

    def open(self, transcript: Transcript | None = None) -> Models:
        """The models of a run."""
        return Models(
            catalogue=self.catalogue,
            keys=self.keys,
            local=self.local,
            transcript=transcript,
            budget_usd=self.budget_usd,
            base_url=self.base_url,
        )

    def trader(self, seat: int, models: Models, seed: int, turns: int = 0) -> Trader:
        """Who decides for a seat, which took so many turns before its runner was killed."""
        part = self.part(seat)
        if not part.model:
            own = seed if part.seed is None else part.seed
            return make_trader(part.name, chance("trader", own, seat, turns))
        config = replace(part.config, seed=seed)
        return LanguageModelTrader(models=models, alias=part.name, seat=seat, config=config)

    def kind(self, seat: int) -> str:
        """The kind that marks a seat in the session's data; the heuristic trader stands in for a model."""
        part = self.part(seat)
        return "model" if part.model or part.name == "heuristic" else "rule"

    def told(self, seat: int, trader: Trader, models: Models) -> dict[str, Any]:
        """A seat in the record of a run: its settings, the pinned id of its model, the ids that came back so far."""
        part = self.part(seat)
        if not part.model or not isinstance(trader, LanguageModelTrader):
            return {"model": part.name, "kind": "rule", "seed": part.seed}
        spec, totals = models.spec(part.name), models.totals().get(part.name)
        return {
            "model": part.name,
            "kind": "model",
            "settings": dict(trader.settings),
            "id": "" if isinstance(spec, Failure) else spec.id,
            "provider": "" if isinstance(spec, Failure) else spec.provider.name,
            "returned_models": list(totals.returned) if totals else [],
        }


def check(models: Models, names: Sequence[str]) -> list[str]:
    """Everything that keeps these models from being used: keys, ids, prices, endpoints; all asked side by side."""
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        found = list(pool.map(models.check, names))
    return [failure.message for failure in found if failure]


def cast(config: RunConfig, keys: Keys, local: Mapping[str, Provider]) -> Cast:
    """Who plays by the command line and the files it names. Raises SetupError."""
    catalogue, own = read_catalogue(), _trading(config)
    everybody: Part | None = None
    seats: dict[int, Part] = {}
    if config.model == MIXED:
        chosen = _file(config, local)
        catalogue = _hosted(catalogue, chosen.values(), keys)
        seats = {seat: _part(_named(one["model"], catalogue, keys), own, local) for seat, one in chosen.items()}
    else:
        everybody = _part(_named(config.model, catalogue, keys), own, local)
        seats = _recorded(config.model, own)
    return Cast(
        all=everybody,
        by_seat=seats,
        catalogue=catalogue,
        local=local,
        keys=keys,
        base_url=config.base_url,
        budget_usd=config.budget_usd,
    )


def _part(name: str, config: LanguageModelConfig, local: Mapping[str, Provider]) -> Part:
    return Part(name=name, model=name in local or name not in TRADERS, config=config)


def _named(name: str, catalogue: Catalogue, keys: Keys) -> str:
    """The name by which a run knows its model: `auto` is what its keys make it, or stays where there is none."""
    spec = catalogue.find(name, keys) if name == AUTO else None
    return spec.name if spec and not isinstance(spec, Failure) else name


def _trading(config: RunConfig) -> LanguageModelConfig:
    reflection = config.reflection if config.memory != "none" else "never"
    return LanguageModelConfig(
        memory=config.memory,
        execution=config.execution,
        reflection=reflection,
        persona=_text("--persona", config.persona).strip() if config.persona else "",
        temperature=config.temperature,
    )


def _text(option: str, file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{option} {file}: cannot be read ({error}). Expected a text file; check the path.") from None


# mixed: models by seat


def _file(config: RunConfig, local: Mapping[str, Provider]) -> dict[int, dict[str, str]]:
    """{seat: {"model": ..., "base_url": ...}} of a TOML file, every line checked."""
    file = config.models_by_seat
    if file is None:
        raise SetupError(f'{MIXED} needs --models-by-seat FILE, a TOML file with lines such as 1 = "gpt-4o".')
    try:
        table = tomllib.loads(_text("--models-by-seat", file))
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f'--models-by-seat {file}: {error}. Expected lines such as 1 = "gpt-4o".') from None
    if not table:
        raise SetupError(f'--models-by-seat {file} names no seat. Expected lines such as 1 = "gpt-4o".')
    return {_seat(file, key): _line(file, key, value, config.base_url, local) for key, value in table.items()}


def _seat(file: Path, key: str) -> int:
    if not key.isdecimal() or int(key) < 1:
        raise SetupError(f"--models-by-seat {file}: {key!r} is no seat. Seats are whole numbers from 1.")
    return int(key)


def _line(file: Path, seat: str, value: object, base_url: str, local: Mapping[str, Provider]) -> dict[str, str]:
    line = {"model": value} if isinstance(value, str) else value
    known = isinstance(line, dict) and line.keys() <= {"model", "base_url"} and "model" in line
    if not known or not all(isinstance(text, str) for text in line.values()):  # type: ignore[attr-defined]
        expected = 'a model such as "gpt-4o", or {model = "gpt-4o", base_url = "http://..."}'
        raise SetupError(f"--models-by-seat {file}, seat {seat}: expected {expected}, got {value!r}.")
    found: dict[str, str] = dict(line)  # type: ignore[call-overload]
    name, address = found["model"], found.get("base_url", "") or base_url
    wrong = "" if name in local else (address and objection_to_address(address)) or objection_to(name, address)
    if wrong or name == MIXED or name.startswith(REPLAY):
        told = wrong or f"{name!r} is not for one seat alone; name a model or a rule trader."
        raise SetupError(f"--models-by-seat {file}, seat {seat}: {told}")
    return found


def _hosted(catalogue: Catalogue, chosen: Iterable[Mapping[str, str]], keys: Keys) -> Catalogue:
    """The catalogue with the models that a file gives a server of their own."""
    models, places = dict(catalogue.models), dict[str, str]()
    for one in chosen:
        name, place = one["model"], one.get("base_url", "")
        if places.setdefault(name, place) != place:
            raise SetupError(f"--models-by-seat gives {name!r} two servers. Name one base_url for all seats it plays.")
        spec = catalogue.find(name, keys, place) if place else None
        if isinstance(spec, Failure):
            raise SetupError(spec.message)
        if spec:
            # a server of one's own may want no key
            models[name] = replace(spec, name=name, provider=replace(spec.provider, key_needed=False))
    return replace(catalogue, models=models)


# replay: seats as they were recorded


def _recorded(model: str, own: LanguageModelConfig) -> dict[int, Part]:
    """The parts that the manifest of a recorded run tells; empty where it tells none."""
    if not model.startswith(REPLAY):
        return {}
    manifest = _manifest(Path(model.removeprefix(REPLAY)))
    seats: Mapping[str, Any] = manifest.get("seats", {})
    return {int(seat): _again(model, told, manifest["seed"], own) for seat, told in seats.items()}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SetupError(f"{REPLAY}{folder}: {error}. Expected a run folder with manifest.json.") from None
    return found


def _again(model: str, told: Mapping[str, Any], seed: int, own: LanguageModelConfig) -> Part:
    """A model's replies come from the record; a rule decides again, with the chance it had."""
    if told["kind"] == "rule":
        return Part(name=told["model"], model=False, seed=told["seed"] if told.get("seed") is not None else seed)
    settings = {name: told["settings"][name] for name in SETTINGS}
    return Part(name=model, model=True, config=replace(own, **settings))
