"""A desk's YAML file: read, checked key by key, and told again without its secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from worlds.crypto.needs import need
from worlds.crypto.settings import (
    COINS,
    ROLES,
    AdminSettings,
    AgentSettings,
    Config,
    DataSettings,
    LearningSettings,
    NewsSettings,
    PaperSettings,
    PopulationSettings,
    Rule,
)
from worlds.errors import WorldError

HERE = Path(__file__).resolve().parent
SHIPPED = HERE / "configs" / "multi_asset.yaml"
SECTIONS: dict[str, type[Any]] = {
    "data": DataSettings,
    "population": PopulationSettings,
    "news": NewsSettings,
    "learning": LearningSettings,
    "admin": AdminSettings,
    "paper_trading": PaperSettings,
}


def load_config(given: str | Path = "configs/multi_asset.yaml") -> Config:
    """The file as it is named, else the one of that name that ships with the desk. Raises WorldError."""
    path = find(Path(given))
    try:
        document = need("yaml").safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"--config {path}: it cannot be read ({error}).") from None
    except need("yaml").YAMLError as error:
        raise WorldError(f"--config {path}: it is not YAML ({' '.join(str(error).split())}).") from None
    try:
        return replace(config_from(document or {}), origin=str(given))
    except WorldError as error:
        raise WorldError(f"--config {path}: {error}") from None


def find(given: Path) -> Path:
    """Raises WorldError where there is no such file, here or beside the desk."""
    for path in (given, HERE / given):
        if path.is_file():
            return path
    shipped = sorted(str(path.relative_to(HERE)) for path in (HERE / "configs").rglob("*.yaml"))
    raise WorldError(f"--config {given}: there is no such file. Shipped with the desk: {', '.join(shipped)}.")


def config_from(document: Any) -> Config:
    """A configuration from what YAML says. Raises WorldError for a key or value that is none."""
    sections = _table(document, "the file", [*SECTIONS, "agents"])
    read = {name: _section(name, made, sections.get(name)) for name, made in SECTIONS.items()}
    config = Config(**read, agents=_agents(sections.get("agents")))
    _check_webhook(config.admin.slack_webhook)
    if not config.data.multi_asset and config.data.offline_prices_csv:
        return replace(config, data=replace(config.data, symbols=_coin_of(config.data)))
    return config


def _check_webhook(setting: str) -> None:
    if setting and not setting.startswith("$"):
        raise WorldError(
            "admin.slack_webhook: a webhook's address is a secret and does not belong in a file. Put it into the "
            "environment or bots/config/.env and write its name: slack_webhook: $SLACK_WEBHOOK_URL"
        )


def told(config: Config) -> dict[str, Any]:
    """The configuration as plain values for a manifest; what is secret is left out."""
    document: dict[str, Any] = {name: _told(getattr(config, name)) for name in SECTIONS}
    return {**document, "agents": {role: _told(one) for role, one in config.agents.items()}, "origin": config.origin}


def _told(section: Any) -> dict[str, Any]:
    shown = [one.name for one in fields(section) if not one.metadata["secret"]]
    values = {name: getattr(section, name) for name in shown}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _agents(given: Any) -> dict[str, AgentSettings]:
    table = _table(given, "agents", ROLES)
    return {role: _section(f"agents.{role}", AgentSettings, table.get(role)) for role in ROLES}


def _section(place: str, made: type[Any], given: Any) -> Any:
    rules: dict[str, Rule] = {one.name: one.metadata["rule"] for one in fields(made)}
    table = _table(given, place, list(rules))
    # an empty value, such as `slack_webhook: null`, is the default
    return made(
        **{key: _value(f"{place}.{key}", value, rules[key]) for key, value in table.items() if value is not None}
    )


def _table(given: Any, place: str, known: Iterable[str]) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise WorldError(f"{place}: expected keys with values, got {given!r}.")
    for key in given:
        if key not in known:
            raise WorldError(_unknown(place, str(key), list(known)))
    return given


def _unknown(place: str, key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.0)
    full = key if place == "the file" else f"{place}.{key}"
    return f"unknown key '{full}'; the nearest known one is '{near[0]}'. Known: {', '.join(known)}."


def _value(place: str, value: Any, rule: Rule) -> Any:
    plain = tuple(_flat(value)) if isinstance(value, (list, Mapping)) else value
    if place.endswith(".symbols") and isinstance(plain, tuple):
        plain = tuple(str(name).upper().removesuffix("USDT") for name in plain)
    listed = rule.expected.startswith("a list")
    if isinstance(plain, tuple) != listed or not rule.holds(plain):
        raise WorldError(f"{place}: expected {rule.expected}, got {value!r}.")
    return plain


def _flat(value: Any) -> list[Any]:
    """A list, or an inventory that groups its methods (`analyst.features: [rsi, stl]`)."""
    groups = value.values() if isinstance(value, Mapping) else [value]
    return [name for group in groups for name in (group if isinstance(group, list) else [group])]


def _coin_of(data: DataSettings) -> tuple[str, ...]:
    """The coin of a single file is in its name."""
    name = Path(data.offline_prices_csv).stem.upper()
    named = [coin for coin in COINS if coin in name]
    if len(named) != 1:
        raise WorldError(
            f"data.offline_prices_csv: {data.offline_prices_csv} names no one coin; expected one of {', '.join(COINS)} "
            "in the file's name, such as Bybit_BTC.csv."
        )
    return (named[0],)
