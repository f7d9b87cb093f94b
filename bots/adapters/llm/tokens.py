"""Counting tokens before a call, and dollars before and after one."""

from __future__ import annotations

import json
import math
import string
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bots.adapters.llm.messages import Message, Request, Usage

# near what vendors' tokenizers make of prompts full of numbers, where "four characters a token" counts too few
LETTERS_A_TOKEN = 4
DIGITS_A_TOKEN = 2
LETTERS, DIGITS, SPACES = string.ascii_letters.encode(), string.digits.encode(), string.whitespace.encode()
A_MESSAGE = 4  # what the wrapping of a message costs
MARGIN = 1.3  # newer tokenizers make about this many times more of the same text


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens, input and output."""

    input_usd: float
    output_usd: float

    def of(self, usage: Usage) -> float:
        return (usage.prompt_tokens * self.input_usd + usage.completion_tokens * self.output_usd) / 1e6


FREE = Prices(0.0, 0.0)


# a request's texts are counted before and after the call, and most of them come again with the next one
@lru_cache(maxsize=128)
def estimate_tokens(text: str) -> int:
    """Tokens of `text`, estimated without a tokenizer: four letters, two digits, or one sign, each with its spaces."""
    plain = text.encode("ascii", "ignore")
    letters, digits, spaces = (len(plain) - len(plain.translate(None, kind)) for kind in (LETTERS, DIGITS, SPACES))
    signs = len(text) - letters - digits - spaces
    return math.ceil(letters / LETTERS_A_TOKEN + digits / DIGITS_A_TOKEN + signs)


def estimate_prompt(messages: Iterable[Message]) -> int:
    """Tokens of a prompt, estimated."""
    return sum(estimate_tokens(message.content) + A_MESSAGE for message in messages)


def most_it_may_use(request: Request) -> Usage:
    """What a call may use at most: its prompt and schema with a margin, and as many tokens of answer as it allows."""
    prompt = estimate_prompt(request.messages) + estimate_tokens(json.dumps(request.schema))
    return Usage(math.ceil(prompt * MARGIN), request.max_tokens, estimated=True)
