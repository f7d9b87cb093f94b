"""The lab: hosts the market for browsers. oTree looks here for models, pages and exports, hence each import."""

from __future__ import annotations

from otree_app import (  # noqa: F401  these add their routes, or replace parts of the server
    experimenter,
    hardening,
    health,
    live,
    operate,
    payment_sheet,
    rest,
    sockets,
    strangers,
)
from otree_app.export import EXPORTS
from otree_app.models import C, Group, MarketEvent, MarketHead, Player, Subsession
from otree_app.pages import Market, page_sequence
from otree_app.setup import creating_session

__all__ = [
    "C",
    "Group",
    "Market",
    "MarketEvent",
    "MarketHead",
    "Player",
    "Subsession",
    "creating_session",
    "page_sequence",
]

doc = "A market in which people and language models trade side by side."

# oTree finds custom exports by name among the attributes of this module.
globals().update(EXPORTS)
