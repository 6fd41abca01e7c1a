"""Who did it, with the real client, store and planner against the sandbox: what is read, what is not, and what is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.desired import Desired, Guards
from reconciler.model.drift import Drift
from reconciler.operations import attribution
from reconciler.operations.coverage import Chosen, status
from reconciler.operations.drift import drift
from reconciler.sandbox import deeds
from reconciler.sandbox.audit import administrator
from reconciler.sandbox.state import webex_time
from tests.support.desired import desired, members, organization
from tests.support.sandbox_rooms import Rooms

ANN, BOB, JOE = "ann@acme.example", "bob@acme.example", "joe@acme.example"
SHAPE: dict[str, Any] = {
    "organization": {"name": "Acme"},
    "licenses": [
        {"key": "msg", "name": "Basic Messaging", "type": "FMS"},
        {"key": "rtt", "name": "Real-Time Translations", "type": "RTT", "total": 5, "subscription": "Sub-1"},
    ],
    "groups": [{"name": "Sales", "members": [ANN, BOB]}],
    "people": [{"email": email, "licenses": ["msg"]} for email in (ANN, BOB, JOE)],
}
READ = [
    "spark-admin:licenses_read",
    "spark-admin:people_read",
    "spark-admin:organizations_read",
    "identity:groups_read",
]
FILES: Desired = desired(
    organization("groups", guards=Guards(first_apply="all"), default_site=None),
    members("Sales", "Real-Time Translations"),
)


class World(Rooms):
    """The rooms, with one clock for everybody, and administrators who click."""

    def __init__(self, shape: dict[str, Any], folder: Path, **faults: Any) -> None:
        super().__init__(shape, folder, **faults)
        self.app.state.door.now = self.state.clock = lambda: self.now

    def __enter__(self) -> World:
        return self

    def applied(self) -> World:
        """Ann and Bob have what they should."""
        assert self.send(self.plan(FILES), FILES) == []
        self.plan(FILES)
        return self.later(hours=1)

    def later(self, **span: float) -> World:
        """Time passes."""
        self.now += timedelta(**span)
        return self

    def click(self, email: str, *, by: str | None = JOE, **what: list[str]) -> World:
        """Somebody clicks in Control Hub, an hour passes."""
        deeds.click(self.state, self.state.by_email[email], **what)
        if by is not None:
            self.state.audit.note(self.state, "click", email, webex_time(self.now), administrator(self.state, by))
        return self.later(hours=1)

    def told(self) -> Drift:
        """The drift, with who did it."""
        return drift(FILES, self.context, offline=False, who=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everything was applied."""
    with World(SHAPE, tmp_path) as made:
        made.applied()
        yield made


def named(found: Drift) -> dict[str, str | None]:
    """Address -> who is named, of everybody with a difference."""
    return {item.email: item.by.actor_email if item.by else None for item in found.items}


def test_one_event_names_one_person(world: World) -> None:
    """Joe did one; the other left no event."""
    world.click(ANN, remove=["rtt"]).click(BOB, by=None, remove=["rtt"])
    found = world.told()
    assert named(found) == {ANN: JOE, BOB: None}
    how = found.attribution
    assert (how.sight, how.probably, how.nobody, how.several, how.unknown_time) == ("read", 1, 1, 0, 0)
    assert how.since is not None
    assert how.until is not None
    assert how.since < found.taken_at <= how.until


def test_nobody_is_asked_where_nothing_was_done_by_hand(world: World) -> None:
    """No call is made for nothing."""
    calls = len(world.app.state.door.requests)
    found = world.told()
    assert found.attribution.sight == "nothingToAsk"
    assert not any("adminAudit" in call["path"] for call in world.app.state.door.requests[calls:])


def test_nobody_is_asked_unless_somebody_wants_to_know(world: World) -> None:
    """Without `who` the scope is not needed."""
    world.click(ANN, remove=["rtt"])
    found = drift(FILES, world.context, offline=False)
    assert found.attribution.sight == "notAsked"
    assert named(found) == {ANN: None}
    assert not any("adminAudit" in call["path"] for call in world.app.state.door.requests)


def test_a_token_without_the_scope_is_told_and_fails_nothing(tmp_path: Path) -> None:
    """The rest of the report is the same."""
    with World(
        SHAPE | {"tokens": [{"token": "token", "scopes": [*READ, "spark-admin:people_write"]}]}, tmp_path
    ) as made:
        found = made.applied().click(ANN, remove=["rtt"]).told()
    assert found.attribution.sight == "notAllowed"
    assert "audit:events_read" in found.attribution.note
    assert [(item.email, item.kind) for item in found.items] == [(ANN, "removedByHand")]


def test_what_is_older_than_a_year_is_not_read(world: World) -> None:
    """Webex returns a year; what is older is counted as of a time that was not read, and said so."""
    world.click(ANN, remove=["rtt"])
    drift(FILES, world.context, offline=False)
    world.later(days=400).click(BOB, remove=["rtt"])
    drift(FILES, world.context, offline=False)
    found = world.later(hours=1).told()
    assert named(found) == {ANN: None, BOB: None}, "and Bob's reading was a year after the one before"
    how = found.attribution
    assert (how.sight, how.probably, how.unknown_time) == ("partly", 0, 2)
    assert how.note.startswith("2 of the differences by hand are older")


def test_too_many_events_name_nobody_of_that_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A time that could not be read whole could hide a second event that fits, so it explains nothing."""
    monkeypatch.setattr(attribution, "MOST_EVENTS", 2)
    world.click(BOB, remove=["rtt"])
    for _ in range(3):
        world.click(JOE, remove=["msg"])
    world.plan(FILES)
    world.later(hours=5).click(ANN, remove=["rtt"])
    found = world.told()
    assert named(found) == {ANN: JOE, BOB: None}, "the newest first"
    assert (found.attribution.sight, found.attribution.unknown_time) == ("partly", 1)


def test_status_of_the_real_rooms(world: World) -> None:
    """Groups, templates and origins from the store; a click is by hand, what was applied is ours, the rest was there."""
    world.click(JOE, add=["rtt"]).click(ANN, remove=["rtt"])
    found = status(FILES, world.context, offline=False, people=Chosen(groups=("Sales",), states=("toChange",)))
    assert [(row.name, row.people, row.licensed) for row in found.groups] == [
        ("Sales", 2, 1), ("in no group of a template", 1, 0),
    ]  # fmt: skip
    units = found.coverage.licenses
    assert (units.held, units.managed, units.ours, units.by_hand, units.unknown) == (2, 2, 1, 1, 0)
    free = next(item for item in found.coverage.products if item.license == "Basic Messaging")
    assert (free.free, free.units.unknown) == (True, 3)
    assert found.people is not None
    assert [person.email for person in found.people] == [ANN]
    alone = status(FILES, world.context, people=Chosen(user=BOB.upper()))
    assert alone.people is not None
    assert [person.email for person in alone.people] == [BOB]
