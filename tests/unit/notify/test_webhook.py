"""A webhook over a real socket: signed, sent again when that may help, never further than its address, quiet about it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from reconciler.errors import ReconcilerError
from reconciler.notify.webhook import DELIVERY, SIGNATURE, Webhook

BODY = b'{"kind":"Notice"}'


class Receiver:
    """A web server that answers with `answers`, one after the other and the last one for ever, and remembers what came."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = [(204, {})]
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers.items()), body))
                status, headers = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/top-secret?key=hidden"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that listens."""
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def send(url: str, secret: str | None = None) -> None:
    """One message."""
    asyncio.run(Webhook(url, secret, pause=0.01).send(BODY, "text", "sha256:1"))


def test_it_arrives_signed(receiver: Receiver) -> None:
    """The body as it is, with a signature that whoever has the secret can check, and nobody else can make."""
    send(receiver.url, "s3cret")
    ((path, headers, body),) = receiver.got
    assert (path, body) == ("/hooks/top-secret?key=hidden", BODY)
    assert headers["Content-Type"] == "application/json"
    assert headers[SIGNATURE] == "sha256=" + hmac.new(b"s3cret", BODY, hashlib.sha256).hexdigest()
    assert headers[DELIVERY] == "sha256:1"
    assert "Authorization" not in headers


def test_without_a_secret_nothing_pretends_to_be_signed(receiver: Receiver) -> None:
    """No header is better than one made with an empty secret."""
    send(receiver.url)
    assert SIGNATURE not in receiver.got[0][1]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_moments_trouble_is_waited_out(receiver: Receiver, status: int) -> None:
    """The same bytes and the same delivery id, up to three times."""
    receiver.answers = [(status, {}), (status, {}), (200, {})]
    send(receiver.url, "s3cret")
    assert len(receiver.got) == 3
    assert len({(headers[DELIVERY], headers[SIGNATURE], body) for _, headers, body in receiver.got}) == 1


@pytest.mark.parametrize(("status", "times"), [(500, 3), (403, 1), (404, 1)])
def test_what_does_not_help_ends(receiver: Receiver, status: int, times: int) -> None:
    """Trouble that stays is an error with the status; neither path nor query of the address is told."""
    receiver.answers = [(status, {})]
    with pytest.raises(ReconcilerError, match=f"status {status}") as caught:
        send(receiver.url, "s3cret")
    assert len(receiver.got) == times
    told = f"{caught.value} {caught.value.hint} {Webhook(receiver.url, 's3cret').shown} {Webhook(receiver.url, None).channel}"
    assert not any(secret in told for secret in ("top-secret", "hidden", "s3cret"))


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    """The message goes to the address that was named, and nowhere else."""
    receiver.answers = [(307, {"Location": receiver.url.replace("top-secret", "elsewhere")}), (200, {})]
    with pytest.raises(ReconcilerError, match="status 307"):
        send(receiver.url)
    assert len(receiver.got) == 1


def test_nobody_there(receiver: Receiver) -> None:
    """A refused connection is an error that names its kind."""
    with pytest.raises(ReconcilerError, match="no answer"):
        asyncio.run(Webhook("http://127.0.0.1:9/hooks/x", None, pause=0.01).send(BODY, "", "d"))


def test_a_destination_is_known_by_a_digest() -> None:
    """Another address is another channel; the store holds neither."""
    one, other = Webhook("https://a.example/x", None).channel, Webhook("https://a.example/y", None).channel
    assert one != other
    assert one == Webhook("https://a.example/x", "secret").channel
    assert "example" not in one
