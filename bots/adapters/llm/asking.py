"""Asking one model: retries, limits, budget and record around one provider, and never past the deadline."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

from bots.adapters.llm.budget import Budget
from bots.adapters.llm.catalogue import ModelSpec
from bots.adapters.llm.keys import Keys
from bots.adapters.llm.limits import Limits
from bots.adapters.llm.local import counted
from bots.adapters.llm.messages import (
    NEVER,
    Failure,
    FailureKind,
    Message,
    Outcome,
    RawAnswer,
    Reply,
    Request,
    Sent,
    Usage,
)
from bots.adapters.llm.patience import ATTEMPTS, Timing, within
from bots.adapters.llm.provider import Provider, timed_out
from bots.adapters.llm.reading import read
from bots.adapters.llm.tally import Tally
from bots.adapters.llm.tokens import most_it_may_use
from bots.adapters.llm.transcript import Transcript, digest

RETRIED: frozenset[FailureKind] = frozenset(
    ("unsupported", "unreachable", "broken_reply", "rate_limited", "server_error")
)
# the provider may have worked, and may charge for it, though no usable answer came
MAYBE_BILLED: frozenset[FailureKind] = frozenset(("timeout", "broken_reply"))
# the endpoint, the key and the model are all right, whatever the answer to the test question looks like
ALIVE: frozenset[FailureKind] = frozenset(("refused", "truncated", "empty", "bad_json", "bad_schema", "rate_limited"))
# what an endpoint may say to being asked for its models, and still answer questions
UNDECIDED: frozenset[FailureKind] = frozenset(("unknown_model", "bad_request", "broken_reply"))

READY = {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"]}


def small_question(key: str, deadline: float) -> Request:
    """The cheapest question there is: whether a model answers at all."""
    asked = (Message("user", 'Answer {"ready": true} as JSON.'),)
    return Request(messages=asked, schema=READY, key=key, deadline=deadline, max_tokens=64)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all models of a run have in common."""

    keys: Keys
    budget: Budget = field(default_factory=Budget)
    transcript: Transcript | None = None
    timing: Timing = field(default_factory=Timing)
    tally: Tally = field(default_factory=Tally)


class Model:
    """One model of a run. Any number of threads may ask it at the same time."""

    def __init__(self, spec: ModelSpec, provider: Provider, limits: Limits, shared: Shared) -> None:
        self.spec = spec
        self._provider = provider
        self._limits = limits
        self._shared = shared

    def ask(self, request: Request) -> Outcome:
        """A Reply, or a Failure that says why there is none; by the request's deadline in any case."""
        timing = self._shared.timing
        started, attempt = timing.clock(), 0
        while True:
            attempt += 1
            outcome = self._attempt(request, attempt)
            pause = self._pause(outcome, attempt)
            if pause is None or timing.clock() + pause >= request.deadline:
                break
            timing.sleep(pause)
        spent = timing.clock() - started
        outcome = replace(outcome, latency_s=spent, attempts=attempt, keys=(request.key,))
        self._shared.tally.add(self.spec.name, outcome)
        return outcome

    def check(self, seconds: float = 20.0) -> Failure | None:
        """What keeps this model from being used in a run, None when nothing does.

        Asks the endpoint for its list of models and, where that does not settle it, one small question.
        """
        if self.spec.provider.api == "local":
            return None
        if self._lacks_a_price():
            return self._no_price()
        listed = self._listed(seconds)
        if isinstance(listed, Failure) and listed.kind not in UNDECIDED:
            return replace(listed, message=self._shared.keys.scrub(listed.message))
        if not isinstance(listed, Failure) and self.spec.id in listed:
            return None
        return self._small_question(seconds)

    def _listed(self, seconds: float) -> tuple[str, ...] | Failure:
        if not self.spec.provider.lists_models:
            return ()
        listed = within(seconds, lambda: self._provider.models(seconds))
        return timed_out(self.spec) if listed is None else listed

    def _small_question(self, seconds: float) -> Failure | None:
        outcome = self.ask(small_question(f"check/{self.spec.name}", self._shared.timing.clock() + seconds))
        return outcome if isinstance(outcome, Failure) and outcome.kind not in ALIVE else None

    def _pause(self, outcome: Outcome, attempt: int) -> float | None:
        """Seconds until another attempt, None when there is to be none."""
        if isinstance(outcome, Reply) or outcome.kind not in RETRIED or attempt >= ATTEMPTS or self._provider.instant:
            return None
        if outcome.kind == "unsupported":
            return 0.0
        return max(self._shared.timing.back_off(attempt), outcome.retry_after_s or 0.0)

    def _attempt(self, request: Request, attempt: int) -> Outcome:
        utc, began = self._shared.timing.utc(), self._shared.timing.clock()
        sent = self._provider.prepare(request)
        outcome = self._within_budget(sent, request)
        if isinstance(outcome, Failure):
            outcome = replace(outcome, message=self._shared.keys.scrub(outcome.message))
        waited = self._shared.timing.clock() - began - outcome.latency_s
        self._record(
            sent, outcome, {"utc": utc.isoformat(), "key": request.key, "attempt": attempt, "waited_s": waited}
        )
        return outcome

    def _within_budget(self, sent: Sent, request: Request) -> Outcome:
        if self._lacks_a_price():
            return self._no_price()
        most = most_it_may_use(request)
        worst = self.spec.prices.of(most) if self.spec.prices else 0.0
        budget = self._shared.budget
        if not budget.reserve(worst, request.deadline - self._shared.timing.clock()):
            if budget.has_room(worst):
                told = f"Calls under way may cost what is left of the budget of ${budget.limit_usd}"
                return Failure(kind="rate_limited", message=told, retry_after_s=NEVER)
            told = f"The budget of ${budget.limit_usd} has no room for a call of up to ${worst:.4f}"
            return Failure(kind="over_budget", message=f"{told}; ${budget.spent_usd:.4f} are spent")
        billed = worst
        try:
            outcome = self._within_limits(sent, request, most)
            billed = worst if isinstance(outcome, Failure) and outcome.kind in MAYBE_BILLED else outcome.cost_usd or 0.0
        finally:
            budget.settle(worst, billed)
        return outcome

    def _within_limits(self, sent: Sent, request: Request, most: Usage) -> Outcome:
        tokens = most.prompt_tokens + most.completion_tokens
        now = self._shared.timing.clock()
        if now >= request.deadline:
            return timed_out(self.spec)
        wait = self._limits.reserve(tokens, now, request.deadline - now)
        if wait is None:
            return self._busy("requests or tokens a minute")
        if wait:
            self._shared.timing.sleep(wait)
        with self._limits.slot(request.deadline - self._shared.timing.clock()) as free:
            outcome = self._call(sent, request) if free else self._busy("calls at a time")
        used = outcome.usage.prompt_tokens + outcome.usage.completion_tokens
        unknown = isinstance(outcome, Failure) and outcome.kind in MAYBE_BILLED
        self._limits.correct(0 if unknown else used - tokens)
        return outcome

    def _call(self, sent: Sent, request: Request) -> Outcome:
        began = self._shared.timing.clock()
        left = request.deadline - began
        if left <= 0:
            return timed_out(self.spec)
        # a vendor's time-out starts anew with every byte: a watch of our own holds the deadline
        if self._provider.instant:
            answer: RawAnswer | Failure | None = self._provider.send(sent, request, left)
        else:
            answer = within(left, lambda: self._provider.send(sent, request, left))
        outcome = self._outcome(answer, request)
        return replace(outcome, latency_s=self._shared.timing.clock() - began)

    def _outcome(self, answer: RawAnswer | Failure | None, request: Request) -> Outcome:
        if answer is None:
            return timed_out(self.spec)
        if isinstance(answer, Failure):
            return answer
        usage = answer.usage or counted(request, answer.text)
        cost = self.spec.prices.of(usage) if self.spec.prices else None
        return replace(read(answer, request), usage=usage, cost_usd=cost)

    def _lacks_a_price(self) -> bool:
        return self._shared.budget.limit_usd is not None and self.spec.prices is None

    def _no_price(self) -> Failure:
        told = f"A budget is set and the price of '{self.spec.name}' is not known."
        hint = (
            f"Add input_usd and output_usd (dollars per million tokens) for '{self.spec.id}' to bots/config/models.toml"
        )
        return Failure(kind="no_price", message=f"{told} {hint}, or run without a budget.")

    def _busy(self, what: str) -> Failure:
        told = f"Our own limit of {what} for {self.spec.provider.name} leaves no room before the deadline"
        hint = "raise it in bots/config/models.toml if the account allows more"
        return Failure(kind="rate_limited", message=f"{told}; {hint}", retry_after_s=NEVER)

    def _record(self, sent: Sent, outcome: Outcome, line: dict[str, object]) -> None:
        if self._shared.transcript is None:
            return
        request = sent.as_json()
        failed = outcome if isinstance(outcome, Failure) else None
        line |= {
            "model": self.spec.name,
            "provider": self.spec.provider.name,
            "request": request,
            "request_sha256": digest(request),
            "outcome": failed.kind if failed else "ok",
            "error": failed.message if failed else "",
            "raw": outcome.text,
            "returned_model": outcome.model,
            "finish_reason": outcome.finish_reason,
            "usage": asdict(outcome.usage),
            "cost_usd": outcome.cost_usd,
            "latency_s": outcome.latency_s,
        }
        self._shared.transcript.write(line, self._shared.keys)
