"""The report and the commands: self-contained, escaped, the same for the same data, and clear about what is missing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import pytest

from analysis.__main__ import main
from analysis.read import ReadError
from analysis.report import report, write_report
from market.designs import design
from market.treatments import Role
from tests.analysis.test_analysis_summary import by_hand
from tests.folders import write_decisions, write_tables
from tests.headless import Played, play


@pytest.fixture(scope="module")
def asset() -> Played:
    return play(design("asset_cda"), ["heuristic"] * 4 + ["noise"] * 2, seed=4, turns=80)


@pytest.fixture(scope="module")
def induced() -> Played:
    return play(design("smith_1962"), ["heuristic"] * 22, seed=1, turns=150)


def pictures(html: str) -> list[str]:
    """The SVG documents inside."""
    return [b64decode(data).decode() for data in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", html)]


def test_a_report_of_a_run_shows_prices_measures_traders_and_decisions(asset: Played, tmp_path: Path) -> None:
    write_decisions(write_tables(tmp_path, asset), {"T1": ["valid"] * 9, "T2": ["valid", "stale"]})
    times = {"p50": 4.2, "p95": 11.0}
    (tmp_path / "summary.json").write_text(json.dumps({"latencies": {"event": times, "decide": {"p50": None}}}))
    path = write_report(tmp_path)
    html = path.read_text(encoding="utf-8")
    assert path == tmp_path / "report.html"
    for part in ("Treatment asset_cda", "Fundamental value", "RAD", "Stöckl", "Who gained", "Decisions", "Stale"):
        assert part in html
    assert "1 market of 1 session" in html
    assert "from event to trader 4 ms (95%: 11 ms)" in html
    assert len(pictures(html)) == 2


def test_a_report_needs_nothing_from_elsewhere(asset: Played, induced: Played, tmp_path: Path) -> None:
    html = report([write_tables(tmp_path / "a", asset), write_tables(tmp_path / "b", induced, session="s2")])
    assert not re.search(r"<script|<link|src=\"(?!data:)|href=|url\(|@import", html)
    for picture in pictures(html):
        ElementTree.fromstring(picture)


def test_the_same_data_give_the_same_report(asset: Played, tmp_path: Path) -> None:
    folder = write_tables(tmp_path, asset)
    assert report([folder]) == report([folder])


def test_an_induced_market_is_shown_against_its_competitive_price(induced: Played, tmp_path: Path) -> None:
    html = report([write_tables(tmp_path, induced)])
    for part in ("Competitive price", "Efficiency", "Lost: missed", "Gode &amp; Sunder 1993", "2.000", "dollars"):
        assert part in html


def test_several_markets_are_put_together_by_treatment(asset: Played, induced: Played, tmp_path: Path) -> None:
    other = play(design("asset_cda"), ["heuristic"] * 6, seed=9, turns=60)
    folders = [
        write_tables(tmp_path / "one", asset, other),
        write_tables(tmp_path / "two", asset, session="s2"),
        write_tables(tmp_path / "three", induced, session="s3"),
    ]
    html = report(folders)
    assert "3 sessions (s1, s2, s3), 4 markets" in html
    assert "Measures over 3 markets" in html
    assert "3 markets of 2 sessions" in html
    assert html.count("<h2>") == 2


def test_names_are_text_and_nothing_else(asset: Played, tmp_path: Path) -> None:
    wicked = "<script>alert('x')</script>\"&"
    named = Played(asset.exchange, dict.fromkeys(asset.names, wicked), asset.seed)
    folder = write_tables(tmp_path, named, session=wicked)
    write_decisions(folder, {"T1": ["valid"]}, model=wicked)
    html = report([folder])
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;") >= 3


def test_a_run_without_tables_still_shows_its_decisions_and_says_what_is_missing(tmp_path: Path) -> None:
    write_decisions(tmp_path, {"T1": ["valid", "late"]})
    html = write_report(tmp_path).read_text(encoding="utf-8")
    assert "has no markets.csv, trades.csv, quotes.csv, accounts.csv, participants.csv, forecasts.csv" in html
    assert "Decisions" in html
    assert not pictures(html)


def test_a_market_in_which_nothing_happened_has_a_report(tmp_path: Path) -> None:
    rich = Role(name="rich", cash=500, shares=5)
    html = report([write_tables(tmp_path, by_hand(design("asset_cda"), A=rich, B=rich))])
    assert len(pictures(html)) == 2


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"markets\.csv: there is no such file"):
        report([tmp_path])


def test_the_report_command_writes_where_it_is_told(
    asset: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = write_tables(tmp_path / "run", asset), tmp_path / "mine.html"
    assert main(["report", str(folder), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"Report: {out}\n"
    assert out.read_text(encoding="utf-8") == report([folder])


def test_the_measures_command_prints_a_table_or_json(
    asset: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(write_tables(tmp_path, asset))
    assert main(["measures", folder]) == 0
    assert re.search(r"^  RAD +0\.\d{3}  mean distance", capsys.readouterr().out, re.MULTILINE)
    assert main(["measures", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["markets"][0]["measures"]["turnover"] > 0


def test_a_mistake_is_told_and_ends_with_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measures", str(tmp_path / "nothing")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
    assert main(["report", str(tmp_path)]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_measures_are_computed_without_loading_matplotlib(asset: Played, tmp_path: Path) -> None:
    folder = write_tables(tmp_path, asset)
    run = f"from analysis.__main__ import main; main(['measures', {str(folder)!r}])"
    code = f"import sys; {run}; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "False"
