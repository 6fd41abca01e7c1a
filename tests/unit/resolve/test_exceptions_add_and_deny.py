"""RULES 1.6."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.desired import Calling, Guards, Managed, Retention
from reconciler.model.live import Location, PhoneNumber
from tests.support.desired import (
    Document,
    changes,
    codes,
    desired,
    everyone,
    exception,
    held,
    managed,
    organization,
    plan,
    ref,
    rows,
    waiting,
    winners,
)
from tests.support.live import AGENT, PREMIUM, PRO, RTT, SITE, STANDARD, SUITE, Someone, license_id
from tests.support.simulate import World

ANN, BOB = Someone("ann@acme.example"), Someone("bob@acme.example")
MEETINGS = License(license_id("MC", 60, SITE), "Webex Meetings", 3, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
HQ = Location("L-HQ", "HQ", True)


def test_add_gives_beside_the_templates() -> None:
    """What an exception adds is granted beside what templates grant, to the people it names."""
    files = desired(
        organization(),
        everyone("Real-Time Translations"),
        exception("x", ANN.email, add=["Contact Center Premium Agent"]),
    )
    found = plan(files, ANN, BOB)
    assert changes(found, ANN.email) == ["+ Contact Center Premium Agent", "+ Real-Time Translations"]
    assert changes(found, BOB.email) == ["+ Real-Time Translations"]


def test_add_is_served_first() -> None:
    """An added license ranks as priority 0: before every template, whatever its priority."""
    one = msgspec.structs.replace(RTT, total=1)
    files = desired(
        organization(),
        everyone("Real-Time Translations", priority=1),
        exception("x", BOB.email, add=["Real-Time Translations"]),
    )
    found = plan(files, ANN, BOB, licenses=(one,))
    assert winners(found, "Real-Time Translations") == [BOB.email]
    assert waiting(found) == [(ANN.email, "Real-Time Translations")]


def test_deny_beats_grant_and_add() -> None:
    """What an exception denies is not granted, even if a template grants it and another exception adds it."""
    files = desired(
        organization(),
        everyone("Real-Time Translations"),
        exception("a", ANN.email, add=["Real-Time Translations"]),
        exception("b", ANN.email, deny=["Real-Time Translations"]),
    )
    assert changes(plan(files, ANN)) == []


def test_deny_takes_whatever_the_origin() -> None:
    """A denied license is taken whether the tool gave it, somebody's hand did, or no file declares it."""
    files = desired(
        organization(),
        everyone("Contact Center Premium Agent"),
        exception("b", ANN.email, deny=["Real-Time Translations"]),
    )
    by_hand = msgspec.structs.replace(ANN, holds=(RTT.id,))
    ours = msgspec.structs.replace(by_hand, given={RTT.id: ("template:old",)})
    for person in (by_hand, ours):
        found = plan(files, person)
        assert changes(found) == ["+ Contact Center Premium Agent", "- Real-Time Translations"]
        assert rows(found, ANN.email)[RTT.id] == "a"


def test_a_denied_lower_tier_goes_even_while_the_higher_waits() -> None:
    """A denied license goes at once, although a higher tier that would replace it has no unit left."""
    full = msgspec.structs.replace(PRO, total=0)
    org = organization(manage=managed("Webex Calling - Standard"))
    files = desired(
        org, everyone("Webex Calling - Professional"), exception("b", ANN.email, deny=["Webex Calling - Standard"])
    )
    holder = msgspec.structs.replace(ANN, holds=(STANDARD.id,), work_phone="+14085550100")
    found = plan(
        files,
        holder,
        licenses=(full, STANDARD),
        locations=(HQ,),
        numbers=(PhoneNumber("+14085550100", HQ.id, "HQ", "ACTIVE"),),
    )
    assert changes(found) == ["- Webex Calling - Standard"]


def test_an_expired_exception_no_longer_acts_and_warns() -> None:
    """After `until` an exception does nothing and a warning asks to delete it; on that very day it still acts."""
    past = exception("x", ANN.email, deny=["Real-Time Translations"], until=date(2026, 11, 20))
    today = msgspec.structs.replace(past, until=date(2026, 11, 21))
    found = plan(desired(organization(), everyone("Real-Time Translations"), past), ANN)
    assert changes(found) == ["+ Real-Time Translations"]
    assert "exception-expired" in codes(found)
    found = plan(desired(organization(), everyone("Real-Time Translations"), today), ANN)
    assert changes(found) == []
    assert "exception-expired" not in codes(found)


def _calling(*documents: Document, person: Someone) -> list[tuple[str | None, str | None]]:
    files = desired(organization(), *documents)
    numbers = tuple(PhoneNumber(f"+1408555010{n}", HQ.id, "HQ", "ACTIVE") for n in (0, 1))
    found = plan(files, person, locations=(HQ,), numbers=numbers)
    given = [op.calling for change in found.plan.changes for op in change.licenses if op.calling]
    return [(item.phone_number, item.extension) for item in given]


def test_the_exceptions_calling_block_beats_the_templates() -> None:
    """An exception's `calling` decides on number and extension, with or without an `add` of its own."""
    person = msgspec.structs.replace(ANN, work_phone="+14085550100")
    template = everyone(ref("Webex Calling - Professional", calling=Calling()))
    block = Calling(number="+14085550101")
    assert _calling(template, person=person) == [("+14085550100", None)]
    only = exception("x", ANN.email, calling=block)
    other = exception("x", ANN.email, calling=block, add=["Real-Time Translations"])
    same = exception("x", ANN.email, calling=block, add=["Webex Calling - Professional"])
    for item in (only, other, same):
        assert _calling(template, item, person=person) == [("+14085550101", None)]


def test_a_calling_add_without_a_block_takes_the_work_phone() -> None:
    """A Calling license that an exception adds without `calling` takes the work phone and its location."""
    person = msgspec.structs.replace(ANN, work_phone="+14085550100")
    add = exception("x", ANN.email, add=["Webex Calling - Professional"])
    assert _calling(everyone("Real-Time Translations"), add, person=person) == [("+14085550100", None)]


def test_added_products_are_declared_for_everybody() -> None:
    """What an exception adds is declared: the same product held by hand by others falls under `retention.manual`."""
    files = desired(
        organization(retention=Retention(manual="remove")),
        everyone("Real-Time Translations"),
        exception("x", ANN.email, add=["Webex Meetings Suite"]),
    )
    found = plan(files, msgspec.structs.replace(BOB, holds=(SUITE.id,)))
    assert changes(found) == ["+ Real-Time Translations", "- Webex Meetings Suite @ acme.webex.com"]


def test_a_denied_role_goes_where_nothing_else_of_its_site_is_declared() -> None:
    """A denied attendee role is taken even on a site that no template, exception or `manage` names otherwise."""
    deny = exception("x", ANN.email, deny=[Managed(attendee_site=SITE)])
    files = desired(organization(), everyone("Real-Time Translations"), deny)
    found = plan(files, msgspec.structs.replace(ANN, attendee=(SITE,)))
    assert changes(found) == ["+ Real-Time Translations", f"- attendee @ {SITE}"]


DENIALS = {
    "host of the site": (SUITE, MEETINGS),
    "higher tier": (PREMIUM, AGENT),
    "lower tier": (AGENT, PREMIUM),
}


@pytest.mark.parametrize("case", DENIALS)
def test_what_is_denied_goes_whether_or_not_its_successor_comes(case: str) -> None:
    """A denied license goes at once: together with what is granted in its place, or alone while that has no unit."""
    taken, given = DENIALS[case]
    person = msgspec.structs.replace(ANN, holds=(taken.id,))
    files = desired(organization(), everyone(given.name), exception("x", ANN.email, deny=[taken.name]))
    for total, comes in ((1, [f"+ {_words(given)}"]), (0, [])):
        found = plan(files, person, licenses=(taken, msgspec.structs.replace(given, total=total)))
        assert changes(found) == [*comes, f"- {_words(taken)}"]


@pytest.mark.parametrize("case", DENIALS)
def test_what_excludes_a_held_license_does_not_come(case: str) -> None:
    """Where a guard keeps the denied license back, nothing is given that Webex does not take beside it."""
    taken, given = DENIALS[case]
    person = msgspec.structs.replace(ANN, holds=(taken.id,))
    org = organization(guards=Guards(protected=(ANN.email,)))
    files = desired(org, everyone(given.name, "Real-Time Translations"), exception("x", ANN.email, deny=[taken.name]))
    found = plan(files, person, licenses=(taken, given, RTT))
    assert changes(found) == ["+ Real-Time Translations"]
    assert held(found) == [(f"- {_words(taken)}", "protected")]
    assert waiting(found) == []


def test_a_denied_role_goes_whether_or_not_a_host_license_comes() -> None:
    """A denied attendee role goes although no host unit is left; kept back by a guard, no host license comes beside it."""
    deny = exception("x", ANN.email, deny=[Managed(attendee_site=SITE)])
    person = msgspec.structs.replace(ANN, attendee=(SITE,))
    files = desired(organization(), everyone("Webex Meetings Suite"), deny)
    assert changes(plan(files, person, licenses=(msgspec.structs.replace(SUITE, total=0),))) == [f"- attendee @ {SITE}"]
    assert changes(plan(files, person)) == [f"+ {_words(SUITE)}", f"- attendee @ {SITE}"]
    guarded = organization(guards=Guards(protected=(ANN.email,)))
    found = plan(msgspec.structs.replace(files, organization=guarded), person)
    assert (changes(found), held(found)) == ([], [(f"- attendee @ {SITE}", "protected")])


def _words(pool: License) -> str:
    return f"{pool.name} @ {pool.site}" if pool.site else pool.name


def test_deviations_are_watched_like_templates() -> None:
    """An added license that somebody takes is given again, a denied one that somebody gives is taken again, every time."""
    files = desired(
        organization(guards=Guards(first_apply="all")), everyone("Contact center Standard Agent"),
        exception("x", "ann@acme.example", add=[RTT.name], deny=["Webex Meetings Suite"]),
    )  # fmt: skip
    world = World([Someone("ann@acme.example", holds=(SUITE.id,))])
    world.apply(files)
    for _ in range(2):
        held = world.person("ann@acme.example").holds
        assert (RTT.id in held, SUITE.id in held) == (True, False)
        world.change("ann@acme.example", holds=tuple(sorted({*held, SUITE.id} - {RTT.id})))
        found = world.apply(files)
        assert {f"+ {RTT.name}", "- Webex Meetings Suite @ acme.webex.com"} == set(changes(found))
    assert world.plan(files).plan.changes == ()


def test_an_exception_that_no_longer_adds_it_has_ended_for_it() -> None:
    """Taken out of `add`, or out of `users`, counts as ended: row g decides although the exception is in force."""
    org = organization(guards=Guards(first_apply="all"))
    standard = everyone("Contact center Standard Agent")
    before = desired(
        org, standard, exception("x", "ann@acme.example", "bob@acme.example", add=[RTT.name, "Webex Meetings Suite"])
    )
    after = desired(org, standard, exception("x", "ann@acme.example", add=["Webex Meetings Suite"]))
    world = World([Someone("ann@acme.example"), Someone("bob@acme.example")])
    world.apply(before)
    found = world.plan(after)
    assert changes(found, "ann@acme.example") == [f"- {RTT.name}"]
    assert changes(found, "bob@acme.example") == [f"- {RTT.name}", "- Webex Meetings Suite @ acme.webex.com"]
    assert rows(found, "ann@acme.example")[RTT.id] == "g"
