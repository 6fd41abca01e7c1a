"""A new store for each test."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import SAWarning

from reconciler.store import Store


@pytest.fixture(autouse=True)
def statements_are_sound() -> Iterator[None]:
    """What SQLAlchemy finds odd in a statement (tables joined by nothing, above all) is an error of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", SAWarning)
        yield


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where the store of this test is."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with Store.open(url) as opened:
        yield opened
