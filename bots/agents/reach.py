"""Whether a model can be reached, by what became of its questions. Asks nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bots.adapters.llm import Failure, FailureKind, Outcome

# nothing came back: the endpoint is dead, overrun or too slow
SILENT: frozenset[FailureKind] = frozenset(("unreachable", "server_error", "broken_reply", "timeout", "rate_limited"))
# the vendor's to put right, while the run goes on
CURABLE: frozenset[FailureKind] = frozenset(("bad_key", "no_credit"))
# a single question may be rejected for what is in it
ANSWERED: frozenset[FailureKind] = frozenset(("bad_request",))
PATIENCE = 3  # questions in a row to which nothing came back
PROBE_SECONDS = 30.0


@dataclass(slots=True)
class Reach:
    """One seat's notion of its model. `lost`: why it can no longer be asked, None while it can; `clock` in seconds."""

    clock: Callable[[], float]
    lost: Failure | None = field(default=None, init=False)
    _silent: int = field(default=0, init=False)
    _heard_at: float = field(default=0.0, init=False)

    @property
    def out_of_budget(self) -> bool:
        """Whether asking would pass the budget: by the researcher's own wish, and for the rest of the run."""
        return self.lost is not None and self.lost.kind == "over_budget"

    @property
    def out_of_reach(self) -> bool:
        """Whether the model is lost for any other reason."""
        return self.lost is not None and not self.out_of_budget

    @property
    def probe_due(self) -> bool:
        """Whether a lost model may be asked again whether it is there."""
        curable = self.lost is not None and self.lost.kind in SILENT | CURABLE
        return curable and self.clock() >= self._heard_at + PROBE_SECONDS

    def heard(self, outcome: Outcome) -> None:
        """Take in how a question ended. An answer that makes no sense is one too."""
        failure = outcome if isinstance(outcome, Failure) else None
        # neither a record without such a call nor our own brakes say anything of the model
        if failure and (failure.kind == "not_recorded" or failure.ours):
            return
        self._heard_at = self.clock()
        silent = failure is not None and failure.kind in SILENT
        self._silent = self._silent + 1 if silent else 0
        if failure and (self._silent >= PATIENCE or (failure.lasting and failure.kind not in ANSWERED)):
            self.lost = failure
        elif not (silent and self.lost):
            self.lost = None
