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
    words where there is none. Stories are put together anew from what was seen by the time that is asked about: a
    later, better source changes nothing before it came."""

    def __init__(self, items: Iterable[Item], days: int, line: Line | None = None) -> None:
        self._items, self._days, self._line = tuple(items), days, line
        self._read: dict[tuple[tuple[str, str], ...], Read] = {}
        self._newest: tuple[tuple[Item, ...], list[Read]] = ((), [])

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


def provider(config: Config) -> Provider | None:
    """Who is asked for news by a configuration; None where it names no news. Raises WorldError for a missing key."""
    chosen, path = config.news.search_provider, config.data.offline_news_jsonl
    if chosen == "jsonl":
        return Lines(Path(path)) if path else None
    return Bocha() if chosen == "bocha" else SerpApi()


def newsroom(config: Config, now: datetime, line: Line | None = None) -> Newsroom | None:
    """With what can be read at `now`. Raises WorldError where the provider gives no usable answer."""
    asked = provider(config)
    if asked is None:
        return None
    if config.news.use_llm_news and line is None:
        raise WorldError("news.use_llm_news: no model is named; name one by news.llm_model or --model.")
    items = asked.search(config.news.news_query, now)
    return Newsroom(items, config.news.max_lookback_days, line if config.news.use_llm_news else None)
