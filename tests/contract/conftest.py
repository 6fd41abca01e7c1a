"""One organization for reading, shared by the session, and a small fresh one for every test that writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.sandbox import State
from tests.contract.small import SMALL
from tests.support.sandbox_server import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def large() -> Iterator[RunningSandbox]:
    """1,050 people; tests only read."""
    with running_sandbox(State.generate(people=1050, groups=12, seed=3)) as sandbox:
        yield sandbox


@pytest.fixture
def small() -> Iterator[RunningSandbox]:
    """Three people, to be changed. Account types in capitals: wxc-sdk cannot parse them as the specification spells them."""
    with running_sandbox(State.from_shape(SMALL), faults={"upperCaseAccountTypes": True}) as sandbox:
        yield sandbox
