"""The sections of a desk's YAML file as frozen values: each key's meaning, default and range. Reads no files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

COINS = ("BTC", "ETH", "SOL", "DOGE", "XRP")
ROLES = ("analyst", "researcher", "trader", "risk")
SOURCES = ("auto", "csv", "ccxt", "synthetic")
PROVIDERS = ("jsonl", "bocha", "serpapi")
# Horizons, funding and the annual factor count bars of four hours.
TIMEFRAME = "4h"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a key's value must be, in words and as a check."""

    expected: str
    holds: Callable[[Any], bool]


def _number(low: float, high: float, expected: str) -> Rule:
    return Rule(expected, lambda value: isinstance(value, (int, float)) and low <= value <= high and value is not True)


def _whole(low: int, high: int, expected: str) -> Rule:
    return Rule(expected, lambda value: type(value) is int and low <= value <= high)


def _one_of(names: tuple[str, ...]) -> Rule:
    return Rule(f"one of {', '.join(names)}", lambda value: value in names)


FLAG = Rule("true or false", lambda value: type(value) is bool)
TEXT = Rule("a text", lambda value: isinstance(value, str))
COIN_LIST = Rule(
    f"a list of coins without repetition, out of {', '.join(COINS)}",
    lambda value: 0 < len(value) == len(set(value)) and set(value) <= set(COINS),
)
NAMES = Rule("a list of names", lambda value: all(isinstance(name, str) for name in value))
SHARE = _number(0, 1, "a number from 0 to 1")
PERCENT = _number(0.01, 100, "a percentage from 0.01 to 100 (10 is 10 %)")


def key(default: Any, rule: Rule, *, secret: bool = False) -> Any:
    """A field of a section: its default and what it must be."""
    return field(default=default, repr=not secret, metadata={"rule": rule, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSettings:
    """`max_days`: the last days of the bars that are used; `out_dir`: where downloads and runs go; folders and files
    are relative to where the command is started."""

    source: str = key("auto", _one_of(SOURCES))
    multi_asset: bool = key(True, FLAG)
    symbols: tuple[str, ...] = key(COINS, COIN_LIST)
    bybit_csv_dir: str = key("data/bybit", TEXT)
    add_cross_features: bool = key(True, FLAG)
    offline_prices_csv: str = key("", TEXT)
    offline_news_jsonl: str = key("", TEXT)
    timeframe: str = key(TIMEFRAME, _one_of((TIMEFRAME,)))
    max_days: int = key(730, _whole(30, 10_000, "a whole number of days from 30 to 10000"))
    out_dir: str = key("outputs/crypto", TEXT)
    exchange_id: str = key("bybit", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationSettings:
    """`enabled` changes nothing: the command says whether a population learns; `size`: agents of a role;
    `transfer_frequency`: iterations from one transfer to the next."""

    enabled: bool = key(True, FLAG)
    size: int = key(5, _whole(1, 100, "a whole number from 1 to 100"))
    transfer_frequency: int = key(10, _whole(1, 10_000, "a whole number from 1"))
    transfer_tau: float = key(0.1, SHARE)
    diversity_weight: float = key(0.1, SHARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsSettings:
    """`llm_model`: who reads the news where `use_llm_news` says that a model does, beside the model that trades."""

    use_llm_news: bool = key(False, FLAG)
    search_provider: str = key("jsonl", _one_of(PROVIDERS))
    llm_model: str = key("heuristic", TEXT)
    news_query: str = key("crypto OR bitcoin OR ethereum OR solana OR dogecoin OR ripple", TEXT)
    max_lookback_days: int = key(14, _whole(1, 365, "a whole number of days from 1 to 365"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningSettings:
    """`pruning_frequency`: iterations from one pruning to the next; `transfer_ratio`: share of agents, from the worst,
    that learn from the best."""

    pruning_frequency: int = key(50, _whole(1, 10_000, "a whole number from 1"))
    transfer_ratio: float = key(0.5, SHARE)
    min_usage_threshold: int = key(5, _whole(0, 1_000_000, "a whole number from 0"))
    min_success_rate: float = key(0.3, SHARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSettings:
    """`slack_webhook`: the name of an environment variable with a $ before it; `log_dir` changes nothing: what the
    administrator writes is in the run's folder."""

    enabled: bool = key(True, FLAG)
    max_drawdown_pct: float = key(10.0, PERCENT)
    daily_loss_limit_pct: float = key(5.0, PERCENT)
    risk_breach_threshold: int = key(3, _whole(1, 1000, "a whole number from 1 to 1000"))
    slack_webhook: str = key("", TEXT, secret=True)
    log_dir: str = key("outputs/crypto/admin", TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSettings:
    """`enabled` changes nothing: the command `paper` trades."""

    enabled: bool = key(False, FLAG)
    max_position_usd: float = key(10_000.0, _number(1, 1e9, "dollars from 1"))
    default_leverage: float = key(5.0, _number(1, 100, "a number from 1 to 100"))
    symbols: tuple[str, ...] = key(COINS, COIN_LIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """`id`: a variant's name or its number within the role ("technical", "A1"), "" for the first; `inventory`: the
    methods that the role's agents may use, () for all that are installed."""

    id: str = key("", TEXT)
    inventory: tuple[str, ...] = key((), NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole YAML file. `agents`: by role; `origin`: the file it was read from, "" for the defaults."""

    data: DataSettings = field(default_factory=DataSettings)
    population: PopulationSettings = field(default_factory=PopulationSettings)
    news: NewsSettings = field(default_factory=NewsSettings)
    learning: LearningSettings = field(default_factory=LearningSettings)
    admin: AdminSettings = field(default_factory=AdminSettings)
    paper_trading: PaperSettings = field(default_factory=PaperSettings)
    agents: Mapping[str, AgentSettings] = field(default_factory=lambda: {role: AgentSettings() for role in ROLES})
    origin: str = ""
