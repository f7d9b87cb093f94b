"""Runs from the command line with every vendor's SDK, against a local server that speaks their wire formats."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bots.adapters.llm import read_transcript
from pit import ROOT, Server
from tests.bots.adapters.llm.wire_server import WireServer, says_json
from tests.bots.runs import ENVIRON, document, lines, rows
from tests.lab import new_session

VENDORS = {
    "openai": ("gpt-4o", "OPENAI_API_KEY"),
    "anthropic": ("claude-haiku-4.5", "ANTHROPIC_API_KEY"),
    "mistral": ("mistral-small", "MISTRAL_API_KEY"),
    "google": ("gemini-flash-lite", "GOOGLE_API_KEY"),
}
KEYS = {variable: f"sk-not-a-key-of-{vendor}-0123456789" for vendor, (_, variable) in VENDORS.items()}
TREATMENT = """
name = "brief"
title = "Brief"
periods = 1
period_seconds = 5
result_seconds = 1
dividends = [10]
buyback = 100

[[roles]]
name = "trader"
cash = 2000
shares = 5
"""
ORDER = {"quantity": 1, "price": 100, "order": None}


def wire() -> WireServer:
    """Everybody wants to buy and to sell at one price; words that pose as a key are given back."""
    told = f"my key is {KEYS['OPENAI_API_KEY']}"
    reply = says_json(
        reasoning=told, actions=[{"do": "buy", **ORDER}, {"do": "sell", **ORDER}], intent=None, plans="", insights=""
    )
    return WireServer(default=reply)


def play(lab: Server, folder: Path, model: str, *options: str, seats: int) -> subprocess.CompletedProcess[str]:
    treatment = folder / "brief.toml"
    treatment.write_text(TREATMENT)
    session, _ = new_session(lab, "custom", seats=seats, treatment_file=str(treatment))
    command = [sys.executable, "-m", "bots.main", f"{lab.address}/SessionStartLinks/{session}", model]
    own = [
        "--out",
        str(folder),
        "--pace",
        "0.5",
        "--reflection",
        "never",
        "--timeout-minutes",
        "1",
        "--budget-usd",
        "9",
    ]
    return subprocess.run(
        [*command, *own, *options],
        cwd=ROOT,
        env={**os.environ, **ENVIRON, **KEYS},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def assert_no_key_in(folder: Path, said: str) -> None:
    texts = [said.encode(), *(file.read_bytes() for file in folder.rglob("*") if file.is_file())]
    assert not any(key.encode() in text for key in KEYS.values() for text in texts)


def test_each_seat_may_have_a_vendor_and_a_server_of_its_own(lab: Server, tmp_path: Path) -> None:
    file = tmp_path / "seats.toml"
    with wire() as server:
        table = [
            f'{seat} = {{model = "{model}", base_url = "{server.base_url(vendor)}"}}'
            for seat, (vendor, (model, _)) in enumerate(VENDORS.items(), 1)
        ]
        file.write_text("\n".join(table))
        done = play(lab, tmp_path, "mixed", "--models-by-seat", str(file), seats=4)
        asked = Counter((call.vendor, call.key) for call in server.calls)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "debug-runs" / "run-1"
    assert set(asked) == {(vendor, KEYS[variable]) for vendor, (_, variable) in VENDORS.items()}
    assert Counter(line["provider"] for line in read_transcript(folder / "llm_calls.jsonl")).keys() == VENDORS.keys()
    assert {line["outcome"] for line in lines(folder)} <= {"valid", "stale"}
    assert rows(folder, "trades")
    summary, manifest = document(folder, "summary.json"), document(folder, "manifest.json")
    assert summary["cost_usd"] >= sum(one["cost_usd"] for one in summary["models"].values()) > 0
    assert summary["budget"] == {"limit_usd": 9, "exhausted": False, "note": ""}
    assert manifest["seats"]["1"]["id"] == "gpt-4o-2024-11-20"
    assert manifest["seats"]["1"]["returned_models"]
    assert "Calls: " in done.stdout
    assert_no_key_in(folder, done.stdout + done.stderr)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_server_stands_in_for_a_vendor_by_its_address_alone(vendor: str, lab: Server, tmp_path: Path) -> None:
    with wire() as server:
        done = play(lab, tmp_path, VENDORS[vendor][0], "--base-url", server.base_url(vendor), seats=2)
        assert {call.vendor for call in server.calls} == {vendor}
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "debug-runs" / "run-1"
    assert {line["outcome"] for line in lines(folder)} <= {"valid", "stale"}
    assert all(line["calls"] for line in lines(folder))
    assert_no_key_in(folder, done.stdout + done.stderr)
