"""A model that repeats what a run recorded, call by call, byte for byte, without a key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bots.adapters.llm.local import as_asked
from bots.adapters.llm.messages import Failure, RawAnswer, Request, Sent, Usage
from bots.adapters.llm.transcript import FILE_NAME, read_transcript

# what reading a reply makes of it; a replay reads the same bytes again
READ = ("ok", "empty", "truncated", "bad_json", "bad_schema")


class Replay:
    """Answers each call as the call of the same key was answered in `folder`; the last attempt counts.

    `missing` holds what `check` and every call say when the folder has no transcript that can be read.
    """

    instant = True

    def __init__(self, folder: Path) -> None:
        self.name = f"replay:{folder}"
        self.missing: Failure | None = None
        self._answers: Mapping[str, RawAnswer | Failure] = {}
        try:
            lines = read_transcript(folder / FILE_NAME)
            self._answers = {str(line["key"]): _answer(line) for line in lines}
        except (OSError, ValueError, KeyError) as error:
            told = f"Nothing to replay in {folder}: {error}. Expected a run folder with {FILE_NAME}."
            self.missing = Failure(kind="not_recorded", message=told)

    def prepare(self, request: Request) -> Sent:
        return as_asked(self.name, request)

    def send(self, sent: Sent, request: Request, seconds: float) -> RawAnswer | Failure:
        if self.missing:
            return self.missing
        none = Failure(kind="not_recorded", message=f"{self.name} has no call '{request.key}'")
        return self._answers.get(request.key, none)

    def models(self, seconds: float) -> tuple[str, ...] | Failure:
        return self.missing or (self.name,)


def _answer(line: Mapping[str, Any]) -> RawAnswer | Failure:
    model, finish = str(line["returned_model"]), str(line["finish_reason"])
    if line["outcome"] not in READ:
        return Failure(kind=line["outcome"], message=str(line["error"]), text=line["raw"] or "", model=model)
    usage = Usage(**line["usage"]) if line["usage"] else None
    return RawAnswer(text=line["raw"], model=model, finish_reason=finish, usage=usage)
