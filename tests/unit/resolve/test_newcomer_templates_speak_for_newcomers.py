"""RULES 1.3, 1.4."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from reconciler.model.desired import Desired, Retention
from reconciler.model.memory import Memory
from tests.support.desired import applied, changes, desired, everyone, exception, members, organization, plan
from tests.support.live import NOW, RTT, SALES, SUITE, Someone

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
