"""The session: the token, the origin, statuses into exceptions."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from reconciler.errors import (
    InputError,
    WebexAuthError,
    WebexConflictError,
    WebexError,
    WebexForbiddenError,
    WebexNotFoundError,
    WebexRefusedError,
    WebexServerError,
    WebexShapeError,
    WebexUnreachableError,
)
from reconciler.webex import Session
from reconciler.webex.transport import Answer
from tests.unit.webex.fake import BASE, TOKEN, Scene, items, ok, raw, refused


async def _get(session: Session) -> Answer:
    return await session.get(session.api("/people"), "email=ann%40acme.example&after=cursor-1")


def test_the_token_is_sent_as_a_bearer_token_to_the_configured_origin() -> None:
    """Every request goes to the origin of the base URL and carries the token."""
    scene = Scene(ok({}))
    scene.run(_get)
    assert str(scene.requests[0].url) == f"{BASE}/people?email=ann%40acme.example&after=cursor-1"
    assert scene.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_base_url_with_a_trailing_slash_and_a_port_is_kept() -> None:
    """A slash at the end of the base URL changes nothing, port and path stay."""
    scene = Scene(ok({}), base="http://127.0.0.1:8080/webex/v1/")
    scene.run(_get)
    assert str(scene.requests[0].url).startswith("http://127.0.0.1:8080/webex/v1/people?")


def test_a_redirect_is_not_followed() -> None:
    """A redirect is an error and the token is not carried anywhere else."""
    scene = Scene(httpx.Response(302, headers={"Location": "https://evil.example/v1/people"}))
    with pytest.raises(WebexShapeError, match="redirects"):
        scene.run(_get)
    assert len(scene.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, WebexRefusedError),
        (401, WebexAuthError),
        (403, WebexForbiddenError),
        (404, WebexNotFoundError),
        (405, WebexRefusedError),
        (408, WebexUnreachableError),
        (409, WebexConflictError),
        (410, WebexConflictError),
        (415, WebexRefusedError),
        (428, WebexConflictError),
        (500, WebexServerError),
        (501, WebexServerError),
        (204, WebexShapeError),
    ],
)
def test_each_status_has_its_exception(status: int, kind: type[WebexError]) -> None:
    """A status that is no success becomes the exception of the tree in `errors`, with method, path, status and tracking id."""
    scene = Scene(httpx.Response(status, headers={"Trackingid": "ROUTER_1,ROUTER_1"}))
    with pytest.raises(kind) as caught:
        scene.run(_get)
    error = caught.value
    assert (error.method, error.path, error.status, error.tracking_id) == ("GET", "/v1/people", status, "ROUTER_1")
    assert "GET /v1/people" in error.message
    assert "tracking id ROUTER_1" in error.message


def test_a_wrong_token_is_told_with_the_name_of_its_variable() -> None:
    """401 names WEBEX_ACCESS_TOKEN as the thing to check and repeats neither the token nor Webex's text."""
    scene = Scene(refused(401, {"message": f"token {TOKEN} is bad", "trackingId": "ROUTER_2"}))
    with pytest.raises(WebexAuthError) as caught:
        scene.run(_get)
    assert "WEBEX_ACCESS_TOKEN" in caught.value.hint
    assert caught.value.tracking_id == "ROUTER_2"
    assert TOKEN not in str(caught.value)


def test_a_message_holds_no_query_no_token_no_address_and_no_body() -> None:
    """Messages end in build logs: no query values, no token, no address, and of the body one bounded description."""
    text = f"user bob@acme.example with {TOKEN}\nis wrong " + "x" * 500
    scene = Scene(refused(400, {"message": text, "secretField": "never shown"}))
    with pytest.raises(WebexRefusedError) as caught:
        scene.run(_get)
    message = str(caught.value)
    for secret in (TOKEN, "ann", "bob", "cursor-1", "never shown", "\n"):
        assert secret not in message
    assert "user [address] with [token] is wrong" in message
    assert len(message) < 400


@pytest.mark.parametrize(
    "content", [b"<html>Bad gateway</html>", b'{"items": [', b"", b"[]", b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_not_the_documented_json_is_a_shape_error(content: bytes) -> None:
    """HTML, truncated JSON, nothing, another JSON type, broken text and absurd nesting all name path and tracking id."""
    scene = Scene(raw(content))
    with pytest.raises(WebexShapeError) as caught:
        scene.read(lambda reader: reader.licenses())
    assert (caught.value.path, caught.value.tracking_id) == ("/v1/licenses", "ROUTER_1")
    assert "gateway" not in str(caught.value)


def test_an_answer_that_cannot_be_decompressed_is_a_shape_error() -> None:
    """A body that is not what its Content-Encoding says is not Webex's fault alone, but no answer either."""

    class Plain(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"plain"

    scene = Scene(httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Plain()))
    with pytest.raises(WebexShapeError, match="compressed"):
        scene.run(_get)


@pytest.mark.parametrize("token", ["", "  \n", "two words", "schlüssel", "line\nbreak"])
def test_a_missing_or_unusable_token_is_refused_before_any_call(token: str) -> None:
    """An empty token, or one that no HTTP header can hold, is a WebexAuthError that does not repeat it."""
    with pytest.raises(WebexAuthError) as caught:
        Session(token, BASE)
    assert "WEBEX_ACCESS_TOKEN" in caught.value.hint
    assert token.strip() == "" or token not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "webexapis.com/v1",
        "ftp://webexapis.com/v1",
        "https:///v1",
        "https://user:pw@x/v1",
        "https://x/v1?a=b",
        "https://x:port/",
    ],
)
def test_a_base_url_that_is_none_is_an_input_error(url: str) -> None:
    """What is not a plain http or https URL is refused, and a password in it is not repeated."""
    with pytest.raises(InputError) as caught:
        Session("token", url)
    assert "pw" not in str(caught.value)


def test_calls_counts_every_request_sent() -> None:
    """`calls` counts repetitions, too, because Webex's limits do."""
    scene = Scene(refused(429, Retry_After="1"), items())
    scene.run(_get)
    assert scene.calls == 2


def test_connections_are_kept_alive() -> None:
    """Calls one after the other share one connection, over a real socket."""
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        with suppress(asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async def calls() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with Session(TOKEN, f"http://127.0.0.1:{port}/v1") as session:
            for _ in range(3):
                await session.get("/v1/people")
        server.close()

    asyncio.run(calls())
    assert connections == 1


def test_closing_the_session_ends_what_is_read_ahead() -> None:
    """A call that was started ahead and never fetched is ended with the session, without complaint."""

    async def leave(session: Session) -> asyncio.Task[None]:
        task = session.ahead(asyncio.sleep(60))
        await session.aclose()
        return task

    assert Scene().run(leave).cancelled()


def test_decoding_can_be_imported_without_http() -> None:
    """`decode` and `people` load no httpx, so that tools which only decode start fast."""
    code = "import sys, reconciler.webex.decode, reconciler.webex.people; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name_of_the_room_is_an_attribute_error() -> None:
    """The lazy names of the room are a closed list."""
    import reconciler.webex

    with pytest.raises(AttributeError, match="Wizard"):
        _ = reconciler.webex.Wizard
