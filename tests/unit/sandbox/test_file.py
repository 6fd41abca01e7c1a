"""The sandbox file: what is wrong is told at once and exactly; what is left out is filled in; the way back is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import SchemaError
from reconciler.model import ids
from reconciler.sandbox import State

EXAMPLE = """
organization: {name: Acme}
licenses:
  - {key: msg,  name: Basic Messaging, type: FMS, total: 44}
  - {key: host, name: Webex Meetings Suite, type: EE, total: 10, subscription: Sub-100001,
     site: acme.webex.com, siteType: Control Hub managed site}
  - {key: pro,  name: Webex Calling - Professional, type: BCSTD, total: 5, subscription: Sub-100001, consumedByWorkspaces: 1}
locations: [{key: hq, name: HQ, calling: true}]
numbers:
  - {number: "+14085550100", location: hq, state: ACTIVE}
  - {number: "+14085550101", location: hq, owner: {type: HUNT_GROUP, name: Front desk}}
groups:    [{name: Field sales}, {name: Sales, members: [ann@acme.example], groups: [Field sales]}]
people:
  - {email: ann@acme.example, name: Ann Example, created: 2025-01-01T00:00:00Z, active: true, invitePending: false,
     workPhone: "+14085550100", extension: null, location: null, licenses: [msg], attendeeSites: [acme.webex.com],
     siteAdminOf: [], type: person, external: false}
"""


def test_the_documented_example_loads(tmp_path: Path) -> None:
    """The file that docs/sandbox.md describes is an organization: ids, counters, nesting."""
    path = tmp_path / "sandbox.yaml"
    path.write_text(EXAMPLE)
    state = State.from_file(path)
    parts = ids.license_parts(state.licenses["host"].id)
    assert parts is not None
    assert (parts.org, parts.type, parts.site) == (state.org_uuid, "EE", "acme.webex.com")
    assert "=" not in state.licenses["host"].id
    assert (state.licenses["msg"].consumed, state.licenses["pro"].consumed) == (1, 1)
    assert state.groups["Sales"].nested == ["Field sales"]
    assert state.people[0].created == "2025-01-01T00:00:00.000Z"


def test_the_shape_comes_back_as_an_equal_organization(tmp_path: Path) -> None:
    """to_file_shape, built again, gives the same shape; also for a generated organization."""
    path = tmp_path / "sandbox.yaml"
    path.write_text(EXAMPLE)
    for state in (State.from_file(path), State.generate(people=150, groups=8, seed=5)):
        shape = state.to_file_shape()
        assert State.from_shape(shape).to_file_shape() == shape


def test_what_is_left_out_is_sensible() -> None:
    """Somebody with Calling and nothing else has a name, a place and an extension; totals suffice."""
    shape: dict[str, Any] = {
        "licenses": [
            {"key": "pro", "name": "Webex Calling - Professional", "type": "BCSTD"},
            {"key": "msg", "name": "Basic Messaging", "type": "FMS"},
        ],
        "locations": [{"key": "hq"}],
        "people": [
            {"email": "ann.lee@acme.example", "licenses": ["pro"]},
            {"email": "bob@acme.example", "licenses": ["pro"]},
        ],
    }
    state = State.from_shape(shape)
    ann, bob = state.people
    assert (ann.name, ann.first, ann.last) == ("Ann Lee", "Ann", "Lee")
    assert (ann.extension, bob.extension) == ("1000", "1001")
    assert ann.location is state.locations["hq"]
    assert (state.licenses["pro"].total, state.licenses["msg"].total) == (100, 2)


def test_somebody_with_calling_has_the_number_that_is_their_work_phone() -> None:
    """A free number of the organization that equals the work phone is theirs."""
    shape: dict[str, Any] = {
        "licenses": [{"key": "pro", "name": "Webex Calling - Professional", "type": "BCSTD"}],
        "locations": [{"key": "hq"}, {"key": "lab"}],
        "numbers": [{"number": "+14085550100", "location": "lab"}],
        "people": [{"email": "ann@acme.example", "licenses": ["pro"], "workPhone": "+14085550100"}],
    }
    state = State.from_shape(shape)
    assert state.numbers["+14085550100"].owner is state.people[0]
    assert state.people[0].location is state.locations["lab"]


def test_all_mistakes_are_told_at_once_with_their_place() -> None:
    """One finding a mistake, `where` is the path in the file, the message repeats them."""
    shape: dict[str, Any] = {
        "colour": "blue",
        "licenses": [{"key": "a", "name": "A", "type": "fms"}, {"key": "a", "name": "B", "type": "B"}, {"name": "C"}],
        "locations": [{"key": "hq"}],
        "numbers": [{"number": 14085550100, "location": "hq"}, {"number": "+1", "location": "moon"}],
        "groups": [{"name": "Sales", "members": ["nobody@acme.example"], "groups": ["Ghosts"]}, {"name": "Sales"}],
        "people": [
            {"email": "ann@acme.example", "licenses": ["never"]},
            {"email": "bob@acme.example", "shoeSize": 44},
            {"email": "cyd@acme.example", "location": "moon"},
            {"email": "CYD@acme.example"},
            {"email": "no-address"},
            {"email": "dan@acme.example", "type": "robot"},
        ],
        "tokens": [{"token": "x", "person": "nobody@acme.example"}],
    }
    with pytest.raises(SchemaError) as error:
        State.from_shape(shape, "sandbox.yaml")
    places = [finding.where for finding in error.value.findings]
    assert sorted(places) == sorted(
        [
            "colour",
            "licenses[0].type",
            "licenses[1].key",
            "licenses[2]",
            "numbers[0].number",
            "numbers[1].location",
            "groups[0].members[0]",
            "groups[0].groups[0]",
            "groups[1].name",
            "people[0].licenses",
            "people[1]",
            "people[2].location",
            "people[3].email",
            "people[4].email",
            "people[5].type",
            "tokens[0].person",
        ]
    )
    assert error.value.message.startswith("sandbox.yaml has 16 mistakes:")
    hints = {finding.where: finding.hint for finding in error.value.findings}
    assert hints["numbers[0].number"] == 'quote it, for example "+14085550100"'


@pytest.mark.parametrize(
    ("text", "says"), [("a: [", "not YAML"), ("- x", "must be a mapping"), ("people: 5", "must be a list")]
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """Broken YAML, a list, a number where a list belongs."""
    path = tmp_path / "sandbox.yaml"
    path.write_text(text)
    with pytest.raises(SchemaError, match=says):
        State.from_file(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(SchemaError, match=r"cannot read the sandbox file .*nowhere\.yaml"):
        State.from_file(tmp_path / "nowhere.yaml")


def test_two_groups_of_one_name_need_a_key() -> None:
    """With a key both exist, with the same display name and ids of their own."""
    state = State.from_shape({"groups": [{"name": "Sales"}, {"name": "Sales", "key": "sales-2"}]})
    assert {group.name for group in state.groups.values()} == {"Sales"}
    assert len({group.id for group in state.groups.values()}) == 2
