"""Runs on the command line: what they leave, how they stop and go on, what they refuse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.report import report
from bots.adapters.llm import Failure, Keys, Scripted, read_transcript
from bots.adapters.llm.messages import Request
from bots.adapters.llm.scripted import Line as Said
from tests.bots.adapters.llm.wire_server import WireServer
from worlds import folders
from worlds.errors import ModelLost
from worlds.models import Asked
from worlds.nonequilibrium import buyers, sellers
from worlds.nonequilibrium.__main__ import main
from worlds.nonequilibrium.arguments import parse
from worlds.nonequilibrium.arms import ARMS, Settings, run_arm
from worlds.nonequilibrium.parameters import Parameters
from worlds.nonequilibrium.recording import load

RULES = {"seller": sellers.heuristic, "buyer": buyers.heuristic}
SMALL = ("--N", "40", "--M", "5", "--seed", "3")


def ran(folder: Path, arm: str, *more: str, points: int = 30) -> dict[str, np.ndarray]:
    assert main([arm, *SMALL, "--Nt", str(points), "--out", str(folder), *more]) == 0
    return arrays(folder)


def arrays(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "run.npz") as file:
        return dict(file)


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return set(one) == set(other) and all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("arm", ARMS)
def test_a_run_leaves_arrays_steps_summary_picture_and_log(arm: str, tmp_path: Path) -> None:
    kept = ran(tmp_path / "run", arm, "--J", "0.85")
    assert kept["q"].shape == kept["p"].shape == (5, 30)
    assert (kept["x"].shape, kept["u"].shape, kept["j"].shape) == ((40,), (40, 5), (30,))
    assert np.allclose(kept["q"][:, -1], [(kept["x"] == one).mean() for one in range(5)])
    steps = folders.read_table(tmp_path / "run", "steps")
    assert steps["price_2"].tolist() == kept["p"][1].tolist()
    assert (tmp_path / "run" / "plots" / "market.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "logs" / "run.log").read_text().rstrip().endswith("done")
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["complete"]
    assert summary["parameters"]["J"] == 0.85
    assert (tmp_path / "run" / "llm_calls.jsonl").exists() == (arm != "equation")
    html = report([tmp_path / "run"])
    assert summary["title"] in html
    assert "mean largest share" in html
    assert "data:image/png" in html


@pytest.mark.parametrize("arm", ARMS)
def test_the_same_seed_gives_the_same_run_and_another_seed_another(arm: str, tmp_path: Path) -> None:
    first = ran(tmp_path / "a", arm)
    assert same(first, ran(tmp_path / "b", arm))
    assert not same(first, ran(tmp_path / "c", arm, "--seed", "4"))


@pytest.mark.parametrize("arm", ARMS)
@pytest.mark.parametrize("order", [(), ("--legacy-rng",)])
def test_a_run_that_goes_on_ends_where_one_in_a_piece_ends(arm: str, order: tuple[str, ...], tmp_path: Path) -> None:
    whole = ran(tmp_path / "whole", arm, *order)
    ran(tmp_path / "parts", arm, *order, points=12)
    assert main([arm, "--resume", str(tmp_path / "parts"), "--Nt", "30"]) == 0
    assert same(whole, arrays(tmp_path / "parts"))


def until(step: int, arm: str) -> Scripted:
    """The rule until a step, then an account that cannot pay."""

    def say(request: Request) -> Said:
        if int(request.key.split("/")[0].removeprefix("step-")) >= step:
            return Failure(kind="no_credit", message="the account cannot pay")
        return RULES[arm](request.facts)

    return Scripted(say, name="scripted")


@pytest.mark.parametrize("arm", ["seller", "buyer"])
def test_a_model_that_is_gone_leaves_a_run_that_can_be_read_and_gone_on_with(arm: str, tmp_path: Path) -> None:
    ratio = 0.5 if arm == "buyer" else 0.0
    settings = Settings(
        arm=arm,
        folder=tmp_path / "cut",
        log=tmp_path / "cut.log",
        parameters=Parameters(N=40, M=5, seed=3, Nt=30, ratio=ratio),
        asked=Asked(name="scripted", local={"scripted": until(17, arm)}, keys=Keys({})),
    )
    with pytest.raises(ModelLost, match=rf"no_credit(.|\n)*of 29 steps are kept. Go on with: {arm} --resume"):
        run_arm(settings)
    kept = load(tmp_path / "cut")
    assert 10 <= kept.history.done <= 17
    summary = json.loads((tmp_path / "cut" / "summary.json").read_text())
    assert not summary["complete"]
    assert summary["sessions"][0]["unanswered"][-1]["kind"] == "no_credit"
    assert "cannot pay" in report([tmp_path / "cut"])
    run_arm(replace(settings, resume=True, asked=Asked(keys=Keys({}))))
    more = () if arm == "seller" else ("--ratio", "0.5")
    assert same(arrays(tmp_path / "cut"), ran(tmp_path / "whole", arm, *more))
    assert len(load(tmp_path / "cut").sessions) == 2


def test_a_spent_budget_ends_a_run_with_what_was_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with WireServer() as server:
        where = ["--base_url", server.base_url("openai"), "--budget-usd", "0.012"]
        wish = ["seller", "--model", "gpt-4o", *SMALL, "--Nt", "30", *where, "--out", str(tmp_path / "run")]
        assert main(wish) == 2
    assert "over_budget" in capsys.readouterr().err
    assert 0 < load(tmp_path / "run").history.done < 29


def test_a_run_with_a_model_of_a_server_is_replayed_without_it(tmp_path: Path) -> None:
    with WireServer() as server:
        where = ("--model", "gpt-4o", "--base-url", server.base_url("openai"))
        asked = ran(tmp_path / "asked", "buyer", *where, points=8)
        assert all("0.85" not in json.dumps(call.body["messages"]) for call in server.calls)
    again = ran(tmp_path / "again", "buyer", "--model", f"replay:{tmp_path / 'asked'}", points=8)
    assert same(asked, again)
    lines = list(read_transcript(tmp_path / "asked" / "llm_calls.jsonl"))
    assert lines[-1]["model"] == "gpt-4o"
    assert lines[-1]["raw"]


def test_a_run_that_its_user_stops_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ran(tmp_path / "whole", "buyer")
    ask = buyers.ModelBuyers.choose

    def choose(self: buyers.ModelBuyers, step: int, *rest: Any) -> Any:
        if step == 11:
            raise KeyboardInterrupt
        return ask(self, step, *rest)

    monkeypatch.setattr(buyers.ModelBuyers, "choose", choose)
    assert main(["buyer", *SMALL, "--Nt", "30", "--out", str(tmp_path / "cut")]) == 130
    assert load(tmp_path / "cut").history.done == 10
    monkeypatch.undo()
    assert main(["buyer", "--resume", str(tmp_path / "cut")]) == 0
    assert same(whole, arrays(tmp_path / "cut"))


def test_both_ways_to_write_the_base_url_are_taken() -> None:
    urls = [parse(["seller", option, "http://x/v1"]).base_url for option in ("--base_url", "--base-url")]
    assert urls == ["http://x/v1"] * 2


def test_a_run_without_a_name_goes_to_its_figures_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["seller", *SMALL, "--Nt", "8", "--fig", "3"]) == 0
    [folder] = (tmp_path / "exp3").glob("seller-heuristic-*")
    assert (tmp_path / "exp3" / "logs" / f"{folder.name}.log").is_file()


def test_a_models_name_cannot_lead_out_of_the_folder() -> None:
    assert "/" not in folders.named("buyer", "replay:../../etc/x")
    assert not folders.named("../x").startswith(".")


def test_without_pyarrow_steps_are_a_csv_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "installed", lambda package: None)
    kept = ran(tmp_path / "run", "equation")
    steps = pd.read_csv(tmp_path / "run" / "steps.csv")
    assert np.allclose(steps["share_1"], kept["q"][0])


REFUSED = [
    (("equation", "--J", "-1"), "--J -1.0: expected a number from 0"),
    (("equation", "--rho", "5"), "--rho 5.0: expected from 0 to M / ln M"),
    (("buyer", "--ratio", "2"), "--ratio 2.0: expected from 0 to 1"),
    (("seller", "--Nt", "0"), "--Nt 0: expected a whole number from 2"),
    (("seller", "--model", "no-such-model"), "--model no-such-model: Unknown model"),
    (("equation", "--out", "/dev/null/run"), "--out /dev/null/run: it cannot be written"),
    (("equation", "--resume", "nowhere"), "it cannot be read"),
    (("phase", "--rho", "0.5", "9"), "--rho 9.0"),
    (("phase", "--resume", "nowhere"), "it cannot be read"),
]


@pytest.mark.parametrize(("wish", "told"), REFUSED)
def test_what_cannot_be_done_is_refused_in_words(
    wish: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(wish) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.rglob("run.npz"))


def test_a_folder_with_a_run_is_neither_overwritten_nor_taken_for_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ran(tmp_path / "run", "equation")
    here = str(tmp_path / "run")
    for wish, told in (
        (["equation", "--out", here], "a run is there already"),
        (["seller", "--resume", here], "a run of the arm 'equation' is there"),
        (["equation", "--resume", here, "--J", "1"], "--J cannot change with --resume"),
        (["equation", "--resume", here, "--Nt", "9"], "30 points are there already"),
    ):
        assert main(wish) == 2
        assert told in capsys.readouterr().err
    assert same(before, arrays(tmp_path / "run"))


def test_a_broken_file_of_arrays_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran(tmp_path / "run", "equation")
    (tmp_path / "run" / "run.npz").write_bytes(b"PK half")
    assert main(["equation", "--resume", str(tmp_path / "run")]) == 2
    assert "run.npz: no arrays can be read there" in capsys.readouterr().err
