"""Treatments drawn at random within what is valid: every rule of a market on and off, in all company."""

from __future__ import annotations

from random import Random
from typing import Any

from market.treatments import Treatment, treatment_from

Fields = dict[str, Any]


def random_treatment(rng: Random) -> Treatment:
    single = rng.random() < 0.3
    rules: Fields = {
        "name": "drawn",
        "title": "Drawn",
        "tick": rng.choice(["1", "0.01"]),
        "periods": rng.randint(1, 4),
        "price_min": rng.randint(1, 40),
        "price_max": rng.randint(100, 150),
        "single_unit": single,
        "one_order_a_side": rng.random() < 0.2,
        "open_orders": rng.randint(1, 9),
        "tell_fundamental": rng.random() < 0.5,
        "language": rng.choice(["en", "de"]),
    }
    institution = _call(rng) if rng.random() < 0.3 else _continuous(rng, single)
    return treatment_from({**rules, **institution, **(_induced(rng) if rng.random() < 0.2 else _asset(rng))})


def _continuous(rng: Random, single: bool) -> Fields:
    return {
        "self_trade": rng.choice(["cancel_resting", "cancel_incoming", "allow"]),
        "improvement": rng.random() < 0.2,
        "clear_after_trade": single and rng.random() < 0.5,
    }


def _call(rng: Random) -> Fields:
    return {
        "institution": "call",
        "rationing": rng.choice(["time", "pro_rata"]),
        "reference_price": rng.choice([0, 60]),
    }


def _asset(rng: Random) -> Fields:
    credit = rng.choice(["unlimited", 0, 0, 50])
    rules = ["continue"] if credit == "unlimited" else ["reduce_only", "stop", "continue"]
    return {
        **rng.choice([{}, {"dividends": [190, 90]}, {"dividends": [190]}, {"information": _information(rng)}]),
        "roles": [
            {"name": "r", "cash": rng.choice([-60, 0, 100, 600]), "shares": rng.choice([0, 1, 5, 12])}
            for _ in range(rng.randint(1, 4))
        ],
        "interest": rng.choice(["0", "1/20", "0.3"]),
        "buyback": rng.choice([0, 0, 14, 300]),
        "credit_limit": credit,
        "short_limit": rng.choice([0, 2, 12, 12]),
        "bankrupt": rng.choice(rules),
        "tell_holding_value": rng.random() < 0.5,
    }


def _information(rng: Random) -> Fields:
    """Two to four states, and any way to tell them that four traders allow."""
    states = [
        {"name": name, "weight": rng.randint(1, 9), "dividend": rng.randint(0, 200)}
        for name in "UVWX"[: rng.randint(2, 4)]
    ]
    clues = rng.choice(["none", "not_this", "state"])
    return {"states": states, "clues": clues, "informed": rng.randint(1, 4) if clues == "state" else 0}


def _induced(rng: Random) -> Fields:
    values, costs = ([rng.randint(30, 120) for _ in range(rng.randint(1, 4))] for _ in range(2))
    buyer = {"name": "buyer", "values": sorted(values, reverse=True)}
    seller = {"name": "seller", "costs": sorted(costs)}
    return {"roles": [buyer, buyer, seller, seller], "fixed_seats": True, "losses_allowed": rng.random() < 0.5}
