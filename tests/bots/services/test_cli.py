"""Every option, and for every wrong one what was wrong, what was expected and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.services.cli import RunConfig, parse

URL = "http://localhost:8000/SessionStartLinks/abc12345"


def test_address_and_model_are_enough() -> None:
    assert parse([URL, "heuristic"]) == RunConfig(url=URL, model="heuristic")


def test_every_option_arrives() -> None:
    options = "-p -m note --timeout-minutes 5 --num-bots 2 --seed 7 --pace .5 --browser-each --headed"
    paths = "--browser /usr/bin/b --driver /usr/bin/d --out data --links l.cfg"
    assert parse([URL, "noise", *options.split(), *paths.split()]) == RunConfig(
        url=URL,
        model="noise",
        production=True,
        message="note",
        timeout_minutes=5,
        num_bots=2,
        links=Path("l.cfg"),
        headed=True,
        seed=7,
        pace=0.5,
        browser_each=True,
        browser="/usr/bin/b",
        driver="/usr/bin/d",
        out=Path("data"),
    )


def test_every_option_of_a_model_arrives() -> None:
    options = "--budget-usd 2.5 --dry-run --temperature 0 --memory full --reflection period --execution twap"
    files = "--persona who.txt --base-url http://localhost:8080/v1"
    assert parse([URL, "gpt-4o", *options.split(), *files.split()]) == RunConfig(
        url=URL,
        model="gpt-4o",
        budget_usd=2.5,
        dry_run=True,
        temperature=0,
        memory="full",
        reflection="period",
        execution="twap",
        persona=Path("who.txt"),
        base_url="http://localhost:8080/v1",
    )


@pytest.mark.parametrize(
    "model", ["auto", "claude", "openai/gpt-5", "ollama/llama3:8b", "replay:bot-data/debug-runs/run-3", "heuristic"]
)
def test_a_model_may_be_named_in_many_ways(model: str) -> None:
    assert parse([URL, model]).model == model


def test_a_server_of_ones_own_has_models_of_any_name() -> None:
    assert parse([URL, "my-finetune", "--base-url", "http://localhost:8080/v1"]).model == "my-finetune"


def test_mixed_has_its_file() -> None:
    assert parse([URL, "mixed", "--models-by-seat", "seats.toml"]).models_by_seat == Path("seats.toml")


def test_a_links_file_stands_in_for_the_address() -> None:
    config = parse(["--links", "l.cfg", "noise"])
    assert (config.url, config.model) == ("", "noise")


def test_a_grid_has_its_own_browsers() -> None:
    assert parse([URL, "noise", "--grid", "http://localhost:4444"]).grid == "http://localhost:4444"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "expected URL MODEL"),
        (["noise"], "expected URL MODEL"),
        (["a", "b", "c"], "expected URL MODEL"),
        (["--links", "l.cfg"], "expected MODEL"),
        (["localhost:8000/SessionStartLinks/x", "noise"], "is no web address"),
        ([URL, "gpt-none"], "Nearest: gpt-4o"),
        ([URL, "gpt-none"], "Known: claude, claude-haiku"),
        ([URL, "claud"], "Nearest: claude"),
        ([URL, "opnai/gpt-4o"], "PROVIDER/MODEL with one of openai, anthropic"),
        ([URL, "mixed"], "mixed needs --models-by-seat FILE"),
        ([URL, "noise", "--models-by-seat", "f"], "goes with the model mixed, not with noise"),
        ([URL, "gpt-4o", "--base-url", "localhost"], "--base-url: localhost: expected a web address"),
        ([URL, "gpt-4o", "--base-url", "http://[::1"], "--base-url: http://[::1: expected a web address"),
        ([URL, "gpt-4o", "--base-url", "http://me:s3cret@host/v1"], "put the key into the environment"),
        ([URL, "gpt-4o", "--budget-usd", "0"], "number above 0"),
        ([URL, "gpt-4o", "--temperature", "3"], "number from 0 to 2"),
        ([URL, "gpt-4o", "--temperature", "hot"], "number from 0 to 2, got 'hot'"),
        ([URL, "gpt-4o", "--memory", "total"], "invalid choice: 'total'"),
        ([URL, "gpt-4o", "--execution", "vwap"], "invalid choice: 'vwap'"),
        ([URL, "noise", "-p"], "needs a note"),
        ([URL, "noise", "-p", "-m", "  "], "needs a note"),
        ([URL, "noise", "--num-bots", "0"], "whole number from 1"),
        ([URL, "noise", "--num-bots", "two"], "whole number, got 'two'"),
        ([URL, "noise", "--timeout-minutes", "0"], "number above 0"),
        ([URL, "noise", "--timeout-minutes", "inf"], "number above 0"),
        ([URL, "noise", "--pace", "-1"], "number above 0"),
        ([URL, "noise", "--pace", "fast"], "number above 0, got 'fast'"),
        ([URL, "noise", "--seed", "1.5"], "whole number"),
        ([URL, "noise", "--grid", "localhost"], "expected a web address"),
        ([URL, "noise", "--grid", "http://one:4444,two"], "two: expected a web address"),
        ([URL, "noise", "--grid", "http://me:secret@g:4444"], "has a user or password in it"),
        ([URL, "noise", "--grid", "http://g", "--headed"], "leave --browser"),
        ([URL, "noise", "--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_bad_input_is_told_and_ends_with_two(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert says in " ".join(capsys.readouterr().err.split())
