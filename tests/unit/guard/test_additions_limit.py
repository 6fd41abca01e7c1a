"""RULES 7.1: how much may come in 24 hours."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from reconciler.model.desired import AdditionLimit, Calling, Guards, Template
from reconciler.model.live import Location
from reconciler.model.memory import Addition
from tests.support.desired import applied, desired, everyone, organization, plan, ref, stops
from tests.support.live import NOW, PRO, RTT, Someone

HQ = Location("L-HQ", "HQ", True)
CALLING = everyone(ref("Webex Calling - Professional", calling=Calling("none", "HQ", "fromDirectory")))


def _stops(
    number: int,
    template: Template,
    others: int = 0,
    limit: AdditionLimit | None = None,
    additions: tuple[Addition, ...] = (),
) -> list[str]:
    people = [Someone(f"p{n}@acme.example", extension=str(1000 + n)) for n in range(number)]
    rest = [Someone(f"r{n}@acme.example", state="machine") for n in range(others)]
    licenses = tuple(msgspec.structs.replace(pool, total=10_000) for pool in (PRO, RTT))
    files = desired(organization(guards=Guards(additions=limit)), template)
    memory = applied(desired(organization(), everyone("Basic Messaging")), additions=additions)
    return stops(plan(files, *people, *rest, licenses=licenses, locations=(HQ,), memory=memory))


def test_no_default_limit() -> None:
    """Ordinary licenses may be given to any number of people."""
    assert _stops(60, everyone("Real-Time Translations")) == []


@pytest.mark.parametrize(("number", "expected"), [(25, []), (26, ["additions-limit"])])
def test_calling_has_a_default(number: int, expected: list[str]) -> None:
    """Without a word in the files 25 people get Calling at once, one more stops."""
    assert _stops(number, CALLING) == expected


def test_a_tenth_of_a_large_organization() -> None:
    """In a large organization a tenth of its people may get Calling at once."""
    assert _stops(30, CALLING, others=270) == []
    assert _stops(31, CALLING, others=270) == ["additions-limit"]


def test_the_files_set_a_limit() -> None:
    """`guards.additions` limits every license, and raises the one for Calling."""
    assert _stops(3, everyone("Real-Time Translations"), limit=AdditionLimit(2, 0.0)) == ["additions-limit"]
    assert _stops(3, everyone("Real-Time Translations"), limit=AdditionLimit(2, 100.0)) == []
    assert _stops(30, CALLING, limit=AdditionLimit(30, 0.0)) == []


@pytest.mark.parametrize(("before", "expected"), [(20, []), (21, ["additions-limit"])])
def test_what_was_given_in_the_last_day_counts(before: int, expected: list[str]) -> None:
    """25 people get Calling within 24 hours, in however many applies."""
    given = tuple(Addition(f"gone{n}", PRO.id, NOW - timedelta(hours=3)) for n in range(before))
    assert _stops(5, CALLING, additions=given) == expected
    others = tuple(Addition(f"gone{n}", RTT.id, NOW) for n in range(before))
    assert _stops(5, CALLING, additions=others) == []


def test_who_is_tried_again_counts_once() -> None:
    """A person whose addition had no effect so far is no second person."""
    tried = tuple(Addition(Someone(f"p{n}@acme.example").id, PRO.id, NOW) for n in range(25))
    assert _stops(25, CALLING, additions=tried) == []
    assert _stops(26, CALLING, additions=tried) == ["additions-limit"]


def test_a_license_that_is_gone_limits_nothing() -> None:
    """What was given of a license that the organization does not have any more is no addition of another."""
    given = tuple(Addition(f"gone{n}", "no-such-license", NOW) for n in range(99))
    assert _stops(5, CALLING, additions=given) == []
