"""One piece of news, and when the desk could first have seen it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

NAMES = {
    "BTC": ("btc", "bitcoin"),
    "ETH": ("eth", "ether", "ethereum"),
    "SOL": ("sol", "solana"),
    "DOGE": ("doge", "dogecoin"),
    "XRP": ("xrp", "ripple"),
}
MACRO = "macro"
# share of full weight by the kind of house that a story comes from; a name covers its subdomains
TIERS: tuple[tuple[float, frozenset[str]], ...] = (
    (1.0, frozenset({"reuters.com", "apnews.com", "sec.gov", "federalreserve.gov", "ecb.europa.eu", "bis.org"})),
    (0.9, frozenset({"bloomberg.com", "ft.com", "wsj.com", "cnbc.com", "economist.com"})),
    (0.7, frozenset({"coindesk.com", "theblock.co", "decrypt.co", "cointelegraph.com", "blockworks.co"})),
    (0.5, frozenset({"binance.com", "bybit.com", "coinbase.com", "kraken.com", "okx.com"})),
    (0.2, frozenset({"x.com", "twitter.com", "reddit.com", "t.me", "medium.com", "youtube.com"})),
)
UNKNOWN_HOUSE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A story. `published`: what its house says; `seen`: when a provider first gave it out, both UTC; `scope`: a coin,
    or "macro" for what concerns all."""

    title: str
    text: str
    url: str
    published: datetime
    seen: datetime
    scope: str

    @property
    def house(self) -> str:
        return (urlsplit(self.url).hostname or "").removeprefix("www.")

    @property
    def credibility(self) -> float:
        """From 0 to 1, by the kind of house that it comes from."""
        for weight, houses in TIERS:
            if any(self.house == name or self.house.endswith(f".{name}") for name in houses):
                return weight
        return UNKNOWN_HOUSE


def scope_of(words: str) -> str:
    """The one coin that a text names, else "macro"."""
    spoken = set(re.findall(r"[a-z]+", words.lower()))
    named = [coin for coin, names in NAMES.items() if spoken.intersection(names)]
    return named[0] if len(named) == 1 else MACRO


def known(items: Iterable[Item], at: datetime, days: int) -> list[Item]:
    """What could have been read at `at`: first seen by then, and not more than `days` before. When it says that it was
    published does not count: houses date back."""
    return [item for item in items if at - timedelta(days=days) <= item.seen <= at]


def oldest_first(items: Iterable[Item]) -> Sequence[Item]:
    return sorted(items, key=lambda item: (item.seen, item.url, item.title))
