"""A pydantic class becomes a schema that each vendor takes and that still means the same."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from bots.adapters.llm import estimate_tokens, schema_of
from bots.adapters.llm.schemas import google, portable


class Place(BaseModel):
    do: Literal["place"]
    side: Literal["buy", "sell"]
    price: int = Field(ge=1, description="in ticks")


class Cancel(BaseModel):
    do: Literal["cancel"]
    order: int


class Plan(BaseModel):
    """A plan."""

    actions: list[Annotated[Place | Cancel, Field(discriminator="do")]] = Field(max_length=3)
    note: str | None = None
    sure: bool = True


class Tree(BaseModel):
    branches: list[Tree]


def everywhere(schema: Any) -> list[dict[str, Any]]:
    """All objects within a schema, itself included."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    own = [schema] if isinstance(schema, dict) else []
    return own + [found for value in inner for found in everywhere(value)]


def test_objects_are_closed_and_every_field_is_required() -> None:
    objects = [part for part in everywhere(schema_of(Plan)) if part.get("type") == "object"]
    assert len(objects) == 3
    for part in objects:
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])


def test_references_are_resolved_and_nothing_is_left_that_a_vendor_refuses() -> None:
    text = json.dumps(schema_of(Plan))
    for word in ("$ref", "$defs", "oneOf", "discriminator", '"minimum"', '"maxItems"', "default", '"const"'):
        assert word not in text


def test_bounds_become_words() -> None:
    (price,) = [part["price"] for part in everywhere(schema_of(Plan)) if "price" in part and "side" in part]
    assert price == {"type": "integer", "description": "in ticks (minimum 1)"}


def test_a_schema_that_contains_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="Tree"):
        schema_of(Tree)


def test_google_has_no_alternatives_and_gets_all_their_fields() -> None:
    schema = google(schema_of(Plan))
    action = schema["properties"]["actions"]["items"]
    assert set(action["properties"]) == {"do", "side", "price", "order"}
    assert action["required"] == ["do"]
    assert action["properties"]["do"]["enum"] == ["place", "cancel"]
    assert schema["properties"]["note"]["nullable"] is True
    assert "anyOf" not in json.dumps(schema)


def test_an_adapted_schema_adapts_to_itself() -> None:
    assert portable(schema_of(Plan)) == schema_of(Plan)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("The market is open and the last price was 101.", 11),
        ("12345 67", 4),
        ("price,quantity\n101,5\n102,7\n", 11),
        ("\u4e70 \u5356 \ud800", 3),
    ],
)
def test_tokens_are_estimated_by_letters_digits_and_signs(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_prose_is_about_four_characters_a_token() -> None:
    prose = "Traders may buy and sell shares while the market is open. At the end of each period a dividend is paid."
    assert 3.5 < len(prose) / estimate_tokens(prose) < 5
