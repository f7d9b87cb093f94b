"""Treatments as TOML: read with errors that name the field and the fix, and written so that they can be changed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict

from market.designs import design
from market.fields import UNLIMITED
from market.treatments import PARTS, Treatment, TreatmentError, merged, treatment_from


def treatment_from_toml(text: str) -> Treatment:
    """A treatment from a TOML text; with `base = "asset_cda"` the text changes that design. Raises TreatmentError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TreatmentError(f'This is not TOML: {error}. Text goes in quotes, as in name = "my_market".') from None
    base = document.pop("base", None)
    if base is None:
        return treatment_from(document)
    if "name" not in document:
        raise TreatmentError(f'name: expected a name of its own for what changes {base}; add name = "my_market".')
    return treatment_from(merged(asdict(design(str(base))), document))


def treatment_to_toml(treatment: Treatment) -> str:
    """The inverse of `treatment_from_toml`, every field written out."""
    fields = asdict(treatment)
    roles = fields.pop("roles")
    parts = {name: fields.pop(name) for name in PARTS}
    states = parts["information"].pop("states")
    lines = _table("", fields)
    for name, part in parts.items():
        lines += _table(f"[{name}]", part)
    for name, rows in (("information.states", states), ("roles", roles)):
        for row in rows:
            lines += _table(f"[[{name}]]", row)
    return "\n".join(lines) + "\n"


def _table(head: str, values: Mapping[str, object]) -> list[str]:
    lines = [f"{name} = {_literal(value)}" for name, value in values.items()]
    return ["", head, *lines] if head else lines


def _literal(value: object) -> str:
    """JSON's way to write texts, numbers, booleans and lists is TOML's too."""
    return json.dumps(UNLIMITED if value is None else value, ensure_ascii=False)
