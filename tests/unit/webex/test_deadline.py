"""A call that changes something has a last moment, so that whoever resumes a run knows how long to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from reconciler.errors import WebexUnreachableError
from reconciler.model.plan import Change, Expects, LicenseOperation
from reconciler.webex import Session, Writer
from tests.unit.webex.fake import BASE, TOKEN

CHANGE = Change(
    "p", "ann@acme.example", "Ann", Expects(), (LicenseOperation("add", "a", "A", None, None, "config", False, ()),)
)


class Drip(httpx.AsyncByteStream):
    """An answer that comes byte by byte, each of them well within any timeout of one step."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)


async def _patch() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=Drip()))
    async with Session(TOKEN, BASE, transport=transport, timeout=0.2) as session:
        await Writer(session).patch(CHANGE)


def test_an_answer_that_never_ends_is_given_up() -> None:
    """Steps that are quick enough one by one do not add up to for ever; the effect is unknown then."""
    with pytest.raises(WebexUnreachableError, match="No answer"):
        asyncio.run(asyncio.wait_for(_patch(), 10))
