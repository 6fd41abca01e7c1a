"""A new store for each test, once in SQLite and once in PostgreSQL: what a test promises holds for both."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import SAWarning

from reconciler.store import Store
from tests.support.postgres import Server, database_of


@pytest.fixture(autouse=True)
def statements_are_sound() -> Iterator[None]:
    """What SQLAlchemy finds odd in a statement (tables joined by nothing, above all) is an error of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", SAWarning)
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the store of this test is."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server: Server = request.getfixturevalue("postgres")
    with database_of(server) as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with Store.open(url) as opened:
        yield opened
