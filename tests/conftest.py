"""What all tests share: one server for those that only need some market of their own on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from pit import Server
from tests.lab import running_lab

# A busy machine is slow now and then; time is measured in `benchmarks`.
settings.register_profile("openpit", deadline=None)
settings.load_profile("openpit")


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A production server. Tests make their own sessions on it and do not stop it."""
    with running_lab(tmp_path_factory.mktemp("lab")) as server:
        yield server
