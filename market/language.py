"""What subjects read, by language and key: the files in `languages` have the sentences, this module fills them in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal, get_args

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def say(language: str, key: str, /, **facts: object) -> str:
    """The sentence of a key such as "refusal.too_fast", its {placeholders} filled with facts.

    A key with forms takes `one` or `other` by the fact `number`, `buy` or `sell` by the fact `side`.
    Raises KeyError for an unknown key and for a missing fact: both are bugs.
    """
    texts = TEXTS[language]
    text = texts[key] if key in texts else texts[f"{key}.{_form(facts)}"]
    return text.format_map(facts)


def _form(facts: Mapping[str, object]) -> str:
    if "number" in facts:
        return "one" if facts["number"] == 1 else "other"
    return str(facts.get("side"))


def texts_of(language: str, *groups: str) -> dict[str, str]:
    """All sentences of some groups by their keys, for a page that fills them in itself."""
    return {key: text for key, text in TEXTS[language].items() if key.split(".")[0] in groups}


def either(language: str, words: Sequence[str]) -> str:
    """A list of which one counts: "20, 40 or 80"."""
    return _joined(words, say(language, "words.or"))


def all_of(language: str, words: Sequence[str]) -> str:
    """A list of which all count: "Trader 1, Trader 2 and Trader 5"."""
    return _joined(words, say(language, "words.and"))


def _joined(words: Sequence[str], last: str) -> str:
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def duration(language: str, seconds: float) -> str:
    """A time in words: "1 minute and 30 seconds"."""
    minutes, rest = divmod(seconds, 60)
    parts = [say(language, "count.minute", number=int(minutes))] if minutes else []
    if rest or not parts:
        parts.append(say(language, "count.second", number=Number(rest)))
    return all_of(language, parts)


class Number(float):
    """A number that reads without needless digits: 2.5, 20."""

    def __format__(self, spec: str) -> str:
        return format(float(self), spec or "g")


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(key, sentence) of a table and of those in it, their names joined by points."""
    for name, value in table.items():
        if isinstance(value, str):
            yield f"{prefix}{name}", value
        else:
            yield from _flat(value, f"{prefix}{name}.")


def _read(language: str) -> dict[str, str]:
    """All files of a language: what is said in the market, and on the pages around it."""
    names = (f"{language}.toml", f"{language}_pages.toml")
    texts = [(files("market") / "languages" / name).read_text("utf-8") for name in names]
    return {key: text for one in texts for key, text in _flat(tomllib.loads(one))}


TEXTS: Mapping[str, Mapping[str, str]] = {language: _read(language) for language in LANGUAGES}
