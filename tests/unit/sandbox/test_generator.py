"""Generated organizations: the same seed gives the same one anywhere, and the mix is that of an ordinary company."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reconciler.errors import InputError
from reconciler.sandbox import State
from reconciler.sandbox.generator import parse

DIGEST = """
import hashlib, json
from reconciler.sandbox import State
shape = State.generate(people=300, groups=25, seed=9).to_file_shape()
print(hashlib.sha256(json.dumps(shape).encode()).hexdigest())
"""


def test_the_same_seed_is_the_same_organization_under_every_hash_seed() -> None:
    """Three processes with three PYTHONHASHSEEDs print one digest."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(digests) == 1


def test_another_seed_is_another_organization() -> None:
    """Seeds matter."""
    assert State.generate(60, 5, 1).to_file_shape() != State.generate(60, 5, 2).to_file_shape()


def test_the_mix_is_that_of_an_ordinary_company() -> None:
    """Three to eight licenses, several subscriptions and sites, every kind of person the product must cope with."""
    state = State.generate(people=2000, groups=20, seed=1)
    persons = [person for person in state.people if person.type == "person"]
    assert len(state.people) == 2000
    assert all(3 <= len(person.licenses) <= 8 for person in persons)
    assert len({license.subscription for license in state.licenses.values()}) >= 4
    assert len(state.managed_sites()) == 2
    grouped = {uuid for group in state.groups.values() for uuid in group.members}
    assert 0.02 < sum(person.uuid not in grouped for person in persons) / len(persons) < 0.3
    assert sum(not person.active for person in persons) > 20
    assert sum(person.invite_pending for person in persons) > 20
    assert any(person.type == "bot" for person in state.people)
    assert any(person.work_phone and not person.work_phone.startswith("+1") for person in persons)
    assert any(person.site_admin_of for person in persons)
    assert any(group.nested for group in state.groups.values())
    assert state.externals
    assert any(not place.calling for place in state.locations.values())


def test_nobody_holds_what_webex_would_refuse() -> None:
    """No Calling without a number or an extension, no number twice, no attendee who administers the site."""
    state = State.generate(people=1500, groups=10, seed=4)
    owners = [number.owner for number in state.numbers.values() if number.owner]
    assert len({id(owner) for owner in owners}) == len(owners)
    for person in state.people:
        calling = [license for license in person.licenses if license.key.startswith("calling-")]
        assert len(calling) <= 1
        assert bool(calling) == bool(person.number or person.extension)
        assert not set(person.attendee_sites) & set(person.site_admin_of)
        assert not set(person.attendee_sites) & set(person.host_sites())


def test_units_are_never_fewer_than_holders() -> None:
    """Every pool starts within its total."""
    assert all(license.consumed <= license.total for license in State.generate(500, 5, 2).licenses.values())


@pytest.mark.parametrize("people", [0, 1, 3])
def test_tiny_organizations_are_fine(people: int) -> None:
    """Zero, one and three people, no groups."""
    assert len(State.generate(people, 0, 1).people) == people


def test_the_arguments_are_read_from_text() -> None:
    """`users=10,groups=2,seed=3`; anything else is an error that shows how."""
    assert parse("users=10,groups=2,seed=3") == {"people": 10, "groups": 2, "seed": 3}
    for text in ("user=10", "users=ten", "users"):
        with pytest.raises(InputError):
            parse(text)
