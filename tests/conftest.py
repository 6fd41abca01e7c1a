"""What tests of every kind share: a PostgreSQL server, started when the first of them asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for this session; tests make databases of their own."""
    with running_server() as server:
        yield server
