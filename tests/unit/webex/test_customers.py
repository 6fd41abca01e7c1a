"""A partner's token and its customers: admitted by asking for the organization, and again where that lapses."""

from __future__ import annotations

import httpx
import pytest

from reconciler.errors import WebexForbiddenError, WebexNotFoundError
from reconciler.model.plan import Change, Expects, LicenseOperation
from reconciler.webex import Reader, Session, Writer
from tests.unit.webex.fake import Scene, items, ok, refused

ORG = {"id": "org-1", "displayName": "Customer"}
ENTERING = "GET /v1/organizations/org-1"
CHANGE = Change(
    "person-1",
    "ann@acme.example",
    "Ann",
    Expects(),
    (LicenseOperation("add", "license-a", "name", None, None, "config", False, (), None),),
    (),
)
PATCHED = {"personId": "person-1", "licenses": ["license-a"]}
LICENSE = {"id": "license-a", "name": "A", "totalUnits": 1, "consumedUnits": 0}


async def _licenses(session: Session) -> int:
    reader = Reader(session)
    await reader.enter("org-1")
    return len(await reader.licenses())


def test_entering_asks_for_the_organization() -> None:
    """With that Webex admits the token; everything after it is sent as ever."""
    scene = Scene(ok(ORG), items(LICENSE))
    assert scene.run(_licenses) == 1
    assert scene.sent == [ENTERING, "GET /v1/licenses"]


def test_an_organization_that_the_token_does_not_see_cannot_be_entered() -> None:
    """The 404 is told as such."""
    with pytest.raises(WebexNotFoundError):
        Scene(refused(404)).run(_licenses)


def test_a_right_that_lapsed_is_asked_for_again_and_the_read_repeated() -> None:
    """Once."""
    scene = Scene(ok(ORG), refused(403), ok(ORG), items(LICENSE))
    assert scene.run(_licenses) == 1
    assert scene.sent == [ENTERING, "GET /v1/licenses"] * 2


def test_a_change_is_repeated_too_because_a_403_did_nothing() -> None:
    """The same PATCH, after being admitted again."""

    async def work(session: Session) -> int:
        await Reader(session).enter("org-1")
        return (await Writer(session).patch(CHANGE)).status

    scene = Scene(ok(ORG), refused(403), ok(ORG), ok(PATCHED))
    assert scene.run(work) == 200
    assert scene.sent == [ENTERING, "PATCH /v1/licenses/users"] * 2
    assert scene.requests[1].content == scene.requests[3].content


@pytest.mark.parametrize(
    "again", [(ok(ORG), refused(403, {"message": "second"})), (refused(404),), (httpx.ConnectError("x"),) * 5]
)
def test_what_stays_forbidden_is_told_as_forbidden(again: tuple[httpx.Response | Exception, ...]) -> None:
    """After one repetition, or none where the organization is not to be had any more."""
    scene = Scene(ok(ORG), refused(403, {"message": "first"}), *again)
    with pytest.raises(WebexForbiddenError):
        scene.run(_licenses)
    assert len(scene.requests) == 2 + len(again)


def test_a_token_of_one_organization_repeats_nothing() -> None:
    """There is nothing to be admitted to."""
    scene = Scene(refused(403))
    with pytest.raises(WebexForbiddenError):
        scene.read(lambda reader: reader.licenses())
    assert len(scene.requests) == 1
