"""Sessions from the command line whose models are asked through every vendor's SDK, at a local server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pit import ROOT, Server
from tests.bots.adapters.llm.wire_server import WireServer, says_json
from tests.bots.runs import ENVIRON

# by vendor: a model of it, and the variable that holds its key
VENDORS = {
    "openai": ("openai/gpt-4o-2024-11-20", "OPENAI_API_KEY"),
    "anthropic": ("anthropic/claude-haiku-4-5-20251001", "ANTHROPIC_API_KEY"),
    "mistral": ("mistral/mistral-small-2603", "MISTRAL_API_KEY"),
    "google": ("google/gemini-2.5-flash-lite", "GOOGLE_API_KEY"),
}
KEYS = {variable: f"sk-not-a-key-of-{vendor}-0123456789" for vendor, (_, variable) in VENDORS.items()}
ORDER = {"quantity": 1, "price": 100, "order": None}


def wire() -> WireServer:
    """Everybody wants to buy and to sell at one price; words that pose as a key are given back."""
    told = f"my key is {KEYS['OPENAI_API_KEY']}"
    reply = says_json(
        reasoning=told, actions=[{"do": "buy", **ORDER}, {"do": "sell", **ORDER}], intent=None, plans="", insights=""
    )
    return WireServer(default=reply)


def seats_file(folder: Path, server: WireServer) -> Path:
    """For `mixed`: a vendor a seat, each at the local server."""
    file = folder / "seats.toml"
    lines = [
        f'{seat} = {{model = "{model}", base_url = "{server.base_url(vendor)}"}}'
        for seat, (vendor, (model, _)) in enumerate(VENDORS.items(), 1)
    ]
    file.write_text("\n".join(lines))
    return file


def play(lab: Server, session: str, folder: Path, model: str, *options: str) -> subprocess.CompletedProcess[str]:
    """`python -m bots.main` as a person starts it, with a key of each vendor in the environment."""
    command = [sys.executable, "-m", "bots.main", f"{lab.address}/SessionStartLinks/{session}", model]
    own = ["--out", str(folder), "--timeout-minutes", "5", "--budget-usd", "9", *options]
    environment = {**os.environ, **ENVIRON, **KEYS}
    return subprocess.run(
        [*command, *own], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=320, check=False
    )


def assert_no_key_in(folder: Path, said: str) -> None:
    texts = [said.encode(), *(file.read_bytes() for file in folder.rglob("*") if file.is_file())]
    assert not any(key.encode() in text for key in KEYS.values() for text in texts)
