"""The ways to match that a config may name; `lmsr` matches nobody with nobody: agents bet against the maker."""

from __future__ import annotations

from worlds.forecast_goods.market import call, cda, horse, posted
from worlds.forecast_goods.market.orders import Match

MATCHERS: dict[str, Match] = {
    "cda": cda.match,
    "call": call.match,
    "posted": posted.match,
    "horse": horse.match,
}
LMSR = "lmsr"
