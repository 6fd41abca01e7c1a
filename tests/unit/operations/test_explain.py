"""Explain against a real store: whom somebody means, how it was at a moment, and which files that was told with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from reconciler.errors import InputError, StoreError
from reconciler.model import ids
from reconciler.model.desired import Desired, GroupReference, Organization, Reference, Source, Template
from reconciler.model.live import PersonReading
from reconciler.model.memory import Registry
from reconciler.operations.context import Connection, Context
from reconciler.operations.explain import explain
from reconciler.store import Store
from tests.unit.execute.fakes import Quiet
from tests.unit.store.organization import (
    MEETINGS,
    ORG,
    carry_out,
    hour,
    license_operation,
    plan,
    someone,
    sync,
)

FILES = Desired(
    Organization("acme", "groups", default_subscription="Sub-1", default_site="acme.webex.com"),
    (
        Template(
            "sales", "group", (Reference("Webex Meetings Suite", source=Source("sales.yaml", 7)),),
            (GroupReference("Sales"),), source=Source("sales.yaml", 1),
        ),
    ),
    digest="sha256:today",
)  # fmt: skip
ANN, SUITE = "ann@acme.example", "Webex Meetings Suite @ acme.webex.com"


def no_connection() -> AbstractAsyncContextManager[Connection]:
    """Nobody may ask Webex."""
    raise AssertionError("explain asked Webex")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


def outside(store: Store, now: datetime) -> Context:
    """What the operation works with at a moment."""
    return Context(lambda: store, no_connection, Quiet(), lambda: now, "0")


def person(name: str, *licenses: str, **fields: object) -> PersonReading:
    """Somebody whose display name says more than the address."""
    return msgspec.structs.replace(someone(name, *licenses, **fields), name=f"{name.title()} Example")


def apply(store: Store, at: datetime, digest: str, commit: str | None) -> str:
    """A completed apply of files with this digest."""
    run = store.start_run(ORG, plan(), commit, at)
    store.finish_run(run, completed=True, at=at)
    registry = Registry("groups", (), at, digest)
    store.record_apply(ORG, run, registry=registry, in_force={"sales": at}, reorigin={}, waiting=[], at=at)
    return run


def test_whom_somebody_means(store: Store) -> None:
    """Any address, a former one, the Webex id, the name if only one person has it; it says which where it is not plain."""
    old = person("ann", other_emails=("a@acme.example",))
    sync(store, hour(0), [old, person("bob")], {"sales": ["ann"]})
    renamed = msgspec.structs.replace(old, email="ann.lee@acme.example")
    sync(store, hour(1), [renamed, person("bob")], {"sales": ["ann"]})
    context = outside(store, hour(2))
    for user, note in (
        (" Ann.Lee@ACME.example ", ()),
        ("id-ann", ()),
        ("a@acme.example", ("a@acme.example is another address of ann.lee@acme.example.",)),
        (ANN, (f"{ANN} is a former address of ann.lee@acme.example.",)),
        ("ann example", ("Found by name; the address is ann.lee@acme.example.",)),
    ):
        found = explain(FILES, context, user)
        assert (found.person_id, found.notes) == ("id-ann", note)


def test_nobody_and_several(store: Store) -> None:
    """The nearest addresses, everybody of a name, and since when somebody is gone."""
    people = [person("ann"), person("bob"), msgspec.structs.replace(person("bo"), name="Bob Example")]
    sync(store, hour(0), [*people, person("zoe")], {"sales": ["ann"]})
    sync(store, hour(3), people, {"sales": ["ann"]})
    context = outside(store, hour(4))
    for user, message, hint in (
        (
            "an@acme.example",
            "Nobody in the reading of 2026-06-01 11:00 UTC has the address",
            "Did you mean ann@acme.example?",
        ),
        ("Bob Example", "2 people are named 'Bob Example'", "bo@acme.example, bob@acme.example"),
        (
            "zoe@acme.example",
            "zoe@acme.example (Zoe Example) is gone: the reading of 2026-06-01 11:00 UTC",
            "--as-of DATE",
        ),
        ("qqqq", "Nobody", "Check the address"),
        (ids.encode("PEOPLE", "x"), "Nobody", "Check the address"),
    ):
        with pytest.raises(InputError) as caught:
            explain(FILES, context, user)
        assert message in caught.value.message
        assert hint in caught.value.hint
        assert caught.value.exit_code == 1
    then = explain(FILES, context, "zoe@acme.example", as_of=hour(1))
    assert (then.email, then.taken_at, then.as_of) == ("zoe@acme.example", hour(0), hour(1))


def test_a_license_with_another_name(store: Store) -> None:
    """The nearest names, and exit code 1."""
    sync(store, hour(0), [person("ann")], {"sales": ["ann"]})
    with pytest.raises(InputError, match="no license named 'Webex Meetngs'") as caught:
        explain(FILES, outside(store, hour(1)), ANN, license_name="Webex Meetngs")
    assert "Webex Meetings Suite" in caught.value.hint
    with pytest.raises(InputError) as caught:
        explain(FILES, outside(store, hour(1)), ANN, license_name="zzz")
    assert "inventory" in caught.value.hint


def test_how_it_was(store: Store) -> None:
    """Live and ledger of that moment; what was applied before it shows with its run, what came later does not."""
    sync(store, hour(0), [person("ann")], {"sales": ["ann"]})
    run = carry_out(store, hour(2), "ann", (license_operation("add", MEETINGS, "sales"), "done"))
    sync(store, hour(4), [person("ann", MEETINGS)], {"sales": []})
    context = outside(store, hour(9))
    before, after, now = (
        explain(FILES, context, ANN, license_name=SUITE, as_of=when).licenses[0] for when in (hour(1), hour(3), None)
    )
    assert [item.status for item in (before, after, now)] == ["toAdd", "asWanted", "kept"]
    assert after.given is not None
    assert after.given.given is not None
    assert after.given.given.run == run
    assert after.text == "Held, and granted by sales (sales.yaml:7)."


def test_the_end_of_today_is_now(store: Store) -> None:
    """A moment that has not come yet is the present."""
    sync(store, hour(0), [person("ann")], {"sales": ["ann"]})
    found = explain(FILES, outside(store, hour(2)), ANN, as_of=hour(20))
    assert found.as_of == hour(2)


def test_which_files(store: Store) -> None:
    """Today's, and whether they are those of the last apply before that moment, or of which commit those were."""
    sync(store, hour(0), [person("ann")], {"sales": ["ann"]})
    first = apply(store, hour(2), "sha256:today", None)
    second = apply(store, hour(4), "sha256:old", "c0ffee" * 5)
    third = apply(store, hour(6), "sha256:old", None)
    context = outside(store, hour(9))

    def note(when: datetime | None) -> str:
        found = explain(FILES, context, ANN, as_of=when).files
        assert found is not None
        assert found.digest == "sha256:today"
        return found.note

    assert note(None) == ""
    assert note(hour(1)) == "The files are today's; nothing had been applied by then."
    assert note(hour(3)).endswith(
        f"the same as those of the last apply before that moment ({first}, 2026-06-01 10:00 UTC)."
    )
    assert f"({second}, 2026-06-01 12:00 UTC) were others, from commit c0ffeec0ffee." in note(hour(5))
    assert note(hour(5)).endswith("Check out commit c0ffeec0ffee to see it with the files of that time.")
    assert f"({third}, 2026-06-01 14:00 UTC) were others, from files that were not exactly a commit." in note(hour(7))


def test_files_that_name_what_was_not_there_yet(store: Store) -> None:
    """Today's files may not fit the organization of then: the error says so, and which commit does."""
    sync(store, hour(0), [person("ann")], {"others": ["ann"]})
    apply(store, hour(2), "sha256:old", "c0ffee" * 5)
    sync(store, hour(4), [person("ann")], {"sales": ["ann"]})
    context = outside(store, hour(9))
    assert explain(FILES, context, ANN).email == ANN
    with pytest.raises(InputError) as caught:
        explain(FILES, context, ANN, as_of=hour(3))
    assert caught.value.hint == (
        "These are today's files, and the organization is that of 2026-06-01 11:00 UTC. "
        "Check out commit c0ffeec0ffee to see it with the files of that time."
    )


def test_nothing_so_old(store: Store) -> None:
    """The error names the oldest reading."""
    sync(store, hour(1), [person("ann")], {"sales": ["ann"]})
    with pytest.raises(StoreError) as caught:
        explain(FILES, outside(store, hour(2)), ANN, as_of=hour(0))
    assert caught.value.hint == "Its oldest is of 2026-06-01 09:00 UTC."
