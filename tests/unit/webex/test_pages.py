"""Pages: links and positions, the next page asked for early, no endless loops."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import WebexServerError, WebexShapeError
from reconciler.webex import Reader, Session
from reconciler.webex.pages import following
from reconciler.webex.transport import Answer
from tests.unit.webex.fake import BASE, TOKEN, Scene, gathered, items, ok, person, raw, refused

FILTERS = {"max": "1000", "callingData": "false", "orgId": "org=1"}


def _next(link: str | None, path: str = "/v1/people") -> str | None:
    return following(Answer("GET", path, 200, b"{}", "ROUTER_1", link), path, FILTERS)


def test_without_a_link_the_list_is_over() -> None:
    """No rel="next" means the last page."""
    assert _next(None) is None


def test_filters_that_webex_dropped_are_put_back() -> None:
    """A link that lost the filters would list other people; ours are sent with every page."""
    assert _next(f"{BASE}/people?after=abc") == "max=1000&callingData=false&orgId=org%3D1&after=abc"


def test_a_bogus_max_and_empty_parameters_are_dropped() -> None:
    """`max=null` has been seen in the wild and `before` comes empty; neither is repeated."""
    assert _next(f"{BASE}/people?max=null&before&after=abc") == "max=1000&callingData=false&orgId=org%3D1&after=abc"


def test_a_page_size_that_webex_capped_is_kept_and_other_filters_are_ours() -> None:
    """Webex may cap the page size in silence; it may not change what the list is about."""
    link = f"{BASE}/people?max=100&callingData=true&orgId=other&after=abc"
    assert _next(link) == "callingData=false&orgId=org%3D1&max=100&after=abc"


def test_a_cursor_travels_as_webex_encoded_it() -> None:
    """A base64 cursor may hold plus, slash and equal signs; decoding and encoding would change them."""
    assert _next(f"{BASE}/people?after=a+b/c==&max=10") == "callingData=false&orgId=org%3D1&after=a+b/c==&max=10"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1/people?after=abc",
        "http://webexapis.com/v1/people?after=abc",
        "//evil.example/v1/people?after=abc",
        "/v1/people/?after=abc",
        "https://webexapis.com/v1/People?after=abc",
        "?after=abc",
    ],
)
def test_a_link_to_the_same_endpoint_anywhere_is_followed_on_our_origin(link: str) -> None:
    """Of a link only the query is used; host and scheme are ours, so the token stays at home."""
    assert _next(link) == "max=1000&callingData=false&orgId=org%3D1&after=abc"


def test_a_link_that_is_no_url_is_a_shape_error() -> None:
    """A link that cannot be taken apart is not followed."""
    with pytest.raises(WebexShapeError, match="no URL"):
        _next("https://[webexapis/v1/people?after=abc")


def test_a_gateway_prefix_is_ours_and_not_in_the_link() -> None:
    """Behind a gateway Webex's links lack the gateway's path; they still mean the same endpoint."""
    assert _next("https://webexapis.com/v1/people?after=abc", "/webex/v1/people") is not None


@pytest.mark.parametrize(
    "link",
    [f"{BASE}/licenses?after=abc", f"{BASE}/people/me?after=abc", f"{BASE}/../admin/people?after=abc"],
)
def test_a_link_to_another_endpoint_is_a_shape_error(link: str) -> None:
    """The next page of people is a page of people; anything else is not followed."""
    with pytest.raises(WebexShapeError, match="another endpoint"):
        _next(link)


def test_the_token_goes_to_the_configured_origin_whatever_the_link_says() -> None:
    """A link to another host is asked for at our own host."""
    scene = Scene(items(person(1), following="https://evil.example/v1/people?after=2"), items(person(2)))
    pages = scene.read(lambda reader: gathered(reader.people()))
    assert [[one.id for one in page] for page in pages] == [["person-1"], ["person-2"]]
    assert {request.url.host for request in scene.requests} == {"webexapis.com"}
    assert scene.requests[1].headers["authorization"] == f"Bearer {TOKEN}"


def test_the_same_cursor_twice_is_a_shape_error() -> None:
    """Links that go round in circles end the reading, they do not loop."""
    link = f"{BASE}/people?after=2"
    scene = Scene(handler=lambda _: items(person(1), following=link))
    with pytest.raises(WebexShapeError, match="circles"):
        scene.read(lambda reader: gathered(reader.people()))
    assert len(scene.requests) == 2


def test_a_link_back_to_the_first_page_is_a_shape_error() -> None:
    """A link without a cursor means the first page again."""
    scene = Scene(handler=lambda _: items(person(1), following=f"{BASE}/people"))
    with pytest.raises(WebexShapeError, match="circles"):
        scene.read(lambda reader: gathered(reader.people()))


def test_an_empty_page_with_a_link_goes_on() -> None:
    """Filters work page by page at Webex, so an empty page is not the end."""
    scene = Scene(
        items(following=f"{BASE}/people?after=1"),
        ok({}, following=f"{BASE}/people?after=2"),
        items(person(3)),
    )
    pages = scene.read(lambda reader: gathered(reader.people()))
    assert [len(page) for page in pages] == [0, 0, 1]


def test_the_next_page_is_asked_for_before_this_one_is_handled() -> None:
    """Webex works on the next page while we handle this one."""
    events: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("after", "1"))
        events.append(f"asked {number}")
        return items(person(number), following=f"{BASE}/people?after={number + 1}" if number < 3 else None)

    async def handle(reader: Reader) -> None:
        async for page in reader.people():
            events.append(f"handled {page[0].id}")

    Scene(handler=answer).read(handle)
    assert events == ["asked 1", "asked 2", "handled person-1", "asked 3", "handled person-2", "handled person-3"]


def test_a_failure_of_the_page_read_ahead_comes_after_the_page_before_it() -> None:
    """A page that was read is handed over even when the next one fails."""
    scene = Scene(items(person(1), following=f"{BASE}/people?after=2"), refused(500))
    seen: list[str] = []

    async def handle(reader: Reader) -> None:
        async for page in reader.people():
            seen.extend(one.id for one in page)

    with pytest.raises(WebexServerError):
        scene.read(handle)
    assert seen == ["person-1"]


def test_leaving_in_the_middle_leaves_nothing_behind() -> None:
    """Whoever stops early, or fails while handling a page, gets no dangling call and no second error."""
    scene = Scene(handler=lambda _: items(person(1), following=f"{BASE}/people?after={len(scene.requests)}"))

    async def handle(session: Session) -> int:
        async for _ in Reader(session).people():
            break
        await session.aclose()
        return len(asyncio.all_tasks())

    assert scene.run(handle) == 1


@given(st.lists(st.lists(st.integers(0, 999), max_size=3), min_size=1, max_size=6))
def test_however_webex_cuts_the_pages_everybody_comes_in_order(pages: list[list[int]]) -> None:
    """Any cut into pages, empty ones included, gives the same people in the same order."""
    replies = [
        items(*map(person, page), following=f"{BASE}/people?after={at}" if at < len(pages) else None)
        for at, page in enumerate(pages, start=1)
    ]
    found = Scene(*replies).read(lambda reader: gathered(reader.people()))
    assert [[one.id for one in page] for page in found] == [[f"person-{n}" for n in page] for page in pages]


def test_a_bad_first_page_stops_the_reading() -> None:
    """When a page cannot be read, the page asked for ahead is given up, and the error is the page's."""
    scene = Scene(raw(b"<html>"), handler=None)
    with pytest.raises(WebexShapeError):
        scene.read(lambda reader: gathered(reader.people()))
