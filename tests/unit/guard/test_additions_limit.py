"""RULES 7.1: how much may come in 24 hours."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.desired import AdditionLimit, Calling, Guards, Template
from reconciler.model.live import Location
from tests.support.desired import desired, everyone, organization, plan, ref, stops
from tests.support.live import PRO, RTT, Someone

HQ = Location("L-HQ", "HQ", True)
CALLING = everyone(ref("Webex Calling - Professional", calling=Calling("none", "HQ", "fromDirectory")))


def _stops(number: int, template: Template, others: int = 0, limit: AdditionLimit | None = None) -> list[str]:
    people = [Someone(f"p{n}@acme.example", extension=str(1000 + n)) for n in range(number)]
    rest = [Someone(f"r{n}@acme.example", state="machine") for n in range(others)]
    licenses = tuple(msgspec.structs.replace(pool, total=10_000) for pool in (PRO, RTT))
    files = desired(organization(guards=Guards(additions=limit)), template)
    return stops(plan(files, *people, *rest, licenses=licenses, locations=(HQ,)))


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
