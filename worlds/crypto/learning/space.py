"""What can be learned: each role's variants, the range of each parameter, and the measure of how far apart agents
are."""

from __future__ import annotations

from collections.abc import Mapping

from worlds.crypto.learning.agents import Ranges
from worlds.crypto.roles.information import ANALYST_RANGES, ANALYSTS, RESEARCHER_RANGES, RESEARCHERS, Parameters
from worlds.crypto.roles.limits import RISK_RANGES, RISKS, TRADER_RANGES, TRADERS
from worlds.crypto.settings import ROLES
from worlds.errors import WorldError

VARIANTS: Mapping[str, Mapping[str, Parameters]] = dict(
    zip(ROLES, (ANALYSTS, RESEARCHERS, TRADERS, RISKS), strict=True)
)
RANGES: Mapping[str, Ranges] = dict(
    zip(ROLES, (ANALYST_RANGES, RESEARCHER_RANGES, TRADER_RANGES, RISK_RANGES), strict=True)
)


def _span(role: str) -> Ranges:
    """From the least to the greatest value among a role's variants; parameters in which they do not differ are left
    out.

    What is permitted is much wider for some parameters than for others; distances that are shares of it would say more
    of the permission than of the agents."""
    variants = VARIANTS[role].values()
    bounds = {name: (min(one[name] for one in variants), max(one[name] for one in variants)) for name in RANGES[role]}
    return {name: (low, high) for name, (low, high) in bounds.items() if high > low}


SPANS: Mapping[str, Ranges] = {role: _span(role) for role in ROLES}


def variant(role: str, named: str) -> str:
    """The variant that a configuration names: by name, by number within the role (A1, R2, T3, M4), "" for the first.

    Raises WorldError for one that is none."""
    names = list(VARIANTS[role])
    short = {f"{role[0].upper() if role != 'risk' else 'M'}{number}": name for number, name in enumerate(names, 1)}
    known = {"": names[0], **{name: name for name in names}, **short}
    found = known.get(named) or known.get(named.lower()) or known.get(named.upper())
    if found is None:
        raise WorldError(f"agents.{role}.id: '{named}' is no variant. Known: {', '.join([*names, *short])}.")
    return found
