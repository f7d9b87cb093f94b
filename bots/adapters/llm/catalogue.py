"""Which models there are: aliases, providers, prices and limits, read from `bots/config/models.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bots.adapters.llm.keys import WHERE, Keys
from bots.adapters.llm.limits import Rates
from bots.adapters.llm.messages import Failure
from bots.adapters.llm.tokens import FREE, Prices

MODELS_FILE = Path(__file__).resolve().parents[2] / "config" / "models.toml"
APIS = ("openai", "anthropic", "mistral", "google")
SCHEMA_MODES = ("json_schema", "json_object", "prompt")  # from enforced to merely told
SELF_HOSTED = "local"


class CatalogueError(ValueError):
    """`models.toml` cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """One account with one vendor. `api`: which SDK speaks to it; `keys`: variables that hold its key, best first."""

    name: str
    api: str
    base_url: str = ""
    keys: tuple[str, ...] = ()
    key_needed: bool = True
    model_variable: str = ""
    default: str = ""
    schema: str = "json_schema"
    limit_field: str = "max_tokens"
    omit: frozenset[str] = frozenset()
    lists_models: bool = True
    rates: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One model as it is asked: `id` at `provider`. `prices` None where unknown; `omit`: parameters it does not take;
    `options`: parameters it always gets; `note`: what a person should know of it."""

    name: str
    id: str
    provider: ProviderSpec
    prices: Prices | None = None
    schema: str = "json_schema"
    omit: frozenset[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Providers in the order in which `auto` looks for a key, and models by alias."""

    providers: Mapping[str, ProviderSpec]
    models: Mapping[str, ModelSpec]

    def find(self, name: str, keys: Keys, base_url: str = "") -> ModelSpec | Failure:
        """The model of an alias, of `provider/model`, or of `auto`: the first provider with a key.

        With `base_url` it is asked there, and any other name is taken for a model of a server that speaks OpenAI's API.
        """
        if name == "auto":
            return self._auto(keys, base_url)
        spec = self.models.get(name) or self._spelled_out(name)
        if spec is None and base_url:
            spec = self._hosted(name, base_url)
        if spec is None:
            return _unknown(name, self)
        return replace(spec, provider=replace(spec.provider, base_url=base_url)) if base_url else spec

    def _auto(self, keys: Keys, base_url: str) -> ModelSpec | Failure:
        for provider in self.providers.values():
            if provider.default and keys.first(provider.keys):
                chosen = keys.get(provider.model_variable) or provider.default
                # the variable names a model of this provider; an alias of it is understood too
                own = chosen in self.models and self.models[chosen].provider.name == provider.name
                return self.find(chosen if own else f"{provider.name}/{chosen}", keys, base_url)
        variables = ", ".join(provider.keys[0] for provider in self.providers.values() if provider.default)
        return Failure(kind="bad_key", message=f"'auto' found no key. Set one of {variables} in {WHERE}.")

    def _spelled_out(self, name: str) -> ModelSpec | None:
        provider, slash, model = name.partition("/")
        if not slash or not model or provider not in self.providers:
            return None
        known = [
            spec for spec in self.models.values() if spec.provider.name == provider and model in (spec.id, spec.name)
        ]
        if known:
            return replace(known[0], name=name, id=model)
        return _plain(name, model, self.providers[provider])

    def _hosted(self, name: str, base_url: str) -> ModelSpec:
        spec = _plain(name, name, self.providers[SELF_HOSTED])
        mine = urlsplit(base_url).hostname in ("localhost", "127.0.0.1", "::1")
        return spec if mine else replace(spec, prices=None)


def _plain(name: str, model: str, provider: ProviderSpec) -> ModelSpec:
    prices = None if provider.key_needed else FREE
    return ModelSpec(name=name, id=model, provider=provider, prices=prices, schema=provider.schema, omit=provider.omit)


def _unknown(name: str, catalogue: Catalogue) -> Failure:
    known = ", ".join(sorted(catalogue.models))
    providers = ", ".join(catalogue.providers)
    said = (
        f"Unknown model '{name}'. Known: auto, {known}; or PROVIDER/MODEL with one of {providers}; "
        "or any model of your own server with --base-url."
    )
    return Failure(kind="unknown_model", message=said)


def read_catalogue(path: Path = MODELS_FILE) -> Catalogue:
    """The models of a `models.toml`. Raises CatalogueError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        providers = {name: _provider(name, table) for name, table in document["providers"].items()}
        models = {name: _model(name, table, providers) for name, table in document["models"].items()}
    except (OSError, tomllib.TOMLDecodeError, CatalogueError) as error:
        raise CatalogueError(f"{path}: {error}") from None
    except KeyError as error:
        raise CatalogueError(f"{path}: {error} is missing") from None
    return Catalogue(providers, models)


def _provider(name: str, table: dict[str, Any]) -> ProviderSpec:
    rest = dict(table)
    rates = Rates(
        **{key: rest.pop(key) for key in ("requests_per_minute", "tokens_per_minute", "concurrency") if key in rest}
    )
    rest["keys"] = tuple(rest.get("keys", ()))
    rest["omit"] = frozenset(rest.get("omit", ()))
    _known_keys(f"providers.{name}", rest, ProviderSpec)
    _one_of(f"providers.{name}: api", rest["api"], APIS)
    _one_of(f"providers.{name}: schema", rest.get("schema", "json_schema"), SCHEMA_MODES)
    return ProviderSpec(name=name, rates=rates, **rest)


def _model(name: str, table: dict[str, Any], providers: Mapping[str, ProviderSpec]) -> ModelSpec:
    rest = dict(table)
    _one_of(f"models.{name}: provider", rest.get("provider"), tuple(providers))
    provider = providers[rest.pop("provider")]
    if "base_url" in rest:
        provider = replace(provider, base_url=rest.pop("base_url"))
    if "input_usd" in rest or "output_usd" in rest:
        rest["prices"] = Prices(float(rest.pop("input_usd")), float(rest.pop("output_usd")))
    rest["omit"] = provider.omit | frozenset(rest.get("omit", ()))
    rest.setdefault("schema", provider.schema)
    _one_of(f"models.{name}: schema", rest["schema"], SCHEMA_MODES)
    _known_keys(f"models.{name}", rest, ModelSpec)
    return ModelSpec(name=name, provider=provider, **{"id": rest.pop("id"), **rest})


def _known_keys(place: str, table: Mapping[str, Any], kind: type[ProviderSpec] | type[ModelSpec]) -> None:
    for key in table:
        _one_of(f"{place}: setting", key, tuple(known.name for known in fields(kind)))


def _one_of(place: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise CatalogueError(f"{place} '{value}' is not known; expected one of {', '.join(known)}")
