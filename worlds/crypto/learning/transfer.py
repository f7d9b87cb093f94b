"""How knowledge moves from the best agent of a role to another: soft update, distillation, selective transfer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from worlds.crypto.desk.tape import Floats
from worlds.crypto.learning.agents import Parameters, Ranges

SCHEDULE = 100  # iterations over which tau falls from twice to half its value
Transfer = Literal["soft", "distill", "selective"]
TRANSFERS = get_args(Transfer)
# What an agent with these parameters puts out on the reference inputs; any shape, always the same one.
Outputs = Callable[[Parameters], Floats]


def scheduled(tau: float, iteration: int) -> float:
    """From 2 tau at the first iteration down to tau / 2 at the `SCHEDULE`-th and after, in even steps; at most 1."""
    done = min(iteration / SCHEDULE, 1.0)
    return min(1.0, tau * (2.0 - 1.5 * done))


def soft_update(student: Parameters, teacher: Parameters, tau: float) -> dict[str, float]:
    """Each parameter that both have moved by tau of the way to the teacher's: n updates leave (1 - tau) ** n of a
    gap."""
    return {name: value + tau * (teacher.get(name, value) - value) for name, value in student.items()}


def distilled(student: Parameters, teacher: Parameters, goal: Floats, outputs: Outputs) -> dict[str, float]:
    """The student fitted to the teacher's outputs on reference inputs.

    `goal`: the teacher's outputs. One sweep over the parameters that differ, in order of name: each goes to the
    teacher's value, half-way, or stays, whichever brings the student's outputs nearest. The distance never grows.
    """
    fitted = dict(student)
    nearest = _apart(outputs(fitted), goal)
    for name in sorted(name for name in student if teacher.get(name, student[name]) != student[name]):
        for value in (teacher[name], (student[name] + teacher[name]) / 2):
            found = _apart(outputs({**fitted, name: value}), goal)
            if found < nearest:
                nearest, fitted = found, {**fitted, name: value}
    return fitted


def importance(teacher: Parameters, ranges: Ranges, outputs: Outputs) -> dict[str, float]:
    """How much the teacher's outputs change, root mean square, when a parameter is set to the middle of its range."""
    base = outputs(teacher)
    ablated = {name: {**teacher, name: (low + high) / 2} for name, (low, high) in ranges.items() if name in teacher}
    return {name: _apart(outputs(changed), base) for name, changed in ablated.items()}


def selective(
    student: Parameters, teacher: Parameters, tau: float, matters: Parameters
) -> tuple[dict[str, float], list[str]]:
    """(soft update of the parameters whose ablation matters more than the mean, their names)."""
    mean = float(np.mean(list(matters.values()))) if matters else 0.0
    chosen = sorted(name for name, value in matters.items() if value > mean and name in student)
    return {**student, **soft_update({name: student[name] for name in chosen}, teacher, tau)}, chosen


def _apart(one: Floats, other: Floats) -> float:
    return float(np.sqrt(np.nanmean((one - other) ** 2)))
