"""The names that a run may give its traders: rules, models, and words for several. Asks nobody."""

from __future__ import annotations

from difflib import get_close_matches

from bots.adapters.llm import Failure, Keys, read_catalogue
from bots.agents.trading_agents import TRADERS

MIXED, AUTO, REPLAY = "mixed", "auto", "replay:"
SPECIAL = (MIXED, AUTO, f"{REPLAY}RUN_FOLDER")


def known_names() -> list[str]:
    """Rule traders and aliases of models."""
    return sorted({*TRADERS, *read_catalogue().models})


def objection_to(name: str, base_url: str = "") -> str:
    """Why there is no trader of that name, with the known and the nearest ones; "" where there is one."""
    if name in (*TRADERS, MIXED, AUTO) or name.startswith(REPLAY):
        return ""
    found = read_catalogue().find(name, Keys({}), base_url)
    if not isinstance(found, Failure):
        return ""
    known = known_names()
    near = get_close_matches(name.rpartition("/")[2], known, n=3, cutoff=0.5)
    hint = f" Nearest: {', '.join(near)}." if near else ""
    providers = ", ".join(read_catalogue().providers)
    return (
        f"unknown model {name!r}.{hint} Known: {', '.join(known)}; {', '.join(SPECIAL)}; "
        f"or PROVIDER/MODEL with one of {providers}; or any model of your own server with --base-url."
    )
