"""One local vendor for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bots.adapters.llm.wire_server import WireServer


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer() as server:
        yield server
