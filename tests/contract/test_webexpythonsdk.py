"""webexpythonsdk, the community's client, reads all it can read of licenses, people, roles and organizations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from wxc_sdk.as_rest import AsRestError
from wxc_sdk.rest import RestError

from reconciler.model import ids
from reconciler.sandbox import State
from tests.contract.clients import KINDS, wps, wps_call, wxc_call
from tests.contract.reads import Read, each, nothing, somebody
from tests.support.sandbox_server import RunningSandbox, running_sandbox


def _license(one: Any) -> tuple[Any, ...]:
    body = one.json_data
    units = [body.get(name) for name in ("totalUnits", "consumedUnits", "consumedByUsers", "consumedByWorkspaces")]
    return (one.id, one.name, *units, body.get("subscriptionId"), body.get("siteUrl"), body.get("siteType"))


def _license_stored(state: State, key: str) -> tuple[Any, ...]:
    one = state.licenses[key]
    units = (one.total, one.consumed, one.consumed - one.workspaces, one.workspaces)
    return (one.id, one.name, *units, one.subscription, one.site, one.site_type)


READS = [
    Read("all", "licenses.list", nothing, lambda found: [_license(one) for one in found],
         lambda state: [_license_stored(state, key) for key in state.licenses]),
    Read("of the organization", "licenses.list", lambda state: {"orgId": state.org_id}, each("name"),
         lambda state: [one.name for one in state.licenses.values()]),
    Read("one", "licenses.get", lambda state: {"licenseId": state.licenses["suite-emea"].id}, _license,
         lambda state: _license_stored(state, "suite-emea")),
    Read("keys that do not apply", "licenses.get", lambda state: {"licenseId": state.licenses["messaging"].id},
         lambda one: {"subscriptionId", "siteUrl", "siteType"} & set(one.json_data), lambda state: set()),
    Read("everybody in pages", "people.list", lambda state: {"max": 300}, each("id"),
         lambda state: [person.id for person in state.people]),
    Read("of the organization in pages", "people.list", lambda state: {"orgId": state.org_id, "max": 999}, each("displayName"),
         lambda state: [person.name for person in state.people]),
    Read("by name in pages", "people.list", lambda state: {"displayName": "Ann", "max": 10}, each("id"),
         lambda state: [person.id for person in state.people if person.name.lower().startswith("ann")]),
    Read("by address", "people.list", lambda state: {"email": state.people[0].email}, each("emails"),
         lambda state: [[state.people[0].email, *state.people[0].other_emails]]),
    Read("by ids", "people.list", lambda state: {"id": ",".join(person.id for person in state.people[:85])}, each("id"),
         lambda state: [person.id for person in state.people[:85]]),
    Read("one", "people.get", lambda state: {"personId": somebody(state).id},
         lambda one: (one.displayName, one.firstName, one.lastName, one.orgId, set(one.licenses), one.type),
         lambda state: (somebody(state).name, somebody(state).first, somebody(state).last, state.org_id,
                        {license.id for license in somebody(state).licenses}, "person")),
    Read("an administrator", "people.get", lambda state: {"personId": state.people[3].id}, lambda one: one.roles,
         lambda state: [ids.encode("ROLE", "id_full_admin")]),
    Read("when somebody was created", "people.get", lambda state: {"personId": state.people[9].id},
         lambda one: one.created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
         lambda state: state.people[9].created),
    Read("oneself", "people.me", nothing, lambda one: one.orgId, lambda state: state.org_id),
    Read("all", "roles.list", nothing, lambda found: found[0].name, lambda state: "Full Administrator"),
    Read("one", "roles.get", lambda state: {"roleId": ids.encode("ROLE", "id_user_admin")}, lambda one: one.name,
         lambda state: "User Administrator"),
    Read("all", "organizations.list", nothing, lambda found: [(one.id, one.displayName) for one in found],
         lambda state: [(state.org_id, state.name)]),
    Read("one", "organizations.get", lambda state: {"orgId": state.org_id}, lambda one: one.displayName,
         lambda state: state.name),
]  # fmt: skip


@pytest.mark.parametrize("read", READS, ids=str)
def test_it_sees_what_is_there(read: Read, large: RunningSandbox) -> None:
    """A method of webexpythonsdk gives what the organization holds, over as many pages as it takes."""
    assert read.look(wps_call(large, read.method, **read.given(large.state))) == read.wanted(large.state)


def test_every_iteration_reads_again(small: RunningSandbox) -> None:
    """Its containers call anew each time they are iterated; the sandbox's cursors do not get in the way."""
    people = wps(small).people.list(max=2)
    assert [person.displayName for person in people] == ["Ann", "Bob", "Cyd", "Dan"]
    assert len(list(people)) == 4


@pytest.fixture(scope="module")
def spoiling() -> Iterator[RunningSandbox]:
    """400 people, and next links as Webex once wrote them."""
    with running_sandbox(
        State.generate(people=400, seed=3), faults={"nextLinks": ["dropFilters", "maxNull"]}
    ) as sandbox:
        yield sandbox


def test_it_mends_next_links_that_webex_spoiled(spoiling: RunningSandbox) -> None:
    """`max=null` and lost filters in the next link: it warns, puts both right, and sees whom it asked for."""
    wanted = [person.id for person in spoiling.state.people if person.name.startswith("Ann")]
    assert len(wanted) > 4
    with pytest.warns(RuntimeWarning, match="max=null"):
        found = [person.id for person in wps(spoiling).people.list(displayName="Ann", max=2)]
    assert found == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_wxc_sdk_trusts_next_links(kind: str, spoiling: RunningSandbox) -> None:
    """It follows them as they are, into the refusal that `max=null` meets: that can be rehearsed here."""
    with pytest.raises((RestError, AsRestError), match="400"):
        wxc_call(spoiling, kind, "people.list", display_name="Ann", max=2)
