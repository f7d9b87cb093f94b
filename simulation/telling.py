"""A replay in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from simulation.referee import Verdict
from simulation.replay import Replayed

MOST = 20


def told(done: Replayed) -> str:
    """What was done again, by market and by seat, and the differences found."""
    return "\n".join([*done.markets, *_seats(done.verdicts), *_as_recorded(done), *_end(done)])


def _seats(verdicts: list[Verdict]) -> Iterator[str]:
    by_seat: dict[int, list[Verdict]] = {}
    for one in verdicts:
        by_seat.setdefault(int(one.line["seat"]), []).append(one)
    for seat, turns in sorted(by_seat.items()):
        checked = [one for one in turns if one.derived is not None]
        agree, asked = sum(one.agrees for one in checked), [one.prompt for one in turns if one.prompt is not None]
        prompts = f", {sum(asked)} of {len(asked)} prompts word for word" if asked else ""
        taken = f", {len(turns) - len(checked)} taken as recorded" if len(checked) < len(turns) else ""
        who = f"seat {seat} ({turns[0].line['model']})"
        yield f"{who}: {agree} of {len(checked)} decisions come out again{prompts}{taken}"


def _as_recorded(done: Replayed) -> Iterator[str]:
    if done.as_recorded:
        yield f"Bots of another run, taken as recorded: {', '.join(done.as_recorded)}."
    if done.cut_off:
        yield f"Of turns that were cut off with their runner, taken as recorded: {'; '.join(done.cut_off)}."


def _end(done: Replayed) -> Iterator[str]:
    trades = max(0, len(done.trades.splitlines()) - 1)
    if done.identical:
        yield f"Identical: trades.csv comes out byte for byte ({trades} trades)."
        return
    yield f"Not identical, {len(done.differences)} differences:"
    yield from done.differences[:MOST]
    if len(done.differences) > MOST:
        yield f"... and {len(done.differences) - MOST} more."
