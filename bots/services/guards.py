"""What stands around a run: bugs of threads go to its log, and a second Ctrl-C does not disturb its end."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import Logger
from types import FrameType
from typing import Any


@contextmanager
def bugs_logged(log: Logger) -> Iterator[None]:
    """What kills a thread is written to the log; the other threads go on."""
    before = threading.excepthook
    threading.excepthook = lambda bug: log.error(
        "%s died", bug.thread.name if bug.thread else "a thread", exc_info=bug.exc_value
    )
    try:
        yield
    finally:
        threading.excepthook = before


Handler = Callable[[int, FrameType | None], Any] | int | None


@contextmanager
def one_interrupt() -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or hang-up raises KeyboardInterrupt; later ones must not disturb the closing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [signal.SIGINT, signal.SIGTERM]
    # a closed terminal; `nohup` has it ignored, and means it
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before: list[Handler] = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
