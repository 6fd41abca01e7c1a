"""A message into a space, over a real socket to the sandbox: as the one who may write there, and told when it was not taken."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import Any

import pytest

from reconciler.errors import WebexAuthError, WebexError, WebexForbiddenError, WebexNotFoundError
from reconciler.model import ids
from reconciler.sandbox import State
from reconciler.webex import Session
from reconciler.webex.messages import Space
from tests.support.sandbox_server import RunningSandbox, running_sandbox

ROOM = ids.encode("ROOM", "3fa85f64-5717-4562-b3fc-2c963f66afa6")


def send(sandbox: RunningSandbox, text: str, room: str = ROOM, token: str = "bot") -> None:
    """One message."""
    space = Space(room, lambda: Session(token, sandbox.base_url, org_id="o"))
    asyncio.run(space.send(b"{}", text, "digest"))


def written(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """What stands in all spaces."""
    with urllib.request.urlopen(f"{sandbox.origin}/sandbox/messages") as answer:
        found: list[dict[str, Any]] = json.load(answer)["items"]
    return found


def test_a_message_stands_in_its_space() -> None:
    """Markdown arrives as it is, in order."""
    with running_sandbox(State()) as sandbox:
        send(sandbox, "**Grüße** 🎉")
        send(sandbox, "again")
        found = written(sandbox)
    assert [(item["roomId"], item["markdown"]) for item in found] == [(ROOM, "**Grüße** 🎉"), (ROOM, "again")]
    assert len({item["id"] for item in found}) == 2


@pytest.mark.parametrize(
    ("room", "text", "token", "error"),
    [
        (ids.encode("PEOPLE", "x"), "hello", "bot", WebexNotFoundError),
        (ROOM, "x" * 7440, "bot", WebexError),
        (ROOM, "hello", "reader", WebexForbiddenError),
        (ROOM, "hello", "nobody", WebexAuthError),
    ],
)
def test_what_webex_does_not_take(room: str, text: str, token: str, error: type[WebexError]) -> None:
    """Another kind of id, a message that is too long, a token without the scope or unknown: told, and nothing is written."""
    state = State.from_shape(
        {
            "organization": {"name": "Acme"},
            "tokens": [{"token": "bot"}, {"token": "reader", "scopes": ["spark-admin:people_read"]}],
        }
    )
    with running_sandbox(state) as sandbox:
        with pytest.raises(error) as caught:
            send(sandbox, text, room, token)
        assert written(sandbox) == []
    assert token not in caught.value.message
