"""Every answer that a test of this folder gets from a sandbox is as the description says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.description import watched


@pytest.fixture(autouse=True)
def _as_described() -> Iterator[None]:
    with watched() as wrong:
        yield
    assert wrong == []
