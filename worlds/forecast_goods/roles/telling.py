"""What a model is told in its role: facts from its view alone, and the prompt that says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bots.adapters.llm import Message
from worlds.forecast_goods.roles.interface import Member, View
from worlds.models import fill

PROMPTS = Path(__file__).resolve().parent / "prompts"
NONE = "none"
LAST = 10  # levels of each index that are told


def facts(view: View, left: int) -> dict[str, Any]:
    """All that an agent is told, money in units of 100 cents. `left`: rounds until budgets are set anew."""
    return {
        **{name: getattr(view, name) for name in ("round", "id", "team", "role")},
        **{name: money(getattr(view, name)) for name in ("cash", "free", "budget", "spent", "surplus")},
        "left": left,
        "score": NONE if view.brier is None else f"{view.brier:.4f}",
        "indices": [_index(view, asset) for asset in sorted(view.levels)],
        "news": [
            f"{one.asset}, round {one.about}: signal {one.signal:+.3f}, precision {one.precision:.2f} "
            f"({one.kind}, from {one.origin})"
            for one in view.news
        ],
        "open": [
            f"{one.asset} above {one.strike:.4f} in round {one.matures_at}: {one.probability:.3f}" for one in view.open
        ],
        "holdings": [f"{number} of {name}" for name, number in sorted(view.holdings.items()) if number],
        "wares": [
            f"{one.id}: {one.asset} above {one.strike:.4f} in round {one.matures_at} with probability "
            f"{one.probability:.3f}, quality {one.quality:.2f}, by {one.producer}; unit cost {money(one.unit_cost)}, "
            f"{one.stock} units"
            for one in view.wares
        ],
        "contracts": [
            f"{one.asset} above {one.strike:.4f} in round {one.matures_at}: price of 'above' {one.price:.3f}, a share "
            f"pays {money(one.payout)}, liquidity {one.liquidity:g}"
            for _, one in sorted(view.contracts.items())
        ],
        "members": [_member(one) for one in view.members],
    }


def _index(view: View, asset: str) -> str:
    last = ", ".join(f"{level:.2f}" for level in view.history.get(asset, ())[-LAST - 1 : -1])
    text = f"{asset}: now {view.levels[asset]:.4f}{f', before that {last}' if last else ''}"
    tape = view.tapes.get(asset)
    if tape is None or view.role != "trader":
        return text
    price = NONE if tape.price is None else f"{tape.price / 100:.2f}"
    quotes = [f"best {name} left {money(cents)}" for name, cents in (("bid", tape.bid), ("ask", tape.ask)) if cents]
    return "; ".join([text, f"mean price {price}, {tape.volume} units", *quotes])


def _member(one: Member) -> str:
    spent = f"budget {money(one.budget)}, spent {money(one.spent)}, over budget {one.overs} times"
    score = NONE if one.brier is None else f"{one.brier:.4f}"
    return f"{one.id} ({one.role}): {spent}, surplus {money(one.surplus)}, mean score {score}"


def money(cents: int) -> str:
    return f"{cents / 100:.2f}"


def question(told: Mapping[str, Any]) -> tuple[Message, ...]:
    """The prompt that says `facts`, and nothing else of the economy."""
    lists = ("indices", "news", "open", "wares", "contracts", "members")
    values = {**told, **{name: _lines(told[name]) for name in lists}, "holdings": "; ".join(told["holdings"]) or NONE}
    turn = fill(PROMPTS / f"{told['role']}_turn.txt", **values)
    return Message("system", fill(PROMPTS / f"{told['role']}_system.txt")), Message("user", turn)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or f"- {NONE}"
