"""Hashes of markets, 16 hex digits each: where a chain of events starts, and what stands now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple
from hashlib import blake2b
from typing import TYPE_CHECKING

from market.events import RULES_VERSION
from market.treatments import Role, Treatment

if TYPE_CHECKING:
    from market.exchange import Exchange


def origin_of(treatment: Treatment, roles: Mapping[str, Role]) -> str:
    """Where the chain of hashes starts: the rules and what was dealt."""
    return _digest([RULES_VERSION, treatment.essence(), {trader: asdict(role) for trader, role in roles.items()}])


def state_of(exchange: Exchange) -> str:
    """What stands now: phase, book in priority and accounts."""
    orders = [astuple(order) for side in (exchange.book.bids, exchange.book.asks) for order in side.orders()]
    accounts = [astuple(account) for account in exchange.accounts.values()]
    trades = len(exchange.trades)
    stands: list[object] = [exchange.phase, exchange.period, exchange.dividends, trades, orders, accounts]
    if exchange.treatment.forecasts.horizons:
        stands.append([exchange.forecasts.of(trader) for trader in exchange.accounts])
    bankrupt = exchange.ledger.bankrupt
    return _digest([*stands, sorted(bankrupt)] if bankrupt else stands)


def _digest(document: object) -> str:
    return blake2b(json.dumps(document).encode(), digest_size=8).hexdigest()
