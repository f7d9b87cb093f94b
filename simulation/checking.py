"""Settings from files against the fields of a dataclass: each wrong value in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError


def mistyped(settings: type[Any], values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with values of known fields: "steps: Input should be a valid integer, got 'x'."."""
    hints = get_type_hints(settings, include_extras=True)
    for name, value in values.items():
        try:
            TypeAdapter(hints[name]).validate_python(value, strict=True)
        except ValidationError as error:
            one = error.errors()[0]
            yield f"{name}: {one['msg']}, got {one['input']!r}."
