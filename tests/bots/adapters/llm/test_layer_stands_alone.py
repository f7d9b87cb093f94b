"""The layer can be taken out of the house: it loads nothing else of it, and no vendor before one is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
SDKS = ("openai", "anthropic", "mistralai", "google.generativeai", "google.ai")


def loaded(code: str) -> set[str]:
    """Modules that a fresh interpreter has loaded after `code`."""
    command = [sys.executable, "-W", "ignore", "-c", f"{code}\nimport sys\nprint(*sys.modules)"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_layer_brings_along_neither_markets_nor_vendors() -> None:
    modules = loaded("import bots.adapters.llm")
    project = {name for name in modules if name.split(".")[0] in ("market", "bots", "analysis", "otree_app")}
    assert {name for name in project if not name.startswith("bots.adapters.llm")} == {"bots", "bots.adapters"}
    assert not modules & {*SDKS, "selenium"}


def test_naming_a_model_loads_its_vendor_and_no_other() -> None:
    code = (
        "from bots.adapters.llm import Keys, Models\nModels(keys=Keys({'MISTRAL_API_KEY': 'x' * 20})).find('mistral')"
    )
    assert loaded(code) & set(SDKS) == {"mistralai"}
