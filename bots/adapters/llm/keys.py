"""API keys, from the environment or `bots/config/.env`. They are read, handed to an SDK, and never shown."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

ENV_FILE = Path(__file__).resolve().parents[2] / "config" / ".env"
WHERE = "the environment or bots/config/.env"
SHORTEST_SECRET = 8  # a shorter value would blot out ordinary words
HIDDEN = "[key]"
SECRET = ("_KEY", "_PASSWORD")  # how names of variables end that hold one


class Keys:
    """Settings by variable name. Printing it shows names, not values."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name: value.strip() for name, value in values.items() if value and value.strip()}

    def __repr__(self) -> str:
        return f"Keys({', '.join(sorted(self._values))})"

    def get(self, name: str) -> str:
        """The value of a variable, empty when it is not set."""
        return self._values.get(name, "")

    def first(self, names: Iterable[str]) -> str:
        """The name of the first variable that is set, empty when none is."""
        return next((name for name in names if name in self._values), "")

    def scrub(self, text: str) -> str:
        """`text` without any key or password in it, plain or as JSON writes it."""
        for name, value in self._values.items():
            if name.endswith(SECRET) and len(value) >= SHORTEST_SECRET:
                text = text.replace(value, HIDDEN).replace(json.dumps(value)[1:-1], HIDDEN)
        return text


def read_keys(environment: Mapping[str, str] | None = None, env_file: Path = ENV_FILE) -> Keys:
    """Keys of the process: `environment` (the process's own by default) wins over `env_file`, which may be missing."""
    stored = {name: value for name, value in dotenv_values(env_file).items() if value}
    given = os.environ if environment is None else environment
    return Keys({**stored, **{name: value for name, value in given.items() if value}})
