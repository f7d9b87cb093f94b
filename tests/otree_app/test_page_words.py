"""What pages say comes from the languages' files: nothing that a subject reads stands in a template or a script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from market.language import TEXTS

ROOT = Path(__file__).resolve().parents[2]
# the experimenter's own pages are no subject's
OWN = re.compile("monitor|admin|paymentsheet", re.IGNORECASE)
SCRIPTS = [path for path in sorted((ROOT / "_static" / "openpit").glob("*.js")) if not OWN.match(path.name)]
TEMPLATES = [path for path in sorted((ROOT / "otree_app").glob("*.html")) if not OWN.match(path.name)]
KEY = re.compile(r"""\bsay\(\s*["'`]([a-z_.]+)["'`]""")
# attributes that people hear or read
SAID = re.compile(r"""\b(?:aria-label|title|alt|placeholder)="([^"]*)\"""")
SENTENCE = re.compile(r"""["'`]([A-Z][a-z]+(?: [a-z$]|[.!?])[^"'`\n]*)["'`]""")


def template(path: Path) -> str:
    """A template without what is filled in, scripts and what stands on keys."""
    text = re.sub(r"<script.*?</script>|<kbd>.*?</kbd>", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"{{.*?}}", "", text, flags=re.DOTALL)


def known(key: str) -> bool:
    return any(one == key or one.startswith(f"{key}.") for one in TEXTS["en"])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_words_stand_in_a_template(path: Path) -> None:
    text = template(path)
    read = [*re.findall(r">([^<>]*)<", text), *SAID.findall(text)]
    assert [words for words in read if re.search(r"[A-Za-z]{2}", words)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_sentence_stands_in_a_script(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if "new Error(" not in line and "//" not in line]
    assert [line for line in lines if SENTENCE.search(line)] == []


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=lambda path: path.name)
def test_every_sentence_that_a_page_asks_for_is_there(path: Path) -> None:
    assert [key for key in KEY.findall(path.read_text("utf-8")) if not known(key)] == []


def test_nothing_is_said_on_the_market_page_that_no_page_asks_for() -> None:
    asking = "\n".join(path.read_text("utf-8") for path in [*TEMPLATES, *SCRIPTS, *(ROOT / "otree_app").glob("*.py")])
    stems = {re.sub(r"\.(one|other|buy|sell)$", "", key) for key in TEXTS["en"] if key.startswith("screen.")}
    # keys made up while the page runs end in a name: screen.clock.${phase}
    made_up = tuple(re.findall(r"`(screen\.[a-z_.]+)\$", asking))
    assert [stem for stem in sorted(stems) if stem not in asking and not stem.startswith(made_up)] == []
