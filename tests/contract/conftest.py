"""An organization to read and one to change, each behind one server for the session; every test finds the latter as new."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest

from reconciler.sandbox import State
from tests.contract.every import EVERY
from tests.contract.reads import organization
from tests.support.description import watched
from tests.support.sandbox_server import RunningSandbox, running_sandbox


@pytest.fixture(autouse=True)
def _as_described() -> Iterator[None]:
    """Every answer of the sandbox that a test of this folder gets is as the description says."""
    with watched() as wrong:
        yield
    assert wrong == []


CAPITALS = b'{"upperCaseAccountTypes": true}'


@pytest.fixture(scope="session")
def large() -> Iterator[RunningSandbox]:
    """1,050 people; tests only read."""
    with running_sandbox(organization()) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _small() -> Iterator[RunningSandbox]:
    with running_sandbox(State.from_shape(EVERY)) as sandbox:
        yield sandbox


@pytest.fixture
def small(_small: RunningSandbox) -> RunningSandbox:
    """A few people, to be changed. Account types in capitals: wxc-sdk cannot parse them as the specification spells them."""
    tell(_small, "/sandbox/reset", b"")
    tell(_small, "/sandbox/faults", CAPITALS)
    return _small


def tell(sandbox: RunningSandbox, path: str, body: bytes) -> None:
    """A POST below `/sandbox/`."""
    urllib.request.urlopen(urllib.request.Request(sandbox.origin + path, body, method="POST")).close()
