"""RULES 1.3, 1.4."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from reconciler.model.desired import Desired, Retention
from reconciler.model.live import State
from reconciler.model.memory import Memory
from tests.support.desired import applied, changes, desired, everyone, exception, members, organization, plan
from tests.support.live import NOW, RTT, SALES, SUITE, Someone
from tests.support.simulate import World

BEFORE, AFTER = NOW - timedelta(days=30), NOW - timedelta(days=1)
IN_FORCE = NOW - timedelta(days=10)
FOR_NEWCOMERS = desired(organization(), everyone("Real-Time Translations", existing_users=False))
GROUP = desired(organization("groups"), members("Sales", "Real-Time Translations", existing_users=False))


STRICT = Retention("remove", "removeAll", "remove", "remove", "remove")


def _memory(since: datetime = IN_FORCE, files: Desired = FOR_NEWCOMERS, name: str = "everyone") -> Memory:
    return msgspec.structs.replace(applied(files), in_force={name: since})


def test_a_standing_rule_speaks_for_everybody() -> None:
    """With `existingUsers: true`, the default, people who were there before get the license as well."""
    old = Someone("old@acme.example", first_seen=BEFORE)
    assert changes(plan(desired(organization(), everyone("Real-Time Translations")), old)) == [
        "+ Real-Time Translations"
    ]


def test_only_people_first_seen_later() -> None:
    """With `existingUsers: false` only people first seen after the template came into force get it."""
    old, new = Someone("old@acme.example", first_seen=BEFORE), Someone("new@acme.example", first_seen=AFTER)
    found = plan(FOR_NEWCOMERS, old, new, memory=_memory())
    assert changes(found, old.email) == []
    assert changes(found, new.email) == ["+ Real-Time Translations"]


def test_people_created_later_are_newcomers() -> None:
    """Somebody created after the template came into force is a newcomer, whenever a snapshot first saw them."""
    created = Someone("new@acme.example", created=AFTER)
    assert changes(plan(FOR_NEWCOMERS, created, memory=_memory())) == ["+ Real-Time Translations"]


def test_nobody_is_a_newcomer_before_the_first_completed_apply() -> None:
    """Before a template is in force it speaks for nobody, not even for somebody created today."""
    new = Someone("new@acme.example", created=NOW, first_seen=NOW)
    assert changes(plan(FOR_NEWCOMERS, new, memory=Memory())) == []


def test_active_from_sets_the_moment() -> None:
    """`activeFrom` in the file decides who is a newcomer, before any apply and instead of its date."""
    files = desired(
        organization(), everyone("Real-Time Translations", existing_users=False, active_from=date(2026, 11, 15))
    )
    early = Someone("early@acme.example", first_seen=NOW - timedelta(days=8))
    late = Someone("late@acme.example", first_seen=NOW - timedelta(days=2))
    for known in (Memory(), _memory(NOW - timedelta(days=1))):
        found = plan(files, early, late, memory=known)
        assert changes(found, early.email) == []
        assert changes(found, late.email) == ["+ Real-Time Translations"]


def test_joining_the_group_makes_a_newcomer() -> None:
    """For a group template, an old hand who joins the group after it came into force is a newcomer."""
    joined = Someone("joined@acme.example", groups=(SALES.id,), joined={SALES.id: AFTER})
    veteran = Someone("veteran@acme.example", groups=(SALES.id,), joined={SALES.id: BEFORE})
    found = plan(GROUP, joined, veteran, memory=_memory(files=GROUP, name="sales"))
    assert changes(found, joined.email) == ["+ Real-Time Translations"]
    assert changes(found, veteran.email) == []


def test_what_members_already_hold_is_left_alone() -> None:
    """A license that a silent template grants stays with those who hold it, by hand, under every policy."""
    files = desired(organization(retention=STRICT), everyone("Real-Time Translations", existing_users=False))
    old = Someone("old@acme.example", first_seen=BEFORE, holds=(RTT.id,))
    assert changes(plan(files, old, memory=_memory())) == []


def test_what_the_template_gave_before_it_fell_silent_is_left_alone() -> None:
    """Switching a template to `existingUsers: false` takes nothing from those whom it gave the license before."""
    before = desired(organization(retention=STRICT), everyone("Real-Time Translations"))
    after = desired(organization(retention=STRICT), everyone("Real-Time Translations", existing_users=False))
    old = Someone("old@acme.example", first_seen=BEFORE, holds=(RTT.id,), given={RTT.id: ("template:everyone",)})
    assert changes(plan(after, old, memory=applied(before))) == []


SKIP = desired(organization(), everyone("Real-Time Translations", explicitly_licensed_newcomers="skip"))


def test_skip_leaves_out_newcomers_who_came_with_a_paid_license() -> None:
    """With `skip`, a newcomer who held a paid license when first seen gets nothing from the organization template."""
    paid = Someone("paid@acme.example", first_seen=AFTER, holds=(SUITE.id,), paid_at_first_sight=True)
    plain = Someone("plain@acme.example", first_seen=AFTER)
    found = plan(SKIP, paid, plain, memory=_memory(files=SKIP))
    assert changes(found, paid.email) == []
    assert changes(found, plain.email) == ["+ Real-Time Translations"]


def test_skip_is_about_newcomers_only() -> None:
    """With `skip`, people who were there before the template are licensed as usual."""
    old = Someone("old@acme.example", first_seen=BEFORE, holds=(SUITE.id,), paid_at_first_sight=True)
    assert changes(plan(SKIP, old, memory=_memory(files=SKIP))) == ["+ Real-Time Translations"]


def test_apply_is_the_default() -> None:
    """By default a newcomer who came with a paid license gets what the template grants."""
    paid = Someone("paid@acme.example", first_seen=AFTER, holds=(SUITE.id,), paid_at_first_sight=True)
    files = desired(organization(), everyone("Real-Time Translations"))
    assert changes(plan(files, paid, memory=_memory(files=files))) == ["+ Real-Time Translations"]


def test_an_exception_lifts_the_skip() -> None:
    """A skipped newcomer gets what an exception adds."""
    paid = Someone("paid@acme.example", first_seen=AFTER, paid_at_first_sight=True)
    files = desired(SKIP.organization, *SKIP.templates, exception("x", paid.email, add=["Real-Time Translations"]))
    assert changes(plan(files, paid, memory=_memory(files=files))) == ["+ Real-Time Translations"]


def test_a_move_ends_the_skip() -> None:
    """A skipped newcomer who changed groups since is licensed by the organization template as usual."""
    paid = Someone("paid@acme.example", first_seen=AFTER, paid_at_first_sight=True)
    moved = msgspec.structs.replace(paid, email="moved@acme.example", moved=AFTER + timedelta(hours=1))
    found = plan(SKIP, paid, moved, memory=_memory(files=SKIP))
    assert changes(found, paid.email) == []
    assert changes(found, moved.email) == ["+ Real-Time Translations"]


def test_being_excepted_ends_the_skip() -> None:
    """A skipped newcomer whom an exception names gets what the template grants, but for what the exception denies."""
    paid = Someone("paid@acme.example", first_seen=AFTER, paid_at_first_sight=True)
    for denied, expected in (("Contact Center Premium Agent", ["+ Real-Time Translations"]), (RTT.name, [])):
        files = desired(SKIP.organization, *SKIP.templates, exception("x", paid.email, deny=[denied]))
        assert changes(plan(files, paid, memory=_memory(files=files))) == expected


def test_active_from_in_the_future_speaks_for_nobody_yet() -> None:
    """Until the date has come nobody is a newcomer, whoever comes; from then on who came after it is."""
    files = desired(organization(), everyone(RTT.name, existing_users=False, active_from=date(2026, 11, 25)))
    world = World([Someone("early@acme.example", first_seen=NOW)])
    assert changes(world.apply(files)) == []
    world.now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    world.people["late@acme.example"] = Someone("late@acme.example", first_seen=world.now)
    assert changes(world.plan(files)) == ["+ Real-Time Translations"]


def test_an_empty_apply_puts_a_template_in_force() -> None:
    """The first completed apply counts although it had nothing to do; who comes after it is a newcomer."""
    world = World([Someone("old@acme.example", first_seen=BEFORE)])
    assert world.apply(FOR_NEWCOMERS).plan.changes == ()
    world.people["new@acme.example"] = Someone("new@acme.example", first_seen=world.now)
    assert changes(world.apply(FOR_NEWCOMERS)) == ["+ Real-Time Translations"]
    world.change("new@acme.example", holds=())
    assert changes(world.plan(FOR_NEWCOMERS)) == ["+ Real-Time Translations"], "a newcomer stays one"


def test_a_template_changes_its_mind_about_existing_users() -> None:
    """From true to false nobody loses anything; from false to true those who were there before get it as well."""
    standing = desired(organization(retention=STRICT), everyone("Real-Time Translations"))
    for_newcomers = desired(organization(retention=STRICT), *FOR_NEWCOMERS.templates)
    world = World([Someone("old@acme.example", first_seen=BEFORE)])
    assert changes(world.apply(standing)) == ["+ Real-Time Translations"]
    assert changes(world.apply(for_newcomers)) == []
    world.people["other@acme.example"] = Someone("other@acme.example", first_seen=BEFORE)
    assert changes(world.apply(for_newcomers)) == []
    assert changes(world.apply(standing)) == ["+ Real-Time Translations"]


def test_a_template_that_comes_back_is_in_force_as_before() -> None:
    """Deleted and added again, or renamed, a template speaks for everybody who came after its first completed apply."""
    other = desired(organization(), everyone("Contact center Standard Agent", name="other"))
    renamed = desired(organization(), everyone(RTT.name, name="welcome", existing_users=False))
    for later in (FOR_NEWCOMERS, renamed):
        world = World([Someone("old@acme.example", first_seen=BEFORE)])
        world.apply(FOR_NEWCOMERS)
        if later is FOR_NEWCOMERS:
            world.apply(other)
        world.people["new@acme.example"] = Someone("new@acme.example", first_seen=world.now)
        assert changes(world.plan(later), "old@acme.example") == []
        assert changes(world.apply(later), "new@acme.example") == ["+ Real-Time Translations"]
        assert changes(world.apply(later)) == []


@pytest.mark.parametrize(
    ("state", "expected"), [("pending", True), ("deactivated", False), ("machine", False), ("external", False)]
)
def test_newcomers_of_every_kind(state: State, expected: bool) -> None:
    """Invited people are licensed as newcomers; bots, people of others and deactivated people are not."""
    new = Someone("new@acme.example", first_seen=AFTER, state=state)
    assert (changes(plan(FOR_NEWCOMERS, new, memory=_memory())) == ["+ Real-Time Translations"]) is expected
    if state == "deactivated":
        back = msgspec.structs.replace(new, state="active")
        assert changes(plan(FOR_NEWCOMERS, back, memory=_memory())) == ["+ Real-Time Translations"]


def test_somebody_linked_from_site_administration_is_a_newcomer() -> None:
    """An account that is years old and was first seen after the template came into force is a newcomer."""
    linked = Someone("linked@acme.example", created=BEFORE - timedelta(days=999), first_seen=AFTER)
    assert changes(plan(FOR_NEWCOMERS, linked, memory=_memory())) == ["+ Real-Time Translations"]
