"""wxc-sdk, written by others against the real Webex, reads from the sandbox what is there, without knowing the sandbox.

Both of its clients, synchronous and asynchronous, are asked the same questions and have to see the same.
"""

from __future__ import annotations

import pytest

from tests.contract.clients import KINDS, scim_here, wxc_call
from tests.contract.reads import Read
from tests.contract.reads_directory import DIRECTORY
from tests.contract.reads_people import LICENSES, PEOPLE
from tests.support.sandbox_server import RunningSandbox

READS = [*LICENSES, *PEOPLE, *DIRECTORY]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("read", READS, ids=str)
def test_it_sees_what_is_there(read: Read, kind: str, large: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A method of wxc-sdk gives what the organization holds, over as many pages as it takes."""
    scim_here(monkeypatch, large)
    found = wxc_call(large, kind, read.method, **read.given(large.state))
    assert read.look(found) == read.wanted(large.state)
