"""However a runner is told to end, it ends in order: by a key, by a supervisor, by a terminal that is closed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

WAIT = """
import os, signal, sys, time
if "nohup" in sys.argv:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
from bots.services.guards import one_interrupt
try:
    with one_interrupt():
        print("ready", flush=True)
        time.sleep(float(sys.argv[1]))
        print("slept")
except KeyboardInterrupt:
    os.kill(os.getpid(), signal.SIGTERM if hasattr(signal, "SIGTERM") else signal.SIGINT)
"""


def told(name: str, *options: str, seconds: str = "20") -> tuple[str, int]:
    """What is said by a process that gets the signal while it waits, and how it ends."""
    command = [sys.executable, "-c", WAIT, seconds, *options]
    waits = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert waits.stdout
    assert waits.stdout.readline() == "ready\n"
    waits.send_signal(getattr(signal, name))
    said, _ = waits.communicate(timeout=30)
    return said, waits.returncode


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_every_ending_is_heard_once_and_in_order(name: str) -> None:
    said, code = told(name)
    # the handler is put back when the block has ended: only then does another signal end the process
    assert (said, code) == ("", -signal.SIGTERM)


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
def test_a_hang_up_is_nothing_to_a_run_that_was_started_to_outlive_its_terminal() -> None:
    assert told("SIGHUP", "nohup", seconds="1") == ("slept\n", 0)
