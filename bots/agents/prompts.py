"""Prompts from text files: filled in one pass, with what others wrote set apart as data. Knows no model."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

from market.facts import MarketFacts
from market.instructions import Section, instructions
from market.treatments import Role

FOLDER = Path(__file__).resolve().parents[1] / "prompts"


def fill(name: str, **values: object) -> str:
    """The text file `name` (such as "continuous/turn") with its $names replaced; values are not read again.

    Raises KeyError for a name without a value.
    """
    return _template(name).substitute({key: str(value) for key, value in values.items()}).strip()


@lru_cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def data(name: str, content: object) -> str:
    """Text of others, or a list or mapping of it, as one line of JSON that nothing in it can end."""
    # JSON escapes quotes and line ends; without a "<" there can be no closing mark either
    text = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    return f'<data name="{name}">{text}</data>'


def data_in(name: str, text: str) -> Any:
    """What `data` has put into a text under `name` first; None where there is nothing."""
    found = re.search(f'<data name="{re.escape(name)}">(.*?)</data>', text)
    return json.loads(found[1]) if found else None


def read_back(name: str, value: str, text: str) -> dict[str, str]:
    """What `fill` has put into the line in which the text file `name` has $value; nothing where there is no such line.

    Values are taken for ones without line ends.
    """
    [line] = [one for one in _template(name).template.splitlines() if re.search(rf"\$\{{?{value}\b", one)]
    pattern = re.sub(r"\\\$(?:\\{)?(\w+)(?:\\})?", r"(?P<\1>.*)", re.escape(line))
    found = re.search(f"^{pattern}$", text, re.MULTILINE)
    return found.groupdict() if found else {}


def instructions_text(facts: MarketFacts, role: Role) -> str:
    """What people read on the page of instructions, sentence by sentence."""
    return "\n\n".join(_section(one) for one in instructions(facts, role))


def _section(section: Section) -> str:
    bullets = (f"- {line}" for line in section.bullets)
    return "\n".join((f"## {section.heading}", *section.paragraphs, *bullets))


def digest() -> str:
    """SHA-256 of all prompt files, for the record of a run."""
    sha = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*.txt")):
        sha.update(f"{path.relative_to(FOLDER).as_posix()}\n".encode() + path.read_bytes())
    return sha.hexdigest()
