"""A config that makes no sense is refused with the key, the value and what was expected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from worlds.errors import WorldError
from worlds.forecast_goods.config import Config, config_from, load

WRONG = {
    "[market]\nmatching = 'cdaa'": "market.matching = 'cdaa': expected one of cda, .*, lmsr. Nearest: 'cda'",
    "[demand]\ntransition = [[0.5, 0.4], [0.2, 0.8]]": r"demand.transition\[0\] = .*: expected a sum of 1. It is 0.9",
    "[demand]\nA = [1.0, 2.0, 3.0]": "demand.A = .*: expected 2 numbers",
    "[budgets]\nrho = 1.5": "budgets.rho = 1.5: expected a number from 0 to 1",
    "[budgets]\nrho = nan": "budgets.rho = nan: expected a number from 0 to 1",
    "[budgets]\nevery = 0": "budgets.every = 0: expected a whole number from 1 to",
    "[budgets]\nevery = 2.5": "budgets.every = 2.5: expected a whole number",
    "[budgets]\nevery = true": "budgets.every = True: expected a whole number",
    "[budgets]\nfloor = 5000": "budgets.floor = 5000: expected at most teams.budget = 4000",
    "[budgets]\nrhoo = 1": "budgets.rhoo: unknown key. Did you mean 'rho'",
    "[budgets]\nrule = 'principal'\nlevels = 1": "budgets.levels = 1: expected 2 where budgets.rule is 'principal'",
    "[markets]\nk = 1": "markets: unknown key. Did you mean 'market'",
    "[market]\nrival = true\nbasket = 2": "market.basket = 2: expected 1 where market.rival is true",
    "[market]\ncost_low = 9\ncost_high = 8": "market.cost_high = 8: expected at least market.cost_low = 9",
    "[teams]\nanalysts = 0\ntraders = 0": "teams.analysts . teams.traders = 0: expected at least 1",
    "market = 3": "market = 3: expected a table",
    "[information]\nindices = 'alpha'": "information.indices = 'alpha': expected a list",
    "[market": "no TOML",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_in_a_file_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(WorldError, match=WRONG[text]) as raised:
        load(path)
    assert str(raised.value).startswith(f"--config {path}")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_what_a_file_leaves_out_has_its_default_and_a_config_reads_back_from_json(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[market]\nmatching = 'horse'\nk = 1\n[information.regimes]\n[information.jumps]\nrate = 3\n")
    config = load(path)
    assert (config.market.k, config.budgets) == (1.0, Config().budgets)
    assert config.information.jumps is not None
    assert config.information.jumps.rate == 3
    assert config_from(json.loads(json.dumps(config.told()))) == config
