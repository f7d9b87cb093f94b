"""`otree test` passes: oTree's own bots walk through every page of the designs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pit import ROOT, SCRIPTS, SERVED

STEPS = ("consent", "quiz", "risk_task", "reflection_test", "questionnaire", "guess_bots", "debrief")
ROLES = """
[[roles]]
name = "buyer"
values = [110, 90]
[[roles]]
name = "seller"
costs = [60, 80]
"""


@pytest.mark.parametrize(("name", "seats"), [("flat_value_short", 3), ("custom", 2)])
def test_otrees_bots_pass_all_pages(name: str, seats: int, tmp_path: Path) -> None:
    for served in SERVED:
        (tmp_path / served).symlink_to(ROOT / served)
    steps = "\n".join(f"{step} = true" for step in STEPS)
    top = "name = 'all_pages'\nbase = 'gode_sunder_1993'\npractice_periods = 1\nmarkets = 2\nlanguage = 'de'"
    (tmp_path / "treatment.toml").write_text(f"{top}\n[steps]\n{steps}\n{ROLES}", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("OTREE_")}
    done = subprocess.run(
        [str(SCRIPTS / "otree"), "test", name, f"{seats}"],
        cwd=tmp_path,
        env={**environment, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
