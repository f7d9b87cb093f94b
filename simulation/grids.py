"""A sweep's grid: a TOML file of settings and lists of them, checked, and the cells that they make."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import Any

from simulation.casting import Asked
from simulation.checking import mistyped
from simulation.errors import SimulationError
from simulation.scenario_run import ScenarioSettings
from simulation.treatment_run import TreatmentSettings

# what is not for a cell to say
KEPT = ("seed", "outdir", "format", "plots", "tables", "asked")
SWITCHES = ("regimes", "jumps", "flow", "practice")
ON: Mapping[Any, bool] = {"on": True, "off": False}
Settings = ScenarioSettings | TreatmentSettings


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a sweep: the settings that all share, its own ones, and its seed."""

    shared: Mapping[str, Any]
    own: Mapping[str, Any]
    seed: int

    @property
    def id(self) -> str:
        """Made from what is run: the same cell has the same name in every sweep."""
        text = json.dumps([sorted({**self.shared, **self.own}.items()), self.seed], default=str)
        return f"cell-{blake2b(text.encode(), digest_size=6).hexdigest()}"

    def told(self) -> dict[str, Any]:
        return {**self.shared, **self.own, "seed": self.seed}

    def settings(self, asked: Asked, outdir: Path) -> Settings:
        """What to run. Raises SimulationError for a value that cannot be."""
        given: dict[str, Any] = {"outdir": outdir, "asked": asked}
        for name, value in self.told().items():
            given[name] = Path(value) if name == "mix_json" else ON.get(value, value) if name in SWITCHES else value
        if "treatment" in given:
            return TreatmentSettings(**given)
        return ScenarioSettings(**given, tables=False, plots=False)


def read_grid(path: Path, seeds: Sequence[int]) -> list[Cell]:
    """The cells of a grid: every combination of its lists, with every seed. Raises SimulationError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulationError(f"--grid {path}: it cannot be opened ({error.strerror}). Name a TOML file.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SimulationError(f"--grid {path}: it cannot be read as TOML ({error}).") from None
    grid = document.pop("grid", {})
    if wrong := list(_problems(document, grid)):
        raise SimulationError("\n".join(f"--grid {path}: {one}" for one in wrong))
    cells = [
        Cell(document, dict(zip(grid, values, strict=True)), seed)
        for values in product(*grid.values())
        for seed in seeds
    ]
    _check_types(path, cells)
    return cells


def _problems(shared: Mapping[str, Any], grid: Any) -> Iterator[str]:
    if not isinstance(grid, dict):
        yield "grid: expected a table [grid] with a list for each setting that varies."
        return
    named = [*shared, *grid]
    kind = TreatmentSettings if "treatment" in named else ScenarioSettings
    known = [field.name for field in fields(kind) if field.name not in KEPT]
    for name in named:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}."
            yield f"{name}: there is no such setting; {hint}"
    for name, values in grid.items():
        if not isinstance(values, list) or not values:
            yield f"grid.{name}: expected a list of values, got {values!r}."
        if name in shared:
            yield f"{name}: it is given for all cells and in [grid]; leave one out."


def _check_types(path: Path, cells: Sequence[Cell]) -> None:
    """Each value as the settings want it; each mistake is told once."""
    wrong: dict[str, None] = {}
    for cell in cells:
        made = cell.settings(Asked(), Path())
        values = {name: getattr(made, name) for name in (*cell.shared, *cell.own)}
        wrong |= dict.fromkeys(mistyped(type(made), values))
    if wrong:
        raise SimulationError("\n".join(f"--grid {path}: {one}" for one in wrong))
