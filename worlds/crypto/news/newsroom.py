"""The desk's newsroom: at any time what could be known by then, as moods and headlines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from worlds.crypto.news.items import MACRO, Item, known
from worlds.crypto.news.providers import Bocha, Lines, Provider, SerpApi
from worlds.crypto.news.reading import Read, mood, read
from worlds.crypto.news.stories import Story, stories
from worlds.crypto.settings import Config
from worlds.errors import WorldError
from worlds.models import Line

HEADLINES = 5


class Newsroom:
    """`items`: everything there will be, in any order; `days`: how long a story counts; `line`: who reads, a list of
    words where there is none; `before`: the newsroom of an earlier time, whose readings and times of first sight still
    count. Stories are put together anew from what was seen by the time that is asked about: a
    later, better source changes nothing before it came."""

    def __init__(
        self, items: Iterable[Item], days: int, line: Line | None = None, before: Newsroom | None = None
    ) -> None:
        self._items: tuple[Item, ...] = _first_seen([*(before._items if before else ()), *items])
        self._days, self._line = days, line
        self._read: dict[tuple[tuple[str, str], ...], Read] = before._read if before else {}
        self._newest: tuple[tuple[Item, ...], list[Read]] = ((), [])

    @property
    def spent(self) -> float:
        """Dollars that reading took so far."""
        return sum(one.cost for one in self._read.values())

    def moods(self, symbols: Sequence[str], at: datetime) -> dict[str, float]:
        """From -1 to 1 by coin."""
        told = self.told(at)
        return {symbol: mood(told, symbol, at) for symbol in symbols}

    def headlines(self, symbol: str, at: datetime) -> list[str]:
        """The newest first, of the coin and of the market as a whole."""
        concerned = [one for one in self.told(at) if one.story.scope in (symbol, MACRO)]
        newest = sorted(concerned, key=lambda one: one.seen, reverse=True)[:HEADLINES]
        return [f"{one.seen:%Y-%m-%d %H:%M} {one.story.head.title} ({one.story.head.house})" for one in newest]

    def told(self, at: datetime) -> list[Read]:
        items = tuple(known(self._items, at, self._days))
        if self._newest[0] != items:
            self._newest = (items, [self._once(story) for story in stories(items)])
        return self._newest[1]

    def _once(self, story: Story) -> Read:
        key = tuple((item.url, item.title) for item in story.items)
        if key not in self._read:
            self._read[key] = read(story, self._line)
        return self._read[key]


def _first_seen(items: Iterable[Item]) -> tuple[Item, ...]:
    """Each item once, as it was first found: a provider that gives it out again does not make it new."""
    found: dict[tuple[str, str], Item] = {}
    for item in items:
        found.setdefault((item.url, item.title), item)
    return tuple(found.values())


def provider(config: Config) -> Provider | None:
    """Who is asked for news by a configuration; None where it names no news. Raises WorldError for a missing key."""
    chosen, path = config.news.search_provider, config.data.offline_news_jsonl
    if chosen == "jsonl":
        return Lines(Path(path)) if path else None
    return Bocha() if chosen == "bocha" else SerpApi()


def newsroom(
    config: Config, now: datetime, line: Line | None = None, before: Newsroom | None = None
) -> Newsroom | None:
    """With what can be read at `now`. `line`: of the run; `news.llm_model` is asked beside it. Raises WorldError where
    the provider gives no usable answer, or the model cannot be asked."""
    asked = provider(config)
    if asked is None:
        return None
    items = asked.search(config.news.news_query, now)
    return Newsroom(items, config.news.max_lookback_days, _reader(config, line), before)


def _reader(config: Config, line: Line | None) -> Line | None:
    if not config.news.use_llm_news:
        return None
    if line is None:
        raise WorldError(
            "news.use_llm_news: no model is named for the trader, who alone hears news; name one by --model."
        )
    reader = line.beside(config.news.llm_model)
    reader.check("news.llm_model")
    return reader
