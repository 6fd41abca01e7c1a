"""What the store learns from refusals of the attendee role (RULES 3.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciler.model.live import PersonReading
from reconciler.model.plan import AttendeeOperation
from reconciler.model.result import OperationResult, Outcome, PersonResult
from reconciler.store import Store
from tests.unit.store.organization import ORG, SITE, change, hour, license_operation, plan, role_operation

OTHER = "emea.webex.com"
ROLE = role_operation("add")
REFUSED = "code 400216: the site is not one where people can be attendees. Webex refused the call"


def _call(store: Store, run: str, at: datetime, name: str, *ends: tuple[AttendeeOperation, Outcome, str]) -> None:
    journal = store.journal(ORG)
    seq = journal.intend(run, change(name, *(operation for operation, _, _ in ends)), at)
    results = tuple(OperationResult(*end) for end in ends)
    reading: PersonReading | None = None
    journal.settle(run, seq, PersonResult(f"id-{name}", f"{name}@acme.example", results, 400), at, reading)


def _run(store: Store, at: datetime, *calls: tuple[str, Outcome, str]) -> None:
    """A run with one attendee role to be given in each call."""
    run = store.start_run(ORG, plan(), None, at, ())
    for name, outcome, detail in calls:
        _call(store, run, at, name, (ROLE, outcome, detail))
    store.finish_run(run, completed=True, at=at)


def test_a_refused_site_is_remembered_for_thirty_days(store: Store) -> None:
    """After 400216 the site is known not to take attendees; 30 days later it may be tried again."""
    _run(store, hour(0), ("ann", "refused", REFUSED), ("bob", "refused", REFUSED))
    assert store.memory(ORG, hour(1)).attendee_refused == {SITE: hour(0)}
    assert store.memory(ORG, hour(-1)).attendee_refused == {}
    assert store.memory(ORG, hour(0) + timedelta(days=31)).attendee_refused == {}
    assert store.memory("org-2", hour(1)).attendee_refused == {}


def test_one_person_proves_nothing_about_a_site(store: Store) -> None:
    """However often the same person is refused, the site stays open to others; the second person closes it."""
    _run(store, hour(0), ("ann", "refused", REFUSED))
    _run(store, hour(1), ("ann", "refused", REFUSED))
    assert store.memory(ORG, hour(2)).attendee_refused == {}
    _run(store, hour(3), ("bob", "refused", REFUSED))
    assert store.memory(ORG, hour(4)).attendee_refused == {SITE: hour(3)}


def test_somebody_who_became_attendee_proves_the_site_fine(store: Store) -> None:
    """If others get the role in the same run or later, the refusal was about the person."""
    _run(store, hour(0), ("ann", "refused", REFUSED), ("dan", "refused", REFUSED), ("bob", "done", ""))
    assert store.memory(ORG, hour(1)).attendee_refused == {}
    _run(store, hour(2), ("ann", "refused", REFUSED), ("dan", "refused", REFUSED))
    assert store.memory(ORG, hour(3)).attendee_refused == {SITE: hour(2)}
    _run(store, hour(4), ("cem", "done", ""))
    assert store.memory(ORG, hour(5)).attendee_refused == {}


def test_an_earlier_attendee_proves_nothing(store: Store) -> None:
    """The feature can be switched off: who became attendee before the refusal is no evidence."""
    _run(store, hour(0), ("bob", "done", ""))
    _run(
        store,
        hour(1),
        ("ann", "refused", REFUSED),
        ("cem", "refused", REFUSED),
        ("bob", "done", "It is so, although Webex refused: code 400216: x"),
    )
    assert store.memory(ORG, hour(2)).attendee_refused == {SITE: hour(1)}


def test_only_the_site_that_webex_names(store: Store) -> None:
    """Where one call asks for two sites and Webex names one of them, only that one is remembered."""
    other = AttendeeOperation("add", OTHER, "config", ())
    run = store.start_run(ORG, plan(), None, hour(0), ())
    for name in ("ann", "bob"):
        _call(store, run, hour(0), name, *((role, "refused", f"{REFUSED}: {OTHER}") for role in (ROLE, other)))
    assert store.memory(ORG, hour(1)).attendee_refused == {OTHER: hour(0)}


def test_other_refusals_teach_nothing(store: Store) -> None:
    """Another code, a removed role and a refused license say nothing about the site."""
    run = store.start_run(ORG, plan(), None, hour(0), ())
    _call(store, run, hour(0), "ann", (ROLE, "refused", "code 400413: two of the licenses exclude each other"))
    _call(store, run, hour(0), "bob", (role_operation("remove"), "refused", REFUSED))
    journal, license = store.journal(ORG), license_operation("add", "L1")
    seq = journal.intend(run, change("cem", license), hour(0))
    ended = PersonResult("id-cem", "cem@acme.example", (OperationResult(license, "refused", REFUSED),), 400)
    journal.settle(run, seq, ended, hour(0), None)
    assert store.memory(ORG, hour(1)).attendee_refused == {}
