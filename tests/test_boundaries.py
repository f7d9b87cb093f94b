"""Imports run one way: each package, imported in a fresh interpreter, brings along only what it may."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ("market", "bots", "otree_app", "simulation", "worlds", "analysis")
SDKS = ("openai", "anthropic", "mistralai", "google.generativeai", "selenium", "matplotlib", "otree")

# package -> the project's packages it may bring along, itself included
MAY_IMPORT = {
    "market": ["market"],
    "analysis": ["analysis", "market"],
    "bots.adapters.llm": ["bots.adapters.llm"],
    "bots.agents": ["bots.agents", "bots.adapters.llm", "market"],
    "bots.adapters": ["bots.adapters", "market"],
    "bots.domain": ["bots", "market", "analysis"],
    "bots.services": ["bots", "market", "analysis"],
    "otree_app": ["otree_app", "bots.agents", "market"],
    "simulation": ["simulation", "bots.agents", "bots.adapters.llm", "analysis", "market"],
    "worlds.crypto": ["worlds", "bots.agents", "bots.adapters.llm", "analysis", "market"],
    "worlds.forecast_goods": ["worlds", "bots.agents", "bots.adapters.llm", "analysis", "market"],
    "worlds.nonequilibrium": ["worlds", "bots.agents", "bots.adapters.llm", "analysis", "market"],
}

LIST_MODULES = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print("\\n".join(sys.modules))
"""


def modules_after_importing(package: str, folder: Path) -> list[str]:
    """Names of all modules that a fresh interpreter has loaded once every module of `package` is imported."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    set_up = "import otree.main; otree.main.setup()\n" if package == "otree_app" else ""
    command = [sys.executable, "-c", set_up + LIST_MODULES, package]
    # in a folder of its own: oTree opens a database where it runs
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def inside(module: str, packages: list[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_brings_along_only_what_it_may(package: str, tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    loaded = modules_after_importing(package, tmp_path)
    allowed = MAY_IMPORT[package]
    parents = {"bots", "bots.adapters"}  # importing bots.agents loads the empty packages above it
    strangers = [
        module
        for module in loaded
        if module.split(".")[0] in PROJECT and module not in parents and not inside(module, allowed)
    ]
    assert strangers == []


@pytest.mark.parametrize("package", ["market", "analysis", "bots.agents"])
def test_rules_traders_and_measures_load_no_browser_no_vendor_and_no_figures(package: str, tmp_path: Path) -> None:
    assert [module for module in modules_after_importing(package, tmp_path) if inside(module, list(SDKS))] == []


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_selenium_is_known_only_to_the_adapters() -> None:
    users = [
        path for path in (ROOT / "bots").rglob("*.py") if any(name.startswith("selenium") for name in imports_of(path))
    ]
    assert users
    assert all(path.parent == ROOT / "bots" / "adapters" for path in users)


def test_the_market_reads_no_clock_no_files_and_draws_nothing_of_its_own() -> None:
    impure = {"time", "datetime", "os", "pathlib", "io", "socket", "secrets", "uuid"}
    for path in (ROOT / "market").glob("*.py"):
        if path.name != "__main__.py":
            assert not imports_of(path) & impure, path.name
