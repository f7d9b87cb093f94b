"""Models are found by name, keys by variable, and both say what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from anthropic.types import Model as AnthropicIds
from openai.types import ChatModel

from bots.adapters.llm import CatalogueError, Failure, Keys, Models, ModelSpec, read_catalogue, read_keys
from tests.bots.adapters.llm.asks import KEY, catalogue

OLDEST_NAMES = (
    "gpt-3.5",
    "gpt-4o",
    "gpt-4o-mini",
    "gemini-1.5-flash",
    "deepseek-chat",
    "glm-4-flash",
    "claude",
    "mistral",
    "grok",
)
VARIABLES = {
    "gpt-4o": "OPENAI_API_KEY",
    "claude": "ANTHROPIC_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "gemini-1.5-flash": "GOOGLE_API_KEY",
    "grok": "XAI_API_KEY",
    "deepseek-chat": "DEEPSEEK_API_KEY",
    "glm-4-flash": "CHATGLM_API_KEY",
    "openrouter/some/model": "OPENROUTER_API_KEY",
}


def found(name: str, keys: Keys | None = None, base_url: str = "") -> ModelSpec:
    spec = catalogue().find(name, keys or Keys({}), base_url)
    assert isinstance(spec, ModelSpec), spec
    return spec


def catalogue_of(folder: Path, text: str) -> Path:
    path = folder / "models.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", OLDEST_NAMES)
def test_the_names_that_first_users_know_are_there_with_a_pinned_id_and_a_price(name: str) -> None:
    spec = found(name)
    assert spec.id
    assert spec.prices is not None


def test_pinned_ids_are_ids_that_the_sdks_know() -> None:
    openai_ids, anthropic_ids = set(get_args(ChatModel)), set(get_args(get_args(AnthropicIds)[0]))
    for spec in catalogue().models.values():
        if spec.provider.name == "openai":
            assert spec.id in openai_ids
        if spec.provider.name == "anthropic":
            assert spec.id in anthropic_ids


@pytest.mark.parametrize("name", VARIABLES)
def test_a_missing_key_is_named_with_where_to_put_it(name: str) -> None:
    failure = Models(catalogue=catalogue(), keys=Keys({})).check(name)
    assert isinstance(failure, Failure)
    assert failure.kind == "bad_key"
    assert VARIABLES[name] in failure.message
    assert "bots/config/.env" in failure.message


def test_a_model_that_has_no_alias_is_named_by_its_provider() -> None:
    spec = found("mistral/some-new-model")
    assert (spec.provider.name, spec.id, spec.prices) == ("mistral", "some-new-model", None)


def test_a_pinned_id_has_the_price_of_its_alias() -> None:
    assert found("openai/gpt-4o-mini-2024-07-18").prices == found("gpt-4o-mini").prices


def test_slashes_belong_to_the_id() -> None:
    spec = found("openrouter/meta/llama-4")
    assert (spec.provider.name, spec.id) == ("openrouter", "meta/llama-4")


def test_an_unknown_name_lists_the_known_ones() -> None:
    failure = catalogue().find("gtp-4o", Keys({}))
    assert isinstance(failure, Failure)
    assert failure.kind == "unknown_model"
    assert "Unknown model 'gtp-4o'" in failure.message
    assert "gpt-4o" in failure.message


def test_auto_takes_the_first_provider_with_a_key() -> None:
    keys = Keys({"MISTRAL_API_KEY": KEY, "DEEPSEEK_API_KEY": KEY})
    assert found("auto", keys).provider.name == "mistral"


def test_auto_asks_the_model_that_the_environment_names() -> None:
    assert found("auto", Keys({"OPENAI_API_KEY": KEY, "OPENAI_MODEL": "gpt-4o"})).id == "gpt-4o-2024-11-20"
    assert found("auto", Keys({"CHATGLM_API_KEY": KEY, "CHATGLM_MODEL": "glm-9"})).id == "glm-9"


def test_auto_without_a_key_says_which_would_do() -> None:
    failure = catalogue().find("auto", Keys({}))
    assert isinstance(failure, Failure)
    assert failure.kind == "bad_key"
    assert "OPENAI_API_KEY" in failure.message


def test_googles_own_variable_wins() -> None:
    google = found("gemini-flash").provider
    both = Keys({"GEMINI_API_KEY": "the-gemini-key", "GOOGLE_API_KEY": "the-google-key"})
    assert both.first(google.keys) == "GOOGLE_API_KEY"
    assert Keys({"GEMINI_API_KEY": "the-gemini-key"}).first(google.keys) == "GEMINI_API_KEY"


def test_servers_of_ones_own_need_no_key_and_cost_nothing() -> None:
    spec = found("ollama/llama3.2")
    assert spec.provider.base_url == "http://localhost:11434/v1"
    assert spec.prices is not None
    assert spec.prices.input_usd == 0
    assert not isinstance(Models(catalogue=catalogue(), keys=Keys({})).find("ollama/llama3.2"), Failure)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[providers", "models.toml"),
        ("[models]", "providers"),
        ("[providers.x]\napi = 'telepathy'\n[models]", "telepathy"),
        ("[providers.x]\napi = 'openai'\nbase = 'http://x'\n[models]", "base"),
        ("[providers.x]\napi = 'openai'\nschema = 'xml'\n[models]", "xml"),
        ("[providers.x]\napi = 'openai'\n[models.a]\nprovider = 'y'\nid = 'a'", "'y'"),
        ("[providers.x]\napi = 'openai'\n[models.a]\nprovider = 'x'", "id"),
        ("[providers.x]\napi = 'openai'\n[models.a]\nprovider = 'x'\nid = 'a'\ninput_usd = 1.0", "output_usd"),
        ("[providers.x]\napi = 'openai'\n[models.a]\nprovider = 'x'\nid = 'a'\nprice = 1.0", "price"),
    ],
)
def test_a_catalogue_that_cannot_be_used_says_where(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue(catalogue_of(tmp_path, text))
    assert said in str(raised.value)
    assert "models.toml" in str(raised.value)


def test_a_local_server_can_stand_in_for_one_alias(tmp_path: Path) -> None:
    text = "[providers.x]\napi = 'google'\n[models.a]\nprovider = 'x'\nid = 'a-1'\nbase_url = 'http://127.0.0.1:9'\n"
    spec = read_catalogue(catalogue_of(tmp_path, text)).find("a", Keys({}))
    assert isinstance(spec, ModelSpec)
    assert spec.provider.base_url == "http://127.0.0.1:9"


def test_keys_are_read_from_the_file_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("OPENAI_API_KEY=from-the-file\nMISTRAL_API_KEY=also-from-the-file\n")
    keys = read_keys({"OPENAI_API_KEY": "from-the-environment", "MISTRAL_API_KEY": ""}, file)
    assert keys.get("OPENAI_API_KEY") == "from-the-environment"
    assert keys.get("MISTRAL_API_KEY") == "also-from-the-file"


def test_a_missing_file_of_keys_is_no_mistake(tmp_path: Path) -> None:
    assert read_keys({}, tmp_path / ".env").get("OPENAI_API_KEY") == ""


def test_printing_keys_shows_names_alone() -> None:
    assert repr(Keys({"OPENAI_API_KEY": KEY})) == "Keys(OPENAI_API_KEY)"


def test_keys_are_blotted_out_of_any_text() -> None:
    keys = Keys({"OPENAI_API_KEY": 'quoted"key-of-a-vendor', "SOME_KEY": "short"})
    assert keys.scrub('the key quoted"key-of-a-vendor is bad') == "the key [key] is bad"
    assert keys.scrub('{"key": "quoted\\"key-of-a-vendor"}') == '{"key": "[key]"}'
    assert keys.scrub("a short word") == "a short word"
    assert Keys({"OTREE_ADMIN_PASSWORD": "of-the-lab-itself"}).scrub("it is of-the-lab-itself") == "it is [key]"
