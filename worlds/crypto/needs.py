"""The desk's own packages, loaded when they are used: what is not installed is named with the file that brings it."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from worlds.errors import WorldError

REQUIREMENTS = "requirements/crypto.txt"


def need(module: str, requirements: str = REQUIREMENTS) -> ModuleType:
    """The module. Raises WorldError where its package is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != module.split(".")[0]:
            raise
        raise WorldError(f"'{error.name}' is not installed: pip install -r {requirements}") from None
