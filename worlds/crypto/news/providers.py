"""Where news comes from: a local file of lines, Bocha's web search, SerpAPI's search of Google News."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import requests

from bots.adapters.llm import read_keys
from worlds.crypto.news.items import MACRO, NAMES, Item, scope_of
from worlds.errors import WorldError

SECONDS = 20.0
BOCHA_URL, BOCHA_KEY = "https://api.bochaai.com", "BOCHA_API_KEY"
SERPAPI_URL, SERPAPI_KEY = "https://serpapi.com", "SERPAPI_API_KEY"


class Provider(Protocol):
    def search(self, query: str, now: datetime) -> list[Item]:
        """What can be read at `now`. Raises WorldError where the provider gives no usable answer."""
        ...


class Lines:
    """A local file of JSON lines: `title`, `url`, `published_at` and, where they are known, `text`, `first_seen_at`,
    `scope`. Times are ISO 8601 with a zone. What has no `first_seen_at` counts as seen when published."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def search(self, query: str, now: datetime) -> list[Item]:
        items = [item for item in self._items() if item.seen <= now]
        words = [word for word in query.lower().split() if word != "or"]
        return [item for item in items if not words or _speaks_of(item, words)]

    def _items(self) -> list[Item]:
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"data.offline_news_jsonl: {self._path} cannot be read ({error}).") from None
        return [self._item(number, line) for number, line in enumerate(lines, 1) if line.strip()]

    def _item(self, number: int, line: str) -> Item:
        try:
            told = json.loads(line)
            published = _time(told["published_at"])
            seen = _time(told["first_seen_at"]) if told.get("first_seen_at") else published
            return _item(told["title"], told.get("text", ""), told["url"], published, seen, told.get("scope", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorldError(
                f"{self._path}, line {number}: {type(error).__name__} {error}. Expected a JSON object with title, url "
                "and published_at such as 2026-03-01T08:00:00Z (first_seen_at, text and scope where they are known)."
            ) from None


class Bocha:
    """https://open.bochaai.com: a web search by key. The first answer that holds an item says when it was seen."""

    def __init__(self, url: str = BOCHA_URL) -> None:
        self._url, self._key = url, _key(BOCHA_KEY, "bocha")

    def search(self, query: str, now: datetime) -> list[Item]:
        body = {"query": query, "freshness": "oneWeek", "summary": True, "count": 50}
        headers = {"Authorization": f"Bearer {self._key}"}
        answer = _ask("bocha", requests.Request("POST", f"{self._url}/v1/web-search", json=body, headers=headers))
        pages = answer.get("data", {}).get("webPages", {}).get("value", [])
        return _by(now, [_found(page, "name", "summary", "url", "datePublished", now) for page in pages])


class SerpApi:
    """https://serpapi.com/google-news-api."""

    def __init__(self, url: str = SERPAPI_URL) -> None:
        self._url, self._key = url, _key(SERPAPI_KEY, "serpapi")

    def search(self, query: str, now: datetime) -> list[Item]:
        asked = {"engine": "google_news", "q": query, "api_key": self._key}
        answer = _ask("serpapi", requests.Request("GET", f"{self._url}/search.json", params=asked))
        rows = answer.get("news_results", [])
        return _by(now, [_found(row, "title", "snippet", "link", "iso_date", now) for row in rows])


def _by(now: datetime, items: list[Item]) -> list[Item]:
    """Those that were out: a desk on past bars asks for news of a time that is over."""
    return [item for item in items if item.published <= now]


def _key(name: str, provider: str) -> str:
    key = read_keys().get(name)
    if not key:
        raise WorldError(
            f"news.search_provider {provider} needs {name} in the environment or in bots/config/.env. "
            "Without a key, use jsonl with data.offline_news_jsonl."
        )
    return key


def _ask(provider: str, request: requests.Request) -> dict[str, Any]:
    """The answer as JSON. The request carries a key: no part of it is in an error."""
    try:
        with requests.Session() as session:
            answer = session.send(request.prepare(), timeout=SECONDS)
    except requests.RequestException as error:
        raise WorldError(f"news: {provider} cannot be reached ({type(error).__name__}).") from None
    try:
        document = answer.json() if answer.ok else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise WorldError(f"news: {provider} gave no usable answer (status {answer.status_code}).")
    return document


def _found(row: Mapping[str, Any], title: str, text: str, url: str, date: str, now: datetime) -> Item:
    published = _time(row[date]) if row.get(date) else now
    return _item(str(row.get(title, "")), str(row.get(text) or ""), str(row.get(url, "")), published, now, "")


def _item(title: str, text: str, url: str, published: datetime, seen: datetime, scope: str) -> Item:
    if scope and scope not in (*NAMES, MACRO):
        raise ValueError(f"scope '{scope}' is none of {', '.join((*NAMES, MACRO))}")
    return Item(
        title=title.strip(),
        text=text.strip(),
        url=url,
        published=published,
        seen=seen,
        scope=scope or scope_of(f"{title} {text}"),
    )


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"the time {text} has no zone")
    return at.astimezone(UTC)


def _speaks_of(item: Item, words: list[str]) -> bool:
    text = f"{item.title} {item.text} {item.scope}".lower()
    return item.scope == MACRO or any(word in text for word in words)
