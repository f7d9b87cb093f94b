"""Frozen dataclasses from plain documents: unknown keys are refused with the nearest known one, types as declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from worlds.errors import WorldError

Shape = TypeVar("Shape")
WORDS = {float: "a number", int: "a whole number", str: "words in quotes", bool: "true or false"}


def read(shape: type[Shape], document: Any, key: str = "") -> Shape:
    """A `shape`, which checks its own values. Raises WorldError naming the key, such as `market.k`."""
    if not isinstance(document, Mapping):
        raise WorldError(f"{key} = {document!r}: expected a table of keys.")
    hints = _hints(cast(Any, shape))
    for name in document:
        if name not in hints:
            raise WorldError(_unknown(key, str(name), list(hints)))
    return shape(**{name: value(hints[name], one, _under(key, name)) for name, one in document.items()})


def value(hint: Any, given: Any, key: str) -> Any:
    """`given` as `hint` declares it: numbers, words, tuples, tables, and what may be left out."""
    if isinstance(hint, UnionType):
        [inner] = (one for one in get_args(hint) if one is not NoneType)
        return None if given is None else value(inner, given, key)
    if is_dataclass(hint):
        return read(hint, given, key)  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        if not isinstance(given, list | tuple):
            raise WorldError(f"{key} = {given!r}: expected a list.")
        return tuple(value(get_args(hint)[0], one, key) for one in given)
    return _plain(hint, given, key)


def _plain(hint: Any, given: Any, key: str) -> Any:
    if hint is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    if not isinstance(given, hint) or (isinstance(given, bool) and hint is not bool):
        raise WorldError(f"{key} = {given!r}: expected {WORDS[hint]}.")
    return given


@lru_cache
def _hints(shape: Any) -> dict[str, Any]:
    hints = get_type_hints(shape)
    return {one.name: hints[one.name] for one in fields(shape)}


def _unknown(key: str, name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, 1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"{_under(key, name)}: unknown key.{hint} Known: {', '.join(names)}."


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
