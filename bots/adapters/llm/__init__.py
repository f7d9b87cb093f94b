"""Asking language models, whoever makes them: a request in, a reply or a failure out. Knows no markets."""

from bots.adapters.llm.asking import Model, small_question
from bots.adapters.llm.catalogue import Catalogue, CatalogueError, ModelSpec, read_catalogue
from bots.adapters.llm.heuristic import Heuristic
from bots.adapters.llm.keys import Keys, read_keys
from bots.adapters.llm.messages import (
    FAILURE_KINDS,
    Failure,
    FailureKind,
    Message,
    Outcome,
    RawAnswer,
    Reply,
    Request,
    Usage,
)
from bots.adapters.llm.models import Models
from bots.adapters.llm.past import Asked, Said, asked_of, said_of
from bots.adapters.llm.patience import Timing
from bots.adapters.llm.repair import Answer, ask_with_repair, request_for
from bots.adapters.llm.replay import Replay
from bots.adapters.llm.schemas import schema_of
from bots.adapters.llm.scripted import Scripted, Slowly
from bots.adapters.llm.tally import Totals
from bots.adapters.llm.tokens import Prices, estimate_prompt, estimate_tokens
from bots.adapters.llm.transcript import Transcript, read_transcript

__all__ = [
    "FAILURE_KINDS",
    "Answer",
    "Asked",
    "Catalogue",
    "CatalogueError",
    "Failure",
    "FailureKind",
    "Heuristic",
    "Keys",
    "Message",
    "Model",
    "ModelSpec",
    "Models",
    "Outcome",
    "Prices",
    "RawAnswer",
    "Replay",
    "Reply",
    "Request",
    "Said",
    "Scripted",
    "Slowly",
    "Timing",
    "Totals",
    "Transcript",
    "Usage",
    "ask_with_repair",
    "asked_of",
    "estimate_prompt",
    "estimate_tokens",
    "read_catalogue",
    "read_keys",
    "read_transcript",
    "request_for",
    "said_of",
    "schema_of",
    "small_question",
]
