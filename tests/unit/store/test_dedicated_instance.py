"""Imported usage is kept for good, once, in both databases."""

from __future__ import annotations

import msgspec

from reconciler.model.dedicated_instance import Reading, ServerUsage, Usage
from reconciler.store import Store
from tests.unit.store.organization import ORG, hour

FIRST = Reading(
    "Sub-1", "sha256:1", "october.csv", hour(1), None, ("professional",), (ServerUsage("É", "c", "s", Usage(1)),)
)


def test_what_was_imported_is_there(store: Store, url: str) -> None:
    """A later process reads the same value; another organization has none."""
    assert store.usage().keep(ORG, FIRST) == (FIRST, True)
    with Store.open(url) as later:
        assert later.usage().readings(ORG) == (FIRST,)
        assert later.usage().readings("org-2") == ()


def test_the_same_file_is_one_reading(store: Store) -> None:
    """Another name or time of import changes nothing; another subscription, or a new export time, does."""
    store.usage().keep(ORG, FIRST)
    again = msgspec.structs.replace(FIRST, imported_at=hour(9), file="copy.csv")
    assert store.usage().keep(ORG, again) == (FIRST, False)
    other = msgspec.structs.replace(again, subscription="Sub-0")
    dated = msgspec.structs.replace(again, exported_at=hour(8))
    assert store.usage().keep(ORG, other) == (other, True)
    assert store.usage().keep(ORG, dated) == (dated, True)
    assert store.usage().keep(ORG, msgspec.structs.replace(dated, imported_at=hour(11))) == (dated, False)
    assert store.usage().readings(ORG) == (other, dated, FIRST)


def test_the_newest_is_the_newest_export(store: Store) -> None:
    """What was exported earlier and imported later is not the newest."""
    late = msgspec.structs.replace(FIRST, digest="sha256:2", imported_at=hour(50), exported_at=hour(-100))
    for reading in (FIRST, late):
        store.usage().keep(ORG, reading)
    assert store.usage().readings(ORG) == (FIRST, late)


def test_what_was_told_last(store: Store, url: str) -> None:
    """One digest a way of telling and organization; the last one counts."""
    told = store.told()
    assert told.last(ORG, "webhook") is None
    told.remember(ORG, "webhook", "sha256:1", hour(1))
    told.remember(ORG, "webhook", "sha256:2", hour(2))
    told.remember(ORG, "webex", "sha256:3", hour(2))
    with Store.open(url) as later:
        assert later.told().last(ORG, "webhook") == "sha256:2"
        assert later.told().last(ORG, "webex") == "sha256:3"
        assert later.told().last("org-2", "webhook") is None
