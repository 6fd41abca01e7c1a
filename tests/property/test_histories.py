"""Histories under every combination of the retention policies: rows a to h of RULES 4.2 are told apart over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from reconciler.model.desired import Desired, Guards, Template
from reconciler.model.live import Group
from reconciler.store import Store
from tests.support.desired import Document, desired, everyone, exception, managed, members, organization
from tests.support.histories import RESIDENT, Policies, Reading, Walk, all_policies, pool
from tests.support.live import SALES, SUPPORT, Someone
from tests.support.stored import Stored

NAMES = ("Office", "Phone", "Pad", "Desk", "Hand", "Extra")
SOLD_TWICE = (pool(60, "Phone", "Sub-2"), pool(61, "Hand", "Sub-2"))
POOLS = (*(pool(number, name) for number, name in enumerate(NAMES, 50)), *SOLD_TWICE)
SHOWN = {item.id: item.name + (" 2" if item in SOLD_TWICE else "") for item in POOLS}
HELD = {shown: identity for identity, shown in SHOWN.items()}
LEADS = Group(SALES.id + "leads", "Leads")

ALL_AT_ONCE = Guards(first_apply="all")
EVERYONE = everyone("Office")
FULL = members(["Sales", "Leads"], "Phone", "Pad", name="sales")
LESS = members(["Sales", "Leads"], "Phone", name="sales")
NARROW = members("Sales", "Phone", name="sales")
HELP = members("Support", "Desk", name="support")


def _files(
    policies: Policies, *documents: Document, mode: str = "groupsThenOrganization", subscription: str = "Sub-1"
) -> Desired:
    org = organization(
        mode, retention=policies.retention, manage=managed("Hand"), guards=ALL_AT_ONCE, default_subscription=subscription,
        deactivated_users="keep" if policies.template_removal == "preserve" else "remove",
    )  # fmt: skip
    return desired(org, *(policies.template(item) if isinstance(item, Template) else item for item in documents))


Make = Callable[[Reading], Reading]


def _start(policies: Policies, make: Make) -> Walk:
    """Bob is in Sales and holds what somebody gave him; carl is in Leads, dan in Support; ann is not there yet."""
    bob = Someone("bob@acme.example", groups=(SALES.id,), holds=(HELD["Phone"], HELD["Hand"]))
    carl = Someone("carl@acme.example", groups=(LEADS.id,))
    dan = Someone("dan@acme.example", groups=(SUPPORT.id,))
    rest = Someone(RESIDENT, groups=(SALES.id, SUPPORT.id, LEADS.id))
    world = Reading([bob, carl, dan, rest], licenses=POOLS, groups=(SALES, SUPPORT, LEADS))
    return Walk(make(world), policies, SHOWN)


def same(world: Reading) -> Reading:
    """The world as it is, without a store."""
    return world


def _move(walk: Walk, who: str, *groups: Group) -> None:
    walk.world.change(f"{who}@acme.example", groups=tuple(group.id for group in groups), moved=walk.world.now)


def career(policies: Policies, make: Make = same) -> Walk:
    """Hired, clicked at, moved, moved back, while templates are edited, narrowed, renamed, deleted and come back."""
    walk, dan = _start(policies, make), {"Desk": "+"}
    files = _files(policies, EVERYONE, FULL, HELP)
    # What bob held before this tool came is by hand, unless adopted.
    walk.step(
        "start", files, {"bob": {"Phone": "+", "Pad": "+", "Hand": "h"}, "carl": {"Phone": "+", "Pad": "+"}, "dan": dan}
    )

    walk.world.people["ann@acme.example"] = Someone("ann@acme.example", groups=(SALES.id,), first_seen=walk.world.now)
    bob, carl = {"Phone": "+", "Pad": "+", "Hand": "h"}, {"Phone": "+", "Pad": "+"}
    walk.step("hire", files, {"ann": {"Phone": "+", "Pad": "+"}, "bob": bob, "carl": carl, "dan": dan})

    walk.click("ann", give="Hand", take="Pad")  # declared state wins, and what is by hand is row h
    walk.step("click", files, {"ann": {"Phone": "+", "Pad": "+", "Hand": "h"}, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, LESS, HELP)
    carl, bob = {"Phone": "+", "Pad": "d"}, {"Phone": "+", "Pad": "d", "Hand": "h"}
    walk.step(
        "template edited", files, {"ann": {"Phone": "+", "Pad": "d", "Hand": "h"}, "bob": bob, "carl": carl, "dan": dan}
    )

    _move(walk, "ann", SUPPORT)  # its template speaks no more: also what it had dropped is now row e
    ann = {"Phone": "e", "Pad": "e", "Desk": "+", "Hand": "m"}
    walk.step("move A to B", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    _move(walk, "ann", SALES)
    ann = {"Phone": "+", "Pad": "d", "Desk": "e", "Hand": "m"}
    walk.step("move back", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, NARROW, HELP)
    carl = {"Phone": "f", "Pad": "f", "Office": "+"}
    walk.step("group taken out", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    walk.world.groups = (msgspec.structs.replace(SALES, name="Vertrieb"), SUPPORT, LEADS)
    renamed = members("Vertrieb", "Phone", name="sales")
    files = _files(policies, EVERYONE, renamed, HELP)
    walk.step("group renamed", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, msgspec.structs.replace(renamed, name="vertrieb"), HELP)
    walk.step("template renamed", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, HELP)  # bob's Phone was there before this tool came
    ann = {"Office": "+", "Phone": "f", "Pad": "f", "Desk": "e", "Hand": "m"}
    bob = {"Office": "+", "Phone": "f/.", "Pad": "f", "Hand": "h"}
    walk.step("template deleted", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, msgspec.structs.replace(renamed, name="vertrieb"), HELP)
    ann = {"Office": "f", "Phone": "+", "Pad": "d", "Desk": "e", "Hand": "m"}
    bob = {"Office": "f", "Phone": "+", "Pad": "d", "Hand": "h"}
    walk.step("template added again", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, msgspec.structs.replace(renamed, name="vertrieb"), HELP, mode="organization")
    ann = {"Office": "+", "Phone": "f", "Pad": "f", "Desk": "e", "Hand": "m"}
    bob = {"Office": "+", "Phone": "f/h", "Pad": "f", "Hand": "h"}
    dan = {"Office": "+", "Desk": "f"}
    walk.step("mode switch", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})
    return walk


def leaver(policies: Policies, make: Make = same) -> Walk:
    """What was left stays row e, whatever the files do to the template afterwards, read or not read."""
    walk, dan = _start(policies, make), {"Desk": "+"}
    walk.world.people["ann@acme.example"] = Someone("ann@acme.example", groups=(SALES.id,))
    files = _files(policies, EVERYONE, LESS, HELP)
    bob, carl = {"Phone": "+", "Hand": "h"}, {"Phone": "+"}
    walk.step("start", files, {"ann": {"Phone": "+"}, "bob": bob, "carl": carl, "dan": dan})

    _move(walk, "ann", SUPPORT)
    ann = {"Phone": "e", "Desk": "+"}
    walk.step("left", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, HELP)  # Sales and Leads are not read any more
    bob, carl = {"Office": "+", "Phone": "f/.", "Hand": "h"}, {"Office": "+", "Phone": "f"}
    walk.step("template deleted afterwards", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, LESS, HELP, mode="organization")
    ann, dan = {"Office": "+", "Phone": "e", "Desk": "f"}, {"Office": "+", "Desk": "f"}
    bob, carl = {"Office": "+", "Phone": "f/h", "Hand": "h"}, {"Office": "+", "Phone": "f"}
    walk.step("mode switch", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, LESS, HELP)
    ann, dan = {"Office": "f", "Phone": "e", "Desk": "+"}, {"Office": "f", "Desk": "+"}
    bob, carl = {"Office": "f", "Phone": "+", "Hand": "h"}, {"Office": "f", "Phone": "+"}
    walk.step("mode switched back", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})

    _move(walk, "dan")  # the organization template takes over again
    dan = {"Office": "+", "Desk": "e"}
    walk.step("left every group", files, {"ann": ann, "bob": bob, "carl": carl, "dan": dan})
    return walk


def deviations(policies: Policies, make: Make = same) -> Walk:
    """Exceptions begin and end, beside templates and without; people are exempt, deactivated, reactivated."""
    walk, dan, carl = _start(policies, make), {"Desk": "+"}, {"Phone": "+"}
    more, plain = members(["Sales", "Leads"], "Phone", "Extra", name="sales"), LESS
    add = exception("add", "bob@acme.example", add=["Extra"])
    bob = {"Phone": "+", "Hand": "h", "Extra": "+"}
    walk.step("begins", _files(policies, EVERYONE, plain, HELP, add), {"bob": bob, "carl": carl, "dan": dan})

    both = _files(policies, EVERYONE, more, HELP, add)
    walk.step("granted as well", both, {"bob": bob, "carl": {**carl, "Extra": "+"}, "dan": dan})

    files = _files(policies, EVERYONE, plain, HELP)
    bob, carl = {"Phone": "+", "Hand": "h", "Extra": "dg"}, {"Phone": "+", "Extra": "d"}
    walk.step("both end", files, {"bob": bob, "carl": carl, "dan": dan})

    walk.step("both again", both, {"bob": bob | {"Extra": "+"}, "carl": {**carl, "Extra": "+"}, "dan": dan})
    walk.step("ends alone", _files(policies, EVERYONE, more, HELP), {
        "bob": bob | {"Extra": "+"}, "carl": {**carl, "Extra": "+"}, "dan": dan,
    })  # fmt: skip
    bob = bob | {"Extra": "d"}
    walk.step("then the template", files, {"bob": bob, "carl": carl, "dan": dan})

    until = exception("add", "dan@acme.example", add=["Extra"], until=walk.world.now.date())
    files = _files(policies, EVERYONE, plain, HELP, until)
    walk.step("for today", files, {"bob": bob, "carl": carl, "dan": {"Desk": "+", "Extra": "+"}})
    walk.world.now += timedelta(days=1)
    dan = {"Desk": "+", "Extra": "g"}
    walk.step("expired", files, {"bob": bob, "carl": carl, "dan": dan})

    leave = exception("leave", "bob@acme.example", exempt=True)
    deny = exception("deny", "bob@acme.example", "carl@acme.example", deny=["Phone", "Extra"])
    exempt = dict.fromkeys(bob, ".")
    _move(walk, "bob", SUPPORT)
    files = _files(policies, EVERYONE, plain, HELP, leave, deny)
    carl = {"Phone": "a", "Extra": "a"}
    walk.step("exempt beats deny", files, {"bob": exempt, "carl": carl, "dan": dan})

    bob = {"Phone": "e/m", "Hand": "m", "Extra": "e", "Desk": "+"}
    files, carl = _files(policies, EVERYONE, plain, HELP), {"Phone": "+"}
    if policies.preserve_licenses:  # only what this tool gave tells that he moved
        walk.step("ends", files, {"bob": bob, "carl": carl, "dan": dan})
    return walk


def outside(policies: Policies, make: Make = same) -> Walk:
    """Another subscription than the default, given by hand or by a default that changed; a person who is deactivated."""
    walk, dan, carl = _start(policies, make), {"Desk": "+"}, {"Phone": "+"}
    walk.click("bob", give="Hand 2", take="Phone")
    walk.click("bob", give="Phone 2")
    files = _files(policies, EVERYONE, LESS, HELP)
    keeps = policies.outside == "preserve"
    phone = {"Phone 2": "."} if keeps else {"Phone": "+"}  # kept where it is, or swapped in one call
    bob = {**phone, "Hand": "h", "Hand 2": "c"}
    walk.step("by hand", files, {"bob": bob, "carl": carl, "dan": dan})

    files = _files(policies, EVERYONE, LESS, HELP, subscription="Sub-2")
    bob = {"Phone 2": "+", "Hand": "c", "Hand 2": "h"}
    carl = {"Phone": "."} if keeps else {"Phone 2": "+"}
    walk.step("another default", files, {"bob": bob, "carl": carl, "dan": dan})

    walk.world.change("bob@acme.example", state="deactivated")
    bob = dict.fromkeys(bob, "b")
    walk.step("deactivated", files, {"bob": bob, "carl": carl, "dan": dan})
    walk.world.change("bob@acme.example", state="active")
    bob = {"Phone 2": "+", "Hand": "c", "Hand 2": "h"}
    walk.step("reactivated", files, {"bob": bob, "carl": carl, "dan": dan})
    return walk


WALKS = {walk.__name__: walk for walk in (career, leaver, deviations, outside)}


@pytest.mark.parametrize("name", WALKS)
def test_every_combination_of_policies(name: str) -> None:
    """After each step everybody holds exactly what the first matching row leaves them, and a second plan is empty.

    Where nothing of a walk is outside the defaults, `outsideDefaults` goes to and fro instead of doubling the choices.
    """
    chosen = [
        policies
        for number, policies in enumerate(all_policies())
        if name == "outside" or (policies.outside == "preserve") == (number // 8 % 2 == 0)
    ]
    assert len({policies._replace(outside="preserve") for policies in chosen}) == 96
    assert sum(WALKS[name](policies).steps for policies in chosen) >= 4 * len(chosen)


# Rows d, e and f with opposite policies, so that taking one for the other shows at once.
SOME = (
    Policies("preserve", "remove", "preserve", "preserve", "preserve", False, True),
    Policies("remove", "preserve", "remove", "preserve", "remove", True, False),
)


@pytest.mark.parametrize("name", WALKS)
def test_the_store_remembers_what_the_table_asks_for(name: str, tmp_path: Path) -> None:
    """The same histories with the real store: what one apply recorded is all that the next one knows."""
    for number, policies in enumerate(SOME):
        with Store.open(f"sqlite:///{tmp_path / str(number)}.db") as store:
            walk = WALKS[name](policies, partial(Stored.of, store=store))
        assert walk.steps >= 4
