"""Where what a person holds comes from: by whom, since when, by which run and from which commit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reconciler.model.live import Origin
from reconciler.model.memory import Registry
from reconciler.model.plan import LicenseOperation
from reconciler.model.provenance import Act, Provenance
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    SITE,
    change,
    hour,
    license_operation,
    plan,
    result,
    role_operation,
    someone,
    sync,
)

GIVE = license_operation("add", CALLING, "sales")


def apply(
    store: Store,
    at: datetime,
    commit: str,
    *operations: LicenseOperation,
    recorded: Mapping[str, tuple[Origin, ...]] | None = None,
) -> Act:
    """A run from `commit` that does these operations for ann; with `recorded` (name -> origins) it is completed."""
    run = store.start_run(ORG, plan(), commit, at)
    if operations:
        journal = store.journal(ORG)
        seq = journal.intend(run, change("ann", *operations), at)
        journal.settle(run, seq, result("ann", *((item, "done") for item in operations)), at, None)
    if recorded is not None:
        origins = {f"id-{name}": given for name, given in recorded.items()}
        registry = Registry("groups", (), at)
        store.record_apply(
            ORG, run, registry=registry, in_force={}, reorigin={}, reorigin_people=origins, waiting=(), at=at
        )
    store.finish_run(run, completed=recorded is not None, at=at)
    return Act(run, commit, at)


def of(store: Store, holding: str, name: str = "ann") -> Provenance:
    """The provenance of one holding."""
    return next(item for item in store.origins(ORG, f"id-{name}") if item.holding == holding)


def test_what_a_call_gave_names_run_commit_and_time(store: Store) -> None:
    """Given by a call: its run, the commit of its files, when, and which template."""
    sync(store, hour(0), [someone("ann", MEETINGS)])
    gave = apply(store, hour(1), "c1", GIVE)
    assert of(store, CALLING) == Provenance(CALLING, ("template:sales",), hour(1), gave)


def test_what_was_there_is_by_hand_since_it_was_first_seen(store: Store) -> None:
    """What no call of ours gave was first seen in a snapshot, and nothing else is known."""
    sync(store, hour(0), [someone("ann", MEETINGS)])
    sync(store, hour(2), [someone("ann", MEETINGS, MESSAGING, attendee_sites=(SITE,))])
    sync(store, hour(3), [someone("ann", MEETINGS, MESSAGING, attendee_sites=(SITE,), work_phone="1")])
    assert store.origins(ORG, "id-ann") == (
        Provenance(f"attendee:{SITE}", (), hour(2)),
        Provenance(MEETINGS, (), hour(0)),
        Provenance(MESSAGING, (), hour(2)),
    )
    assert of(store, MEETINGS).by_hand


def test_what_an_apply_adopted_names_the_apply(store: Store) -> None:
    """Held before and recorded by a completed apply: first seen then, its claims since that apply, given by no call."""
    sync(store, hour(0), [someone("ann", MEETINGS), someone("bob", MEETINGS)])
    adopted = apply(store, hour(1), "c1", recorded={"ann": (Origin(MEETINGS, ("template:all",)),)})
    assert of(store, MEETINGS) == Provenance(MEETINGS, ("template:all",), hour(0), None, adopted)
    assert of(store, MEETINGS, "bob") == Provenance(MEETINGS, (), hour(0))


def test_another_template_that_grants_it_later_is_named_beside_the_call(store: Store) -> None:
    """What a call gave and another template grants now: both the call and the apply that recorded it."""
    sync(store, hour(0), [someone("ann")])
    gave = apply(store, hour(1), "c1", GIVE, recorded={})
    apply(store, hour(2), "c2", recorded={})
    renamed = apply(store, hour(3), "c3", recorded={"ann": (Origin(CALLING, ("template:new",)),)})
    apply(store, hour(4), "c4", recorded={})
    sync(store, hour(5), [someone("ann", CALLING, MEETINGS)])
    assert of(store, CALLING) == Provenance(CALLING, ("template:new",), hour(1), gave, renamed)


def test_what_somebody_took_and_put_back_was_not_given_by_the_call(store: Store) -> None:
    """After a reading without it, the old call has not given what is held now; the ledger keeps its claim."""
    sync(store, hour(0), [someone("ann")])
    apply(store, hour(1), "c1", GIVE)
    sync(store, hour(2), [someone("ann")])
    sync(store, hour(3), [someone("ann", CALLING)])
    assert of(store, CALLING) == Provenance(CALLING, ("template:sales",), hour(3))
    sync(store, hour(4), [someone("ann")])
    again = apply(store, hour(5), "c2", GIVE)
    assert of(store, CALLING) == Provenance(CALLING, ("template:sales",), hour(5), again)


def test_a_sync_between_intent_and_effect_hides_nothing(store: Store) -> None:
    """A reading that was made while the call was on its way does not turn its effect into somebody else's."""
    sync(store, hour(0), [someone("ann")])
    run = store.start_run(ORG, plan(), "c1", hour(1))
    seq = store.journal(ORG).intend(run, change("ann", GIVE), hour(1))
    sync(store, hour(2), [someone("ann", MEETINGS)])
    store.journal(ORG).settle(run, seq, result("ann", (GIVE, "done")), hour(3), None)
    assert of(store, CALLING) == Provenance(CALLING, ("template:sales",), hour(3), Act(run, "c1", hour(1)))


def test_a_clock_that_stands_still_mixes_up_nothing(store: Store) -> None:
    """Two applies in the same millisecond are told apart, since every write has a moment of its own."""
    sync(store, hour(1), [someone("ann", MEETINGS)])
    apply(store, hour(1), "c1", recorded={"ann": (Origin(MEETINGS, ("template:one",)),)})
    second = apply(store, hour(1), "c2", recorded={"ann": (Origin(MEETINGS, ("template:two",)),)})
    assert of(store, MEETINGS).recorded == second


def test_roles_have_a_provenance_too(store: Store) -> None:
    """An attendee role is a holding like a license."""
    sync(store, hour(0), [someone("ann")])
    run = store.start_run(ORG, plan(), None, hour(1))
    seq = store.journal(ORG).intend(run, change("ann", role_operation("add", "sales")), hour(1))
    store.journal(ORG).settle(run, seq, result("ann", (role_operation("add", "sales"), "done")), hour(1), None)
    found = of(store, f"attendee:{SITE}")
    assert found == Provenance(f"attendee:{SITE}", ("template:sales",), hour(1), Act(run, None, hour(1)))


def test_nobody_and_those_who_left_hold_nothing(store: Store) -> None:
    """An unknown organization, an unknown person and one who is gone have no holdings to explain."""
    assert store.origins(ORG, "id-ann") == ()
    sync(store, hour(0), [someone("ann", MEETINGS), someone("bob")])
    assert store.origins(ORG, "id-cem") == ()
    assert store.origins(ORG, "id-bob") == ()
    sync(store, hour(1), [someone("bob")])
    assert store.origins(ORG, "id-ann") == ()
