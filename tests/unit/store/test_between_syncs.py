"""What changes in the store between two syncs: counters read again, people found by id, origins of single people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.model.catalog import License
from reconciler.model.live import Origin, PersonReading, Scope
from reconciler.model.memory import Registry
from reconciler.store import Store
from tests.unit.execute.plans import plan

ORG, NOW = "org-1", datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
PEOPLE = ("ann", "bob", "cem")
SALES, MARKED = (Origin("l", ("template:sales",)),), (Origin("l", ("exception:x",)),)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three people who hold one license, in one situation."""
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        with opened.begin_sync(ORG, "Acme", Scope(), NOW) as writer:
            writer.licenses([License("l", "Basic Messaging", 10, 3)])
            writer.people([PersonReading(who, f"{who}@acme.example", who, ("l",), ()) for who in PEOPLE])
            writer.commit()
        yield opened


def origins(store: Store) -> dict[str, tuple[Origin, ...]]:
    """Person id -> origins, as the newest view shows them."""
    live = store.live(ORG)
    where = live.locate(PEOPLE)
    known = {situation.id: situation.origins for situation, _ in live.situations()}
    return {person: known[situation] for person, situation in where.items()}


def record(
    store: Store, reorigin: dict[int, tuple[Origin, ...]], people: dict[str, tuple[Origin, ...]], at: datetime
) -> None:
    """The end of an apply that leaves these origins."""
    run = store.start_run(ORG, plan(), None, at)
    registry = Registry("groups", (), at)
    store.record_apply(
        ORG, run, registry=registry, in_force={}, reorigin=reorigin, reorigin_people=people, waiting=(), at=at
    )


def test_counters_read_again_show_in_the_newest_view(store: Store) -> None:
    """`live` has the new counters, while the snapshot keeps the structure it was read with."""
    before = store.live(ORG)
    store.record_licenses(ORG, [License("l", "Basic Messaging", 10, 4)], LATER)
    assert [item.consumed for item in store.live(ORG).licenses()] == [4]
    assert [item.consumed for item in before.licenses()] == [3]
    assert [item.consumed for item in store.structure(before.snapshot().id).licenses] == [3]


def test_people_are_located_by_id(store: Store) -> None:
    """Everybody asked for who is there, and nobody else."""
    live = store.live(ORG)
    ((situation, _),) = live.situations()
    assert live.locate(["cem", "ann", "nobody"]) == {"ann": situation.id, "cem": situation.id}
    assert live.locate([]) == {}


def test_single_people_get_origins_of_their_own(store: Store) -> None:
    """The situation moves on, except for the people who are named: they get theirs, or keep what they have."""
    ((situation, _),) = store.live(ORG).situations()
    record(store, {situation.id: SALES}, {"bob": MARKED, "cem": ()}, LATER)
    assert origins(store) == {"ann": SALES, "bob": MARKED, "cem": ()}


def test_origins_of_several_situations_change_at_once(store: Store) -> None:
    """Two situations that trade places, and one that moves to where another was: nobody is moved on."""
    record(store, {}, {"ann": SALES, "bob": MARKED}, LATER)
    live = store.live(ORG)
    by_person = live.locate(PEOPLE)
    trade = {by_person["ann"]: MARKED, by_person["bob"]: (), by_person["cem"]: SALES}
    record(store, trade, {}, LATER + timedelta(minutes=1))
    assert origins(store) == {"ann": MARKED, "bob": (), "cem": SALES}
    assert live.locate(PEOPLE) == by_person


def test_origins_of_single_people_survive_the_next_sync(store: Store) -> None:
    """A sync of unchanged people writes nothing and forgets nothing."""
    record(store, {}, {"bob": MARKED}, LATER)
    with store.begin_sync(ORG, "Acme", Scope(), LATER + timedelta(minutes=1)) as writer:
        writer.people([PersonReading(who, f"{who}@acme.example", who, ("l",), ()) for who in PEOPLE])
        counts = writer.commit()
    assert counts.changed == 0
    assert origins(store) == {"ann": (), "bob": MARKED, "cem": ()}
