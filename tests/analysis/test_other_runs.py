"""Order-book markets over their seeds, and other economies, in a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.order_books import facts, order_book_runs
from analysis.read import ReadError, Recording
from analysis.report import report

PNG = bytes.fromhex("89504e470d0a1a0a")


def order_book(folder: Path, seed: int, kurtosis: float | None) -> Path:
    fact = {"name": "excess_kurtosis", "value": kurtosis, "low": 0.0, "high": None, "holds": (kurtosis or -1) > 0}
    document = {
        "kind": "order book",
        "scenario": "small",
        "seed": seed,
        "steps": 500,
        "agents": 17,
        "measures": {"spread": 10.0 + seed, "rad": None},
        "facts": [fact],
        "kinds": {"market_maker": {"agents": 2, "mean_pnl": 5.0 * seed, "sd_pnl": 1.0}},
    }
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text(json.dumps(document))
    return folder


def test_a_fact_is_told_with_how_many_seeds_it_holds_in(tmp_path: Path) -> None:
    folders = [order_book(tmp_path / str(seed), seed, value) for seed, value in enumerate((2.0, 3.0, -1.0, None), 1)]
    [fact] = facts(order_book_runs([Recording(one) for one in folders]))
    assert (fact.held, fact.seeds, len(fact.values)) == (2, 4, 3)
    html = report(folders)
    assert "2 of 4" in html
    assert "Run at least 20 seeds before believing" in html
    assert "4 simulated order-book markets" in html
    assert "12.500 [" in html


def test_one_market_shows_its_own_pictures(tmp_path: Path) -> None:
    folder = order_book(tmp_path / "one", 1, 2.0)
    (folder / "plots").mkdir()
    (folder / "plots" / "price.png").write_bytes(PNG)
    assert 'alt="Price"' in report([folder])


def another(folder: Path, **changes: object) -> Path:
    document = {
        "kind": "fish market",
        "title": "Fish <market>",
        "tables": [{"title": "Catch", "columns": ["boat", "tons"], "rows": [["<Ahab>", 1.5], ["Nemo", None]]}],
        **changes,
    }
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(document))
    return folder


def test_another_economy_is_shown_by_its_tables_and_figures(tmp_path: Path) -> None:
    html = report([another(tmp_path / "fish")])
    assert "Fish &lt;market&gt;" in html
    assert "&lt;Ahab&gt;" in html
    assert "1.5" in html


def test_a_figure_outside_the_folder_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    folder = another(tmp_path / "fish", figures=[{"file": "../secret.png", "caption": "x"}])
    with pytest.raises(ReadError, match="is not in the folder"):
        report([folder])


def test_a_summary_of_another_form_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = another(tmp_path / "fish", tables=[{"title": "Catch"}])
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 2
    assert "summary.json: its tables or figures lack 'rows'" in capsys.readouterr().err
