"""Lists that come in pages. Two ways: Webex hands out a link to the next page, or counts and we name the next position.

In both, the next page is asked for before the current one is handed over, so that Webex works while we do. A page may be
empty and still not be the last. A list that goes round in circles is an error, never an endless loop. Links are taken as
hints: only their query is used, on our own origin and path, and filters that Webex lost on the way are put back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from typing import Generic, TypeVar
from urllib.parse import quote, unquote_plus, urljoin, urlsplit

import msgspec

from reconciler.webex.transport import Answer, Session

_T = TypeVar("_T")

PAGE_SIZE_NAMES = frozenset({"max", "limit", "count"})
"""Parameters that Webex may change in a link: it caps page sizes in silence."""

_TURNS = 8
"""Turns of the event loop until a request on an open connection is on its way (measured: 4)."""


class Step(msgspec.Struct, Generic[_T], frozen=True):
    """A page of a counted list: `size` positions further is the next one, if there is `more`.

    `mark` tells pages apart: the same mark twice means that Webex does not count on.
    """

    page: _T
    size: int
    more: bool
    mark: Hashable


def encoded(params: Mapping[str, str]) -> str:
    """A query string."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in params.items())


def segment(value: str) -> str:
    """An id as one segment of a path: base64 may hold slashes."""
    return quote(value, safe="")


async def linked(session: Session, path: str, params: Mapping[str, str]) -> AsyncGenerator[Answer, None]:
    """All pages of a list with Link headers; `path` is a full path, `params` are sent with every page."""
    query: str | None = encoded(params)
    seen = {_key(query or "")}
    task = session.ahead(session.get(path, query or ""))
    try:
        while query is not None:
            answer = await task
            query = following(answer, path, params)
            if query is not None:
                if _key(query) in seen:
                    raise answer.strange("Webex's pages go round in circles: a link to a page that was read before")
                seen.add(_key(query))
                task = session.ahead(session.get(path, query))
                await _off()
            yield answer
    finally:
        task.cancel()


async def counted(
    session: Session,
    path: str,
    params: Mapping[str, str],
    read: Callable[[Answer], Step[_T]],
    *,
    position: str = "startIndex",
    first: int = 1,
) -> AsyncGenerator[_T, None]:
    """All pages of a list where we name the position of the first entry of each page.

    A Link to the next page, where there is one, is believed before our own counting.
    """
    at = first
    query: str | None = encoded({**params, position: str(at)} if at else params)
    marks: set[Hashable] = set()
    asked = {_key(query or "")}
    task = session.ahead(session.get(path, query or ""))
    try:
        while query is not None:
            answer = await task
            step = read(answer)
            at += step.size
            query = following(answer, path, params)
            if query is None and step.more:
                query = encoded({**params, position: str(at)})
            if step.mark in marks or (query is not None and _key(query) in asked):
                raise answer.strange("Webex's pages go round in circles: the same page came twice")
            if step.mark:
                marks.add(step.mark)
            if query is not None:
                asked.add(_key(query))
                task = session.ahead(session.get(path, query))
                await _off()
            yield step.page
    finally:
        task.cancel()


def following(answer: Answer, path: str, params: Mapping[str, str]) -> str | None:
    """The query of the next page, or None after the last. Our filters hold; of the rest the link's values do.

    WebexShapeError for a link to another endpoint: it cannot be the next page of this list.
    """
    if answer.next_link is None:
        return None
    try:
        link = urlsplit(urljoin(path, answer.next_link))
    except ValueError:
        raise answer.strange("Webex's link to the next page is no URL") from None
    if not _same_endpoint(link.path, path):
        raise answer.strange("Webex's link to the next page leads to another endpoint")
    pairs = [pair.partition("=") for pair in link.query.split("&")]
    # Values stay as Webex encoded them: a cursor is base64, and decoding would turn its plus signs into spaces.
    found = {unquote_plus(name): value for name, _, value in pairs if value not in ("", "null")}
    own = {name: value for name, value in params.items() if not (name in PAGE_SIZE_NAMES and name in found)}
    rest = [f"{quote(name, safe='')}={value}" for name, value in found.items() if name not in own]
    return "&".join([*([encoded(own)] if own else []), *rest])


def _same_endpoint(theirs: str, ours: str) -> bool:
    # A gateway in front of Webex may have put a prefix before /v1; Webex does not know of it.
    tail = ours[ours.rfind("/v1/") :] if "/v1/" in ours else ours
    return unquote_plus(theirs).rstrip("/").lower() in {unquote_plus(path).lower() for path in (ours, tail)}


def _key(query: str) -> tuple[str, ...]:
    return tuple(sorted(query.split("&")))


async def _off() -> None:
    """Let a request that was just started get on its way, before work that does not yield."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)
