"""The names that a run may give its traders: rules, models, and words for several. Asks nobody."""

from __future__ import annotations

from difflib import get_close_matches
from urllib.parse import urlsplit

from bots.adapters.llm import Failure, Keys, read_catalogue
from bots.adapters.llm.keys import WHERE
from bots.agents.trading_agents import TRADERS

MIXED, AUTO, REPLAY = "mixed", "auto", "replay:"
SPECIAL = (MIXED, AUTO, f"{REPLAY}RUN_FOLDER")


def known_names() -> list[str]:
    """Rule traders and aliases of models."""
    return sorted({*TRADERS, *read_catalogue().models})


def objection_to_address(address: str) -> str:
    """Why a model's server cannot be asked at an address; "" where it can. Addresses go on record, secrets never do."""
    return _objection(address, "http://localhost:8080/v1", f"put the key into {WHERE} instead")


def objection_to_grid(address: str) -> str:
    """The same of a Selenium Grid."""
    return _objection(address, "http://localhost:4444", "leave it out, and keep the grid in the lab's own network")


def _objection(address: str, example: str, remedy: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"{address}: expected a web address such as {example}"
    if parts.username or parts.password:
        return f"the address at {parts.hostname} has a user or password in it: {remedy}"
    return ""


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
