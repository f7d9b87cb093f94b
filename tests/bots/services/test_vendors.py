"""One vendor for all seats: a server stands in for it by its address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pit import Server
from tests.bots.runs import lines
from tests.bots.vendors import VENDORS, assert_no_key_in, play, wire
from tests.lab import new_session

SHORT: dict[str, Any] = {"periods": 1, "period_seconds": 5, "result_seconds": 1}


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_server_stands_in_for_a_vendor_by_its_address_alone(vendor: str, lab: Server, tmp_path: Path) -> None:
    session, _ = new_session(lab, seats=2, **SHORT)
    options = ("--pace", "0.5", "--reflection", "never")
    with wire() as server:
        done = play(lab, session, tmp_path, VENDORS[vendor][0], "--base-url", server.base_url(vendor), *options)
        assert {call.vendor for call in server.calls} == {vendor}
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "debug-runs" / "run-1"
    assert {line["outcome"] for line in lines(folder)} <= {"valid", "stale"}
    assert all(line["calls"] for line in lines(folder))
    assert_no_key_in(folder, done.stdout + done.stderr)
