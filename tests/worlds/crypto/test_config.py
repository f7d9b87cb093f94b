"""A desk's YAML file says what it means, and what it cannot mean is refused with what is nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

from worlds.crypto.config import HERE, SHIPPED, config_from, load_config, told
from worlds.errors import WorldError

SHIPPED_FILES = sorted((HERE / "configs").rglob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED_FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_read_and_found_by_its_short_name(path: Path) -> None:
    config = load_config(str(path.relative_to(HERE)))
    assert config.data.source == "auto"
    assert len(config.data.symbols) == (5 if path == SHIPPED else 1)


def test_a_file_here_goes_before_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "multi_asset.yaml").write_text("population: {size: 7}\n")
    monkeypatch.chdir(tmp_path)
    assert load_config("configs/multi_asset.yaml").population.size == 7


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            {"data": {"bybit_csv_dirs": "x"}},
            "unknown key 'data.bybit_csv_dirs'; the nearest known one is 'bybit_csv_dir'",
        ),
        ({"populations": {}}, "unknown key 'populations'; the nearest known one is 'population'"),
        ({"agents": {"traders": {}}}, "unknown key 'agents.traders'; the nearest known one is 'trader'"),
        ({"population": {"transfer_tau": 1.5}}, "population.transfer_tau: expected a number from 0 to 1, got 1.5"),
        ({"population": {"size": True}}, "population.size: expected a whole number from 1 to 100, got True"),
        ({"data": {"symbols": ["BTC", "BTC"]}}, "data.symbols: expected a list of coins without repetition"),
        ({"data": {"timeframe": "1h"}}, "data.timeframe: expected one of 4h, got '1h'"),
        ({"data": ["csv"]}, "data: expected keys with values, got ['csv']"),
        ({"data": {"multi_asset": False, "offline_prices_csv": "bars.csv"}}, "bars.csv names no one coin"),
    ],
)
def test_what_cannot_be_meant_is_refused(document: dict[str, object], said: str) -> None:
    with pytest.raises(WorldError) as refused:
        config_from(document)
    assert said in str(refused.value)


def test_a_file_that_is_none_names_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(
        WorldError, match=r"no such file. Shipped with the desk: configs/multi_asset.yaml, configs/single"
    ):
        load_config(tmp_path / "absent.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_text("data: [unclosed")
    with pytest.raises(WorldError, match="it is not YAML"):
        load_config(broken)


def test_coins_are_understood_as_exchanges_write_them() -> None:
    assert config_from({"paper_trading": {"symbols": ["btcusdt", "ETH"]}}).paper_trading.symbols == ("BTC", "ETH")


def test_an_inventory_may_group_its_methods() -> None:
    grouped = config_from({"agents": {"analyst": {"inventory": {"features": ["rsi", "stl"], "trends": ["hmm"]}}}})
    assert grouped.agents["analyst"].inventory == ("rsi", "stl", "hmm")


def test_a_web_hook_is_told_to_nobody() -> None:
    with pytest.raises(WorldError, match=r"\$SLACK_WEBHOOK_URL") as refused:
        config_from({"admin": {"slack_webhook": "https://hooks.example/secret"}})
    assert "hooks.example" not in str(refused.value)
    config = config_from({"admin": {"slack_webhook": "$SECRET_NAME"}})
    assert "SECRET_NAME" not in f"{config}{told(config)}"
