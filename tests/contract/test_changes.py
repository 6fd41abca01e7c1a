"""What one client changes, every other client sees: licenses, sites, Calling, units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contract.clients import KINDS, wps, wxc_call
from tests.contract.every import SITE
from tests.contract.orders import ANN, Item, Order, View, gone, look_everywhere, send, tell
from tests.support.sandbox_server import RunningSandbox

NUMBER = "+14085550100"
WORK, EXTENSION = ("work", NUMBER), ("work_extension", "804711")


@dataclass(frozen=True)
class Step:
    """One PATCH, and what is seen of the person afterwards. `units` are those above what others hold."""

    order: Order
    licenses: set[str]
    sites: list[str] = field(default_factory=list)
    extension: str | None = None
    location: str | None = None
    phones: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Story:
    """Steps one after the other, beginning with Basic Messaging and what was clicked."""

    title: str
    steps: Sequence[Step]
    held: Sequence[str] = ()

    def __str__(self) -> str:
        """As the id of a test."""
        return self.title.replace(" ", "-")


def pro(**place: Any) -> Item:
    """Professional with its properties."""
    return Item("pro", **place)


BOTH = {"number": NUMBER, "extension": "4711", "location": "hq"}
AT_DESK: dict[str, Any] = {"extension": "4711", "location": "hq", "phones": [WORK, EXTENSION]}
BY_EXTENSION: dict[str, Any] = {"extension": "4711", "location": "hq", "phones": [EXTENSION]}

STORIES = [
    Story("a license comes and goes", [
        Step(Order([Item("exchange")]), {"msg", "exchange"}),
        Step(Order([gone("exchange")]), {"msg"}),
    ]),
    Story("a host comes and goes", [
        Step(Order([Item("host")]), {"msg", "host"}, [SITE]),
        Step(Order([gone("host")]), {"msg"}),
    ]),
    Story("an attendee comes and goes", [
        Step(Order(attendee={SITE: "add"}), {"msg"}, [f"{SITE}#attendee"]),
        Step(Order(attendee={SITE: "remove"}), {"msg"}),
    ]),
    Story("an attendee becomes a host", [
        Step(Order(attendee={SITE: "add"}), {"msg"}, [f"{SITE}#attendee"]),
        Step(Order([Item("host")], {SITE: "remove"}), {"msg", "host"}, [SITE]),
    ]),
    Story("a license and a site at once", [
        Step(Order([Item("meet")], {SITE: "add"}), {"msg", "meet"}, [f"{SITE}#attendee"]),
    ]),
    Story("Calling with a number and an extension", [
        Step(Order([pro(**BOTH)]), {"msg", "pro"}, **AT_DESK),
        Step(Order([gone("pro")]), {"msg"}),
    ]),
    Story("Calling with an extension", [
        Step(Order([pro(extension="4711", location="hq")]), {"msg", "pro"}, **BY_EXTENSION),
        Step(Order([gone("pro")]), {"msg"}),
    ]),
    Story("Calling with a number brings its location", [
        Step(Order([pro(number=NUMBER)]), {"msg", "pro"}, location="hq", phones=[WORK]),
    ]),
    Story("Standard becomes Professional and keeps its number", [
        Step(Order([Item("std", **BOTH)]), {"msg", "std"}, **AT_DESK),
        Step(Order([pro(**BOTH), gone("std")]), {"msg", "pro"}, **AT_DESK),
    ]),
    Story("a console after Professional", [
        Step(Order([pro(**BOTH)]), {"msg", "pro"}, **AT_DESK),
        Step(Order([Item("console", **BOTH)]), {"msg", "pro", "console"}, **AT_DESK),
        Step(Order([gone("console")]), {"msg", "pro"}, **AT_DESK),
    ]),
    Story("CX Essential to somebody with Calling", [
        Step(Order([pro(**BOTH)]), {"msg", "pro"}, **AT_DESK),
        Step(Order([Item("cx", **BOTH)]), {"msg", "pro", "cx"}, **AT_DESK),
        Step(Order([gone("cx")]), {"msg", "pro"}, **AT_DESK),
    ]),
    Story("a swap in one call", [
        Step(Order([Item("exchange")]), {"msg", "exchange"}),
        Step(Order([gone("exchange"), Item("google"), Item("meet")]), {"msg", "google", "meet"}),
    ]),
    Story("a prerequisite comes along", [
        Step(Order([Item("paid-meet"), Item("meet")]), {"msg", "meet", "paid-meet"}),
    ]),
    Story("a part is done", [
        Step(Order([Item("paid"), Item("meet")]), {"msg", "meet"}),
    ]),
    Story("what is held, and what is not", [
        Step(Order([Item("msg"), gone("google")]), {"msg"}),
    ]),
]  # fmt: skip


@pytest.mark.parametrize("writer", KINDS)
@pytest.mark.parametrize("story", STORIES, ids=str)
def test_every_client_sees_what_one_changed(story: Story, writer: str, small: RunningSandbox) -> None:
    """wxc-sdk writes; its answer, its other client and webexpythonsdk show the same person and the same units."""
    before = look_everywhere(small).units
    for step in story.steps:
        answer = send(small, step.order, writer)
        assert {key for key, one in small.state.licenses.items() if one.id in answer.licenses} == step.licenses
        assert [site.site_url for site in answer.site_urls] == [site.partition("#")[0] for site in step.sites]
        expected = View(step.licenses, step.sites, step.extension, step.location, step.phones)
        expected.units = {key: used + (key in step.licenses) - (key == "msg") for key, used in before.items()}
        assert look_everywhere(small) == expected


@pytest.mark.parametrize("writer", KINDS)
def test_number_and_holders_follow_calling(writer: str, small: RunningSandbox) -> None:
    """The numbers list names the owner and the extension, the license its holder; afterwards neither does."""
    license_id = small.state.licenses["pro"].id
    person_id = send(small, Order([pro(**BOTH)]), writer).person_id
    for reader in KINDS:
        (row,) = wxc_call(small, reader, "telephony.phone_numbers", phone_number=NUMBER)
        assert (row.owner.owner_id, row.extension, row.esn) == (person_id, "4711", "804711")
        holders = wxc_call(small, reader, "licenses.assigned_users", license_id=license_id)
        assert [holder.id for holder in holders] == [person_id]
    send(small, Order([gone("pro")]), writer)
    for reader in KINDS:
        (row,) = wxc_call(small, reader, "telephony.phone_numbers", phone_number=NUMBER)
        assert row.owner is None
        assert NUMBER in [n.phone_number for n in wxc_call(small, reader, "telephony.phone_numbers", available=True)]
        assert wxc_call(small, reader, "licenses.assigned_users", license_id=license_id) == []


@pytest.mark.parametrize("writer", KINDS)
def test_somebody_of_another_organization_waits_for_consent(writer: str, small: RunningSandbox) -> None:
    """What is given is pending and takes no unit; accepted, it is held by somebody EXTERNAL."""
    eve, host = "eve@other.example", small.state.licenses["host"].id
    answer = send(small, Order([Item("host")], email=eve), writer)
    assert (answer.licenses, answer.pending_licenses) == ([], [host])
    assert wps(small).licenses.get(host).json_data["consumedUnits"] == 0
    tell(small, f"/people/{eve}/accept", {})
    assert wps(small).licenses.get(host).json_data["consumedUnits"] == 1
    (holder,) = wxc_call(small, writer, "licenses.assigned_users", license_id=host)
    assert (holder.email, getattr(holder.type, "value", holder.type)) == (eve, "EXTERNAL")


@pytest.mark.parametrize("reader", KINDS)
def test_clients_see_what_happens_outside_of_the_api(reader: str, small: RunningSandbox) -> None:
    """Hiring, moving, deactivating, renaming and buying show in the lists of both SDKs."""
    hired = tell(small, "/people", {"email": "new@small.example", "licenses": ["msg", "google"]})
    tell(small, "/groups/Sales/members", {"add": ["new@small.example"], "remove": [ANN]})
    tell(small, "/people/new@small.example", {"name": "New Person", "active": False})
    tell(small, "/licenses/paid", {"total": 9})
    group = wxc_call(small, reader, "groups.list")[0]
    members = wxc_call(small, reader, "groups.members", group_id=group.group_id)
    assert [(member.member_id, member.display_name) for member in members] == [(hired["id"], "New Person")]
    assert wxc_call(small, reader, "people.details", person_id=hired["id"]).login_enabled is False
    assert wps(small).people.get(hired["id"]).displayName == "New Person"
    units = {one.name: one.json_data["totalUnits"] for one in wps(small).licenses.list()}
    assert units["Advanced Messaging"] == 9
    assert look_everywhere(small, "new@small.example").licenses == {"msg", "google"}


@pytest.mark.parametrize("kind", KINDS)
def test_people_are_named_by_id_or_address(kind: str, small: RunningSandbox) -> None:
    """Address, Webex id, both, and `orgId` in the body reach the same person."""
    ann = small.state.by_email[ANN]
    ways: list[dict[str, Any]] = [
        {"email": ANN},
        {"person_id": ann.id},
        {"email": ANN, "person_id": ann.id},
        {"person_id": ann.id, "org_id": small.state.org_id},
    ]
    for number, way in enumerate(ways):
        order = Order([Item("meet") if number % 2 == 0 else gone("meet")])
        arguments = order.arguments(small.state) | {"email": None} | way
        answer = wxc_call(small, kind, "licenses.assign_licenses_to_users", **arguments)
        assert (answer.person_id, answer.email, answer.org_id) == (ann.id, ANN, small.state.org_id)
        assert (small.state.licenses["meet"].id in answer.licenses) == (number % 2 == 0)
