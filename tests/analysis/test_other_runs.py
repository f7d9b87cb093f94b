"""Order-book markets over their seeds, and other economies, in a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.order_books import facts, order_book_runs
from analysis.pictures import write_pictures
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
    assert "0.125 points [" in html


def test_one_market_shows_its_own_pictures(tmp_path: Path) -> None:
    folder = order_book(tmp_path / "one", 1, 2.0)
    (folder / "plots").mkdir()
    (folder / "plots" / "price.png").write_bytes(PNG)
    assert 'alt="Mid of the quotes and the fundamental value; below, shares traded. 1 market of' in report([folder])


def test_runs_with_other_settings_are_no_seeds_of_the_same_market(tmp_path: Path) -> None:
    folders = [order_book(tmp_path / str(seed), seed, 2.0) for seed in range(4)]
    for folder in folders[2:]:
        document = json.loads((folder / "summary.json").read_text())
        (folder / "summary.json").write_text(json.dumps({**document, "settings": {"jumps": False}}))
    html = report(folders)
    assert html.count("500 ticks, 2 seeds") == 2
    assert "2 seeds; jumps off." in html


def test_a_run_too_short_for_facts_is_no_seed_in_which_they_fail(tmp_path: Path) -> None:
    short, long = (order_book(tmp_path / str(seed), seed, 2.0) for seed in range(2))
    document = json.loads((short / "summary.json").read_text())
    (short / "summary.json").write_text(json.dumps({**document, "facts": []}))
    [fact] = facts(order_book_runs([Recording(one) for one in (short, long)]))
    assert (fact.held, fact.seeds) == (1, 1)


def test_the_measures_of_an_order_book_market_are_told_in_its_money(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(order_book(tmp_path / "one", 5, None))
    assert main(["measures", folder]) == 0
    told = capsys.readouterr().out
    assert "Spread" in told
    assert "0.150 points" in told
    assert "does not hold" in told
    assert main(["measures", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["markets"][0]["measures"]["spread"] == 15


def test_order_book_markets_are_compared_seed_by_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two, three, four = (str(order_book(tmp_path / str(seed), seed, 2.0)) for seed in (1, 2, 21, 22))
    assert main(["compare", one, three, "--more-a", two, "--more-b", four]) == 0
    told = capsys.readouterr().out
    assert "A: small, 2 markets of 2 sessions" in told
    assert "-0.200 [-0.210, -0.190]" in told
    assert main(["power", one, three, "--more-a", two, "--more-b", four, "--measure", "spread"]) == 0
    assert "Spread: 4 sessions a side" in capsys.readouterr().out


def test_a_summary_that_lacks_parts_is_named(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"kind": "order book", "seed": 1}')
    with pytest.raises(ReadError, match=r"summary\.json: it lacks scenario, agents, steps, facts, measures, kinds"):
        report([tmp_path])


def test_figures_of_order_books_and_of_other_economies_are_written_too(tmp_path: Path) -> None:
    one, two, fish = order_book(tmp_path / "1", 1, 2.0), order_book(tmp_path / "2", 2, 3.0), tmp_path / "fish"
    another(fish, figures=[{"file": "catch.png", "caption": "Catch"}])
    (fish / "catch.png").write_bytes(PNG)
    drawn = write_pictures([one, two, fish], tmp_path / "drawn")
    assert [path.name for path in drawn] == ["01-small-facts.png", "02-small-gains.png", "03-fish-catch.png"]
    assert all(path.read_bytes().startswith(PNG) for path in drawn)


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
