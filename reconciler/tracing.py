"""Spans of OpenTelemetry, where somebody asked for them; otherwise nothing at all, and nothing is imported.

Names and attributes are made of our own words: commands, phases, methods, path templates, statuses, counts. No id, address or
token ever becomes one, and no text of an exception does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

Value = str | int | float | bool


class Span(Protocol):
    """What can be said of a span while it lasts."""

    def set_attribute(self, key: str, value: Value) -> None:
        """One fact more."""


class _Nothing:
    def set_attribute(self, key: str, value: Value) -> None:
        """Said to nobody."""


_NOTHING = _Nothing()
_tracers: list[Tracer] = []


def enable(tracer: Tracer) -> None:
    """From now on spans go to `tracer`."""
    _tracers[:] = [tracer]


def disable() -> None:
    """From now on there are none."""
    _tracers.clear()


@contextmanager
def span(name: str, *, call: bool = False, **attributes: Value) -> Iterator[Span]:
    """A span around the block; underscores in attributes' names stand for dots. `call`: it waits for somebody else's server.

    A block that raises marks it as failed, with the exception's type and nothing of its text.
    """
    if not _tracers:
        yield _NOTHING
        return
    from opentelemetry.trace import SpanKind, Status, StatusCode

    kind = SpanKind.CLIENT if call else SpanKind.INTERNAL
    named = {key.replace("_", "."): value for key, value in attributes.items()}
    started = _tracers[0].start_as_current_span(
        name, kind=kind, attributes=named, record_exception=False, set_status_on_exception=False
    )
    with started as current:
        try:
            yield current
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            current.set_status(Status(StatusCode.ERROR))
            raise
