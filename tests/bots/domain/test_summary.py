"""The numbers of a run: outcomes add up to what was due, percentiles are values that occurred."""

from __future__ import annotations

from bots.domain.summary import decisions, latencies


def line(seat: int, outcome: str, act: float | None = None, substitute: str = "") -> dict[str, object]:
    return {"seat": seat, "outcome": outcome, "substitute": substitute, "ms": {"event": 1.0, "decide": 2.0, "act": act}}


def test_due_is_the_sum_of_the_outcomes_in_all_and_by_seat() -> None:
    counted = decisions([line(1, "valid"), line(1, "late"), line(2, "valid"), line(2, "failed")], [1, 2, 3])
    names = ("due", "valid", "repaired", "late", "stale", "failed")
    assert [counted[name] for name in names] == [4, 2, 0, 1, 0, 1]
    by_seat = counted["by_seat"]
    assert isinstance(by_seat, dict)
    assert {seat: counts["due"] for seat, counts in by_seat.items()} == {"1": 2, "2": 2, "3": 0}


def test_what_a_substitute_decided_counts_as_failed_and_is_counted_apart() -> None:
    counted = decisions([line(1, "valid"), line(1, "failed", substitute="noise"), line(1, "failed")], [1])
    assert (counted["due"], counted["failed"], counted["substituted"]) == (3, 2, 1)


def test_percentiles_leave_out_turns_that_sent_nothing() -> None:
    timed = latencies([line(1, "valid", float(act)) for act in range(1, 101)] + [line(1, "valid")])
    assert timed["act"] == {"p50": 50.0, "p95": 95.0}
    assert timed["event"] == {"p50": 1.0, "p95": 1.0}


def test_a_run_without_decisions_has_no_latencies() -> None:
    assert latencies([])["act"] == {"p50": None, "p95": None}
