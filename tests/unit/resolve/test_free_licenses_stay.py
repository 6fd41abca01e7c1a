"""RULES 3.8."""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import License
from reconciler.model.desired import Retention
from tests.support.desired import changes, desired, everyone, exception, managed, organization, plan
from tests.support.live import MSG, RTT, SUITE, Someone, license_id

REMOVE = Retention(manual="remove", template_removal="remove")
SHARE = License(license_id("FSS", 60), "Screen Share", 100, 0)
FREE = License(license_id("FTM", 61), "Basic Space Meetings", 100, 0)
MESSAGING = License(license_id("MS", 62), "Messaging", 5, 1, 1, 0, "Sub-1")
HOLDER = Someone("ann@acme.example", holds=(FREE.id,))
ALL = (RTT, SUITE, MSG, FREE, SHARE)


def _lost(org_manages: tuple[str, ...], person: Someone, *more: object) -> list[str]:
    org = organization(retention=REMOVE, manage=managed(*org_manages))
    found = plan(desired(org, everyone("Real-Time Translations"), *more), person, licenses=ALL)  # type: ignore[arg-type]
    return [op.license for change in found.plan.changes for op in change.licenses if op.operation == "remove"]


def test_a_free_license_that_manage_names_goes() -> None:
    """A free license named in `manage` that nothing needs is removed like any other."""
    assert _lost(("Basic Space Meetings",), HOLDER) == ["Basic Space Meetings"]


def test_a_free_license_stays_unless_manage_names_it() -> None:
    """A free license stays, even if it is denied or a template gave it and dropped it."""
    ours = msgspec.structs.replace(HOLDER, given={FREE.id: ("template:everyone",)})
    assert _lost((), ours) == []
    assert _lost((), HOLDER, exception("x", HOLDER.email, deny=["Basic Space Meetings"])) == []


def test_a_free_license_that_something_held_needs_stays() -> None:
    """A free license stays while a held or granted license depends on it, directly or through another free one."""
    host = Someone("ann@acme.example", holds=(MSG.id, SUITE.id))
    assert _lost(("Basic Messaging",), host) == []
    chain = Someone("ann@acme.example", holds=(MSG.id, FREE.id))
    assert _lost(("Basic Messaging",), chain) == []


def test_a_free_license_that_stays_for_want_of_manage_keeps_what_it_needs() -> None:
    """A free license that would go if `manage` named it still needs its own base, and both stay."""
    chain = Someone("ann@acme.example", holds=(MSG.id, FREE.id), given={FREE.id: ("template:everyone",)})
    assert _lost(("Basic Messaging",), chain) == []
    assert _lost(("Basic Messaging",), chain, exception("x", chain.email, deny=["Basic Space Meetings"])) == []
    assert sorted(_lost(("Basic Messaging", "Basic Space Meetings"), msgspec.structs.replace(chain, given={}))) == [
        "Basic Messaging",
        "Basic Space Meetings",
    ]


def test_a_free_license_stays_until_the_license_that_needs_it_is_replaced() -> None:
    """A license that goes only once its successor has a unit keeps its free base until then."""
    person = Someone("ann@acme.example", holds=(MSG.id, MESSAGING.id))
    org = organization(
        retention=REMOVE, manage=managed("Basic Messaging", "Messaging"), tiers=((RTT.name, MESSAGING.name),)
    )
    found = plan(
        desired(org, everyone(RTT.name)), person, licenses=(MSG, MESSAGING, msgspec.structs.replace(RTT, total=0))
    )
    assert found.plan.changes == ()


def test_screen_share_is_never_removed() -> None:
    """Implicit screen share stays, whatever `manage` and exceptions say, and whether or not it is sold."""
    for share in (SHARE, msgspec.structs.replace(SHARE, subscription="Sub-1")):
        person = Someone("ann@acme.example", holds=(share.id,))
        org = organization(retention=REMOVE, manage=managed("Screen Share"))
        files = desired(org, everyone("Real-Time Translations"), exception("x", person.email, deny=["Screen Share"]))
        assert changes(plan(files, person, licenses=(RTT, share))) == ["+ Real-Time Translations"]
