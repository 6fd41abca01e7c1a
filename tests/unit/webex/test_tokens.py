"""A service app's tokens: renewed once for everybody, stored before they are used, and never shown."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from reconciler.errors import WebexAuthError
from reconciler.webex import Client, Credentials, Renewing, Session
from reconciler.webex.credentials import Kept, key_of
from tests.unit.webex.oauth import BASE, START, Webex, World, get, patch


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A Webex whose tokens live 1,000 s, and no file yet."""
    return World(tmp_path)


def test_a_token_is_got_when_it_is_first_needed(world: World) -> None:
    """No call, no token; then one refresh serves all calls, in flight at once or later."""

    async def nothing(session: Session) -> None:
        pass

    async def many(session: Session) -> list[int]:
        return [*await asyncio.gather(*(get(session) for _ in range(20))), await get(session)]

    world.run(nothing)
    assert world.webex.log == []
    assert world.run(many) == [200] * 21
    assert world.webex.log == ["refresh R0", *["GET A1"] * 21]


def test_the_next_command_goes_on_with_what_the_last_one_stored(world: World) -> None:
    """While the access token lasts there is no refresh; afterwards the newest refresh token is used, not the environment's."""
    world.run(get)
    world.webex.now += timedelta(seconds=500)
    world.run(get)
    world.webex.now += timedelta(seconds=600)
    world.run(get)
    assert world.webex.log == ["refresh R0", "GET A1", "GET A1", "refresh R1", "GET A2"]
    kept = world.kept()
    assert kept is not None
    assert (kept.refresh_token, kept.access_token) == ("R2", "A2")
    assert kept.until == world.webex.now + timedelta(seconds=1000)


def test_tokens_are_stored_before_they_are_used(world: World) -> None:
    """At the first call with a new access token its refresh token is in the file already."""
    seen: list[str | None] = []

    async def look(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            kept = world.kept()
            seen.append(kept.refresh_token if kept else None)
        return await world.webex(request)

    async def whole() -> None:
        async with world.session(handler=look) as session:
            await get(session)

    asyncio.run(whole())
    assert seen == ["R1"]


@pytest.mark.parametrize(("life", "after"), [(1000.0, 901), (1_209_599.0, 1_209_599 - 299)])
def test_a_token_is_renewed_ahead_of_its_end(tmp_path: Path, life: float, after: float) -> None:
    """Five minutes before, or in the last tenth of a short life: one call renews, the others go on, none meets a 401."""
    world = World(tmp_path, Webex(life=life))

    async def later(session: Session) -> None:
        await get(session)
        world.webex.now += timedelta(seconds=after - 2)
        await get(session)
        world.webex.now += timedelta(seconds=2)
        await asyncio.gather(*(get(session) for _ in range(9)))
        await get(session)

    world.run(later)
    log = world.webex.log
    assert log[:3] == ["refresh R0", "GET A1", "GET A1"]
    assert sorted(log[3:]) == [*["GET A1"] * 8, *["GET A2"] * 2, "refresh R1"]
    assert log[-1] == "GET A2"


def test_a_token_that_has_ended_is_not_sent(world: World) -> None:
    """After a long pause the next call goes out with a new token, and costs no 401."""

    async def later(session: Session) -> None:
        await get(session)
        world.webex.now += timedelta(seconds=1000)
        await asyncio.gather(*(patch(session) for _ in range(3)))

    world.run(later)
    assert world.webex.log == ["refresh R0", "GET A1", "refresh R1", *["PATCH A2"] * 3]


def test_a_401_is_renewed_once_for_all_calls_in_flight(world: World) -> None:
    """Ended behind our back: every call is sent again with the one new token, a PATCH too, and its `ready` asked again."""
    asked: list[int] = []

    async def both(session: Session) -> list[int]:
        await get(session)
        world.webex.ends["A1"] = world.webex.now
        calls = [session.patch("/v1/licenses/users", b"{}", ready=lambda: asked.append(1)) for _ in range(20)]
        return [answer.status for answer in await asyncio.gather(*calls)]

    assert world.run(both) == [200] * 20
    log = world.webex.log
    assert (log.count("refresh R0"), log.count("refresh R1"), len([line for line in log if "refresh" in line])) == (
        1,
        1,
        2,
    )
    assert log.count("PATCH A2") == 20
    assert 1 <= log.count("PATCH A1") <= 8  # what was in flight
    assert len(asked) == log.count("PATCH A1") + 20


def test_what_ready_says_before_the_repetition_holds(world: World) -> None:
    """A lease that is gone meanwhile keeps the second sending back."""

    class LeaseLostError(Exception):
        pass

    asked: list[int] = []

    def ready() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise LeaseLostError

    async def work(session: Session) -> None:
        await get(session)
        world.webex.ends["A1"] = world.webex.now
        with pytest.raises(LeaseLostError):
            await session.patch("/v1/licenses/users", b"{}", ready=ready)

    world.run(work)
    assert [line for line in world.webex.log if line.startswith("PATCH")] == ["PATCH A1"]


def test_a_401_right_after_a_renewal_ends_it(world: World) -> None:
    """A token that never worked is not renewed again and again; the message says where to look."""
    world.webex.life = 1000

    async def work(session: Session) -> None:
        await get(session)
        world.webex.ends.clear()
        world.webex.issue = lambda: httpx.Response(200, json={"access_token": "BAD", "refresh_token": "R1"})  # type: ignore[method-assign]
        await patch(session)

    with pytest.raises(WebexAuthError) as caught:
        world.run(work)
    assert world.webex.log == ["refresh R0", "GET A1", "PATCH A1", "refresh R1", "PATCH BAD"]
    assert "Control Hub" in caught.value.hint
    assert "BAD" not in str(caught.value) + caught.value.hint


def test_another_process_has_renewed_already(world: World) -> None:
    """After a 401 the file's newer token is taken; only when that is refused as well, Webex is asked."""

    async def two() -> None:
        async with world.session() as first, world.session() as second:
            await get(first)
            await get(second)
            world.webex.ends["A1"] = world.webex.now
            await get(first)
            await get(second)
            world.webex.ends["A2"] = world.webex.now
            await get(first)
            world.webex.ends["A3"] = world.webex.now
            await get(second)

    asyncio.run(two())
    assert world.webex.log == [
        *("refresh R0", "GET A1", "GET A1"),
        *("GET A1", "refresh R1", "GET A2", "GET A1", "GET A2"),
        *("GET A2", "refresh R2", "GET A3"),
        *("GET A2", "GET A3", "refresh R3", "GET A4"),
    ]


def test_two_processes_at_once_ask_once(world: World) -> None:
    """The lock makes the second wait, and the file gives it the first one's token."""

    async def two() -> list[int]:
        async with world.session() as first, world.session() as second:
            return list(await asyncio.gather(get(first), get(second)))

    assert asyncio.run(two()) == [200, 200]
    assert sorted(world.webex.log) == ["GET A1", "GET A1", "refresh R0"]


def test_a_refresh_token_that_was_used_up_elsewhere_is_followed_by_the_file_s(world: World) -> None:
    """Where locks do not reach (a network drive): refused, read again, and on with what the other machine stored."""

    def meanwhile() -> None:
        world.webex.on_exchange = lambda: None
        world.webex.refresh = "R7"
        with Credentials(world.path).room() as room:
            room.keep(key_of(BASE, "C1", "R0"), Kept("R7"), world.webex.now)

    world.webex.on_exchange = meanwhile
    assert world.run(get) == 200
    assert world.webex.log == ["refresh R0", "refresh R7", "GET A1"]


def test_a_new_refresh_token_in_the_environment_wins(world: World) -> None:
    """The file's beats the one it descends from, and no other; entries of others stay as they are."""
    world.run(get)
    world.webex.refresh = "NEW"
    world.webex.now += timedelta(seconds=2000)
    world.run(get, refresh="NEW")
    assert world.webex.log[-2:] == ["refresh NEW", "GET A2"]
    kept = world.kept()
    assert kept is not None
    assert kept.refresh_token == "R1"
    # ... until their refresh token has ended by itself.
    world.webex.now += timedelta(days=89.99)
    world.run(get, refresh="NEW")
    assert (world.kept(), world.kept("NEW") is None) == (None, False)


def test_a_refresh_token_that_webex_does_not_replace_goes_on(tmp_path: Path) -> None:
    """With the same one again, and with none in the answer."""
    world = World(tmp_path, Webex(rotates=False))
    world.run(get)
    world.webex.now += timedelta(seconds=2000)
    world.webex.trouble = [httpx.Response(200, json={"access_token": "AX", "expires_in": 60})]
    world.webex.ends["AX"] = world.webex.now + timedelta(seconds=60)
    world.run(get)
    world.webex.now += timedelta(seconds=2000)
    world.run(get)
    assert [line for line in world.webex.log if "refresh" in line] == ["refresh R0"] * 3


def test_a_refused_refresh_token_says_whose_it_is_and_what_to_do(world: World) -> None:
    """From the environment and from the file, with Webex's tracking id, and without any secret."""
    world.webex.refresh = "elsewhere"
    with pytest.raises(WebexAuthError) as first:
        world.run(get)
    assert "WEBEX_REFRESH_TOKEN" in first.value.message
    assert "POST /v1/access_token, status 400, tracking id T_9" in first.value.message
    assert str(world.path) in first.value.hint
    world.webex.refresh = "R0"
    world.run(get)
    world.webex.refresh = "elsewhere"
    world.webex.now += timedelta(seconds=2000)
    with pytest.raises(WebexAuthError) as second:
        world.run(get)
    assert f"from {world.path}" in second.value.message
    with pytest.raises(WebexAuthError) as third:
        world.run(get, secret="WR0NG")
    assert "WEBEX_CLIENT_ID with WEBEX_CLIENT_SECRET" in third.value.message
    for error in (first.value, second.value, third.value):
        for secret in ("invalid_grant R", "S3CRET", "WR0NG", "A1"):
            assert secret not in error.message + error.hint


def test_a_refusal_is_final_for_the_run(world: World) -> None:
    """Twenty calls do not ask twenty times."""
    world.webex.refresh = "elsewhere"

    async def many(session: Session) -> list[object]:
        return await asyncio.gather(*(get(session) for _ in range(20)), return_exceptions=True)

    assert [type(result) for result in world.run(many)] == [WebexAuthError] * 20
    assert world.webex.log == ["refresh R0"]


def test_trouble_with_the_renewal_is_waited_out(world: World) -> None:
    """429 for as long as it asks, a broken gateway and a lost answer with growing pauses."""
    world.webex.trouble = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(502, content=b"<html>"),
        httpx.ReadTimeout("slow"),
    ]
    assert world.run(get) == 200
    assert world.webex.log == ["refresh R0"] * 4 + ["GET A1"]
    assert world.slept[0] == 7
    assert len(world.slept) == 3


def test_a_run_outlasts_trouble_ahead_of_the_end(world: World) -> None:
    """While the present token lasts, calls go on with it, it is said, and there is a pause between attempts."""

    async def work(session: Session) -> None:
        await get(session)
        world.webex.now += timedelta(seconds=905)
        world.webex.trouble = [httpx.Response(500)] * 2
        await get(session)
        await get(session)
        world.webex.now += timedelta(seconds=31)
        await get(session)
        world.webex.now += timedelta(seconds=31)
        await get(session)

    world.run(work)
    assert world.webex.log == [
        *("refresh R0", "GET A1", "refresh R1", "GET A1", "GET A1", "refresh R1", "GET A1", "refresh R1", "GET A2"),
    ]
    assert len(world.notes) == 2
    assert all("cannot be renewed yet" in note for note in world.notes)


def test_a_token_that_cannot_be_had_is_an_auth_error_because_nothing_was_sent(world: World) -> None:
    """Not one of those that leave the effect of a PATCH unknown."""
    world.webex.trouble = [httpx.ConnectError("down")] * 9
    with pytest.raises(WebexAuthError, match="No new access token could be had"):
        world.run(patch)
    assert [line for line in world.webex.log if "PATCH" in line] == []


@pytest.mark.parametrize(
    "content",
    [b"<html>", b"{}", b'{"access_token": ""}', b'{"access_token": "a b"}', b'{"access_token": 7}', b"[" * 100_000],
)
def test_an_answer_without_a_usable_token_is_said_to_be_one(world: World, content: bytes) -> None:
    """And is not quoted; but first it is asked for twice more."""
    world.webex.trouble = [httpx.Response(200, content=content)] * 2
    assert world.run(get) == 200
    world.path.unlink()
    world.webex.refresh = "R0"
    world.webex.trouble = [httpx.Response(200, content=content)] * 3
    with pytest.raises(WebexAuthError, match="holds no access token") as caught:
        world.run(get)
    assert "html" not in str(caught.value)
    assert world.kept() is None


def test_a_renewal_goes_on_when_nobody_waits_for_it_any_more(world: World) -> None:
    """Cancelled in the middle (Ctrl-C), the session still waits for the answer and stores it."""

    async def whole() -> None:
        world.webex.hold = asyncio.Event()
        async with world.session() as session:
            task = asyncio.create_task(get(session))
            while not world.webex.log:
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert world.kept() is None
            asyncio.get_running_loop().call_later(0.05, world.webex.hold.set)

    asyncio.run(whole())
    kept = world.kept()
    assert kept is not None
    assert kept.refresh_token == "R1"


def test_nothing_shows_a_secret(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a repr nor any library's log at its loudest, over a renewal and a failure."""
    with caplog.at_level(logging.DEBUG):
        world.run(get)
        world.webex.refresh = "elsewhere"
        world.webex.now += timedelta(seconds=2000)
        with pytest.raises(WebexAuthError):
            world.run(get)
    kept = world.kept()
    shown = caplog.text + repr(kept) + repr(Client("C1", "S3CRET", "R0"))
    assert "/v1/people" in caplog.text  # httpx did log
    for secret in ("S3CRET", "R0", "R1'", '"R1"', "A1", "Bearer"):
        assert secret not in shown


@pytest.mark.parametrize("values", [("", "s", "r"), ("c", "  ", "r"), ("c", "s", "two words"), ("c", "s", "schlüssel")])
def test_settings_that_can_be_none_are_refused_before_any_call(tmp_path: Path, values: tuple[str, str, str]) -> None:
    """By the name of the variable."""
    with pytest.raises(WebexAuthError, match="WEBEX_") as caught:
        Renewing(Client(*values), BASE, Credentials(tmp_path / "c"), clock=lambda: START, note=print)
    assert "words" not in str(caught.value)


def test_the_owner_s_digest_stays_while_tokens_change(world: World) -> None:
    """So that a pace that was learned is found again; it is no secret and not the same for two owners."""

    async def renewed(session: Session) -> str:
        before = session.identity
        await get(session)
        world.webex.now += timedelta(seconds=2000)
        await get(session)
        assert session.identity == before
        return before

    identity = world.run(renewed)
    assert identity != Session("R0", BASE).identity
    assert Session("token", BASE).identity == Session(" token\n", BASE).identity != "token"


def test_a_new_token_of_a_partner_is_admitted_again(tmp_path: Path) -> None:
    """Webex forbids a renewed token the customer until it asked for it: 401, renewed, 403, asked, sent; PATCH once each."""
    world = World(tmp_path)
    admitted: set[str] = set()

    async def partner(request: httpx.Request) -> httpx.Response:
        answer = await world.webex(request)
        token = request.headers.get("authorization", "")
        if answer.status_code == 200 and request.url.path == "/v1/organizations/acme":
            admitted.add(token)
        elif answer.status_code == 200 and request.method == "PATCH" and token not in admitted:
            return httpx.Response(403)
        return answer

    async def whole() -> int:
        async with world.session(handler=partner) as session:
            session.customer = "/v1/organizations/acme"
            assert await patch(session) == 200
            world.webex.ends["A1"] = world.webex.now
            return await patch(session)

    assert asyncio.run(whole()) == 200
    assert world.webex.log == [
        *("refresh R0", "PATCH A1", "GET A1", "PATCH A1"),
        *("PATCH A1", "refresh R1", "PATCH A2", "GET A2", "PATCH A2"),
    ]
