"""A trade leads back to who decided: a person, a rule, a model, or a rule in a model's place."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from bots.services.explaining import explained

PLACED = {"status": "traded", "order_id": 5, "quantity": 1, "trades": [[100, 1]], "code": "", "reason": ""}


def decision(participant: str, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"outcome": "valid", "reason": "cheap", "calls": [], "turn": 1, "seat": 1, "period": 1}
    actions = {"actions": [["place", "buy", 100, 1, "period"]], "receipts": [PLACED]}
    return {**usual, **actions, "participant": participant, "utc": "2026-01-01T00:00:01+00:00", **more}


def order(number: str, kind: str) -> dict[str, str]:
    who = {"participant": f"p{number}", "trader": f"T{number}", "kind": kind, "model": "gpt-4o"}
    what = {"order_id": number, "command": "place", "side": "buy", "quantity": "1", "price": "100", "period": "1"}
    return {**who, **what, "market": "1-1", "seq": "2", "utc": "2026-01-01T00:00:01+00:00"}


def told(folder: Path, *decisions: dict[str, Any]) -> str:
    """The story of a trade between the person T4 and the model T5."""
    trade = {"trade_id": "1", "market": "1-1", "period": "1", "quantity": "1", "price": "100", "seq": "3"}
    write(folder / "trades.csv", [{**trade, "buyer": "T5", "seller": "T4", "bid_id": "5", "ask_id": "4"}])
    write(folder / "orders.csv", [order("4", "human"), order("5", "model")])
    (folder / "manifest.json").write_text("{}")
    (folder / "decisions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in decisions))
    return explained(folder, "1")


def write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_person_has_no_prompt(tmp_path: Path) -> None:
    assert "A person's order: there is no prompt." in told(tmp_path)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"substitute": ""}, "Decided by rule: no model was asked."),
        ({}, "Decided by rule: no model was asked."),
        ({"substitute": "noise"}, "The model was out of reach: noise decided in its place."),
        ({"substitute": "", "calls": ["seat-1/turn-1"]}, "-- call seat-1/turn-1: not in llm_calls.jsonl"),
    ],
)
def test_it_is_told_who_decided(more: dict[str, Any], says: str, tmp_path: Path) -> None:
    story = told(tmp_path, decision("p5", **more))
    assert says in story
    assert story.count("no model was asked") + story.count("out of reach") + story.count("-- call") == 1
