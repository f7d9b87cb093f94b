"""The commands on groups of sessions, as a researcher types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.__main__ import main
from market.designs import design
from tests.folders import write_tables
from tests.headless import play


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three sessions of zero-intelligence traders, three of a heuristic one, each in a folder of its own."""
    base, names = tmp_path_factory.mktemp("groups"), ["zero_intelligence"] * 3 + ["heuristic"] * 3
    played = [play(design("smith_1962"), [name] * 22, seed=n, turns=80) for n, name in enumerate(names)]
    return [write_tables(base / str(n), one, session=f"s{n}") for n, one in enumerate(played)]


def command(name: str, folders: list[Path], *options: str) -> list[str]:
    a, b, more_a, *more_b = (str(one) for one in (folders[0], folders[3], folders[1], *folders[4:]))
    return [name, a, b, "--more-a", more_a, str(folders[2]), "--more-b", *more_b, *options]


def test_a_comparison_shows_means_differences_effects_and_what_few_sessions_can_say(
    folders: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command("compare", folders)) == 0
    told = capsys.readouterr().out
    assert "A: smith_1962, 3 markets of 3 sessions" in told
    [efficiency] = [line for line in told.splitlines() if line.startswith("Efficiency")]
    assert efficiency.count("%") == 5
    assert " 0.100 " in efficiency
    assert "no result can be below p = 0.100" in told


def test_markets_of_different_kinds_are_not_compared(
    folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_tables(tmp_path, play(design("asset_cda"), ["noise"] * 4, seed=1, turns=30))
    assert main(["compare", str(folders[0]), str(other)]) == 2
    assert "compare like with like" in capsys.readouterr().err


def test_treatments_that_differ_are_named_as_another_cause(
    folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    longer = play(design("smith_1962").with_changes(period_seconds=300), ["heuristic"] * 22, seed=1, turns=40)
    assert main(["compare", str(folders[0]), str(write_tables(tmp_path, longer, session="s9"))]) == 0
    assert "The treatments differ" in capsys.readouterr().out


def test_power_says_how_many_sessions_are_needed(folders: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command("power", folders, "--measure", "efficiency")) == 0
    told = capsys.readouterr().out
    assert "Efficiency: 4 sessions a side give a power of at least 0.8" in told
    assert "3 sessions a side stand behind this" in told


def test_a_measure_that_the_markets_lack_is_named(folders: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command("power", folders, "--measure", "rad")) == 2
    assert "--measure: rad is no measure of both groups; choose one of smiths_alpha" in capsys.readouterr().err


def test_one_session_a_side_is_too_little_for_power(folders: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", str(folders[0]), str(folders[3]), "--measure", "efficiency"]) == 2
    assert "Power needs at least 2 known sessions" in capsys.readouterr().err


def test_a_report_makes_the_folder_that_it_goes_to(folders: list[Path], tmp_path: Path) -> None:
    assert main(["report", str(folders[0]), "--out", str(tmp_path / "new" / "report.html")]) == 0
    assert (tmp_path / "new" / "report.html").read_text(encoding="utf-8").startswith("<!")


def test_a_place_where_no_report_can_be_is_named(
    folders: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["report", str(folders[0]), "--out", str(tmp_path / "file" / "report.html")]) == 2
    assert capsys.readouterr().err.startswith(str(tmp_path / "file"))


def test_the_figures_of_a_report_are_written_as_pictures(folders: list[Path], tmp_path: Path) -> None:
    out, drawn = tmp_path / "report.html", tmp_path / "figures"
    assert main(["report", *map(str, folders), "--out", str(out), "--figures", str(drawn)]) == 0
    [prices] = sorted(drawn.iterdir())
    assert prices.name == "01-smith_1962-prices.png"
    assert prices.read_bytes().startswith(b"\x89PNG")
