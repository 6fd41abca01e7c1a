"""What is counted and traced of calls: every attempt by its status, and no id, address or token anywhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from reconciler import tracing
from reconciler.errors import WebexError
from reconciler.model import ids
from reconciler.sandbox import State, create_app
from reconciler.sandbox.app import PUBLIC, SCIM, TABLE
from reconciler.webex import Reader, Session
from reconciler.webex.watched import template


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Where spans go during a test."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.enable(provider.get_tracer("test"))
    yield exporter
    tracing.disable()


async def _short(_: float) -> None:
    """No waiting in a test."""


def session(seen: Counter[str], **faults: object) -> Session:
    """A session with a sandbox in this process."""
    state = State.generate(people=5, groups=1, seed=1)
    transport = httpx.ASGITransport(app=create_app(state, faults=faults or None))
    return Session(
        "s3cret-token",
        "http://127.0.0.1/v1",
        transport=transport,
        sleep=_short,
        seen=lambda status: seen.update((status,)),
    )


def test_templates_hold_no_ids() -> None:
    """Every path that the sandbox knows, filled with ids, becomes one without them; words stay."""
    for path in [line[1] for line in TABLE] + [line[1] for line in PUBLIC]:
        filled = "/v1" + "/".join(
            ids.encode("PEOPLE", "secret") if part.startswith("{") else part for part in path.split("/")
        )
        assert template(filled).count("{id}") == path.count("{"), path
        assert ids.encode("PEOPLE", "secret") not in template(filled)
    for path in (line[1] for line in SCIM):
        assert template("/identity/scim" + path.replace("{org}", "uuid").replace("{id}", "ann")).count(
            "{id}"
        ) == path.count("{")
    assert template("/v1/licenses/a/b@acme.example/../x") == "/v1/licenses/{id}/{id}/{id}/{id}"


def test_every_attempt_counts() -> None:
    """A 429 and its repetition are two attempts; so are answers that never came."""
    seen: Counter[str] = Counter()

    async def read() -> None:
        async with session(seen, rules=[{"match": {"path": "/licenses"}, "then": {"status": 429}, "times": 2}]) as made:
            for _ in range(3):
                await Reader(made).licenses()

    asyncio.run(read())
    assert seen["200"] == 3
    assert seen["429"] >= 1
    assert set(seen) == {"200", "429"}


def test_a_call_is_a_span_without_ids(spans: InMemorySpanExporter) -> None:
    """Method, path template and status; neither the person's id nor the token."""
    seen: Counter[str] = Counter()
    wanted = ids.encode("PEOPLE", "00000000-0000-4000-8000-000000000000")

    async def read() -> None:
        async with session(seen) as made:
            await Reader(made).person(wanted)

    with tracing.span("outside"), pytest.raises(WebexError):
        asyncio.run(read())
    call, outside = spans.get_finished_spans()
    assert call.name == "GET /v1/people/{id}"
    assert dict(call.attributes or {}) == {
        "http.request.method": "GET", "url.template": "/v1/people/{id}", "http.response.status_code": 404,
    }  # fmt: skip
    assert call.parent is not None
    assert call.parent.span_id == outside.context.span_id
    everything = f"{[span.to_json() for span in spans.get_finished_spans()]}"
    assert wanted not in everything
    assert "s3cret" not in everything


def test_a_failure_tells_its_kind_and_no_text(spans: InMemorySpanExporter) -> None:
    """An exception's message may hold an address; its type does not."""
    with pytest.raises(ValueError), tracing.span("work", people=3):
        raise ValueError("ann@acme.example")
    (span,) = spans.get_finished_spans()
    assert dict(span.attributes or {}) == {"people": 3, "error.type": "ValueError"}
    assert not span.status.is_ok
    assert "ann@" not in span.to_json()


def test_nothing_happens_where_nobody_asked() -> None:
    """Without a tracer a span costs nothing, and says nothing."""
    tracing.disable()
    with tracing.span("work") as current:
        current.set_attribute("a", 1)
