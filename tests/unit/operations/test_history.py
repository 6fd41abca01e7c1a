"""History and undo against a real store: whom and what somebody means, and when there is nothing to take back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from reconciler.errors import InputError
from reconciler.operations.history import history, run_list
from reconciler.operations.undo import undo
from reconciler.store import Store
from tests.unit.operations.test_explain import FILES, outside, person
from tests.unit.store.organization import CALLING, MEETINGS, ORG, SITE, change, hour, license_operation, plan, sync
from tests.unit.store.test_changes import GIVE, send


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Ann and two people called Bob Example; Zoe is gone; one run gave Ann Calling."""
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        people = [person("ann", MEETINGS), person("bob"), msgspec.structs.replace(person("bo"), name="Bob Example")]
        sync(opened, hour(0), [*people, person("zoe")], {"sales": ["ann"]})
        send(opened, 1, "ann", (GIVE, "done"))
        sync(opened, hour(2), [person("ann", MEETINGS, CALLING), *people[1:]], {"sales": ["ann"]})
        yield opened


def test_whom_somebody_means(store: Store) -> None:
    """By address, id or name, also who is gone; several of a name are listed, and nobody is an error."""
    context = outside(store, hour(3))
    assert history(FILES, context, "ANN@acme.example").person == "ann@acme.example"
    assert history(FILES, context, "id-ann").notes == ("id-ann means ann@acme.example.",)
    gone = history(FILES, context, "zoe@acme.example")
    assert gone.notes == ("zoe@acme.example is gone.",)
    assert [entry.what for entry in gone.entries] == ["left", "firstSeen"]
    for user, words in (("Bob Example", "2 people may be meant"), ("nobody@acme.example", "never saw anybody")):
        with pytest.raises(InputError) as caught:
            history(FILES, context, user)
        assert words in caught.value.message


def test_what_license_and_which_run_somebody_means(store: Store) -> None:
    """By any name of a license, the attendee roles as such; what does not exist is told with what is near."""
    context = outside(store, hour(3))
    run = store.runs(ORG)[0].id
    assert [
        entry.holding for entry in history(FILES, context, license_name="Webex Calling - Professional").entries
    ] == [CALLING]
    assert history(FILES, context, license_name=f"attendee @ {SITE}").entries == ()
    assert [entry.run for entry in history(FILES, context, run=run).entries] == [run]
    with pytest.raises(InputError) as caught:
        history(FILES, context, license_name="Webex Calling - Profesional")
    assert "'Webex Calling - Professional'" in caught.value.hint
    with pytest.raises(InputError) as caught:
        history(FILES, context, run="run-1")
    assert run in caught.value.hint
    assert history(FILES, context, since=hour(1.5), until=hour(1.9)).entries == ()


def test_a_running_run_and_one_that_did_nothing_cannot_be_undone(store: Store) -> None:
    """The first may still do things, and of the second there is nothing to take back."""
    now = hour(4)
    context = outside(store, now)
    idle = store.start_run(ORG, plan(), None, hour(3))
    store.finish_run(idle, completed=True, at=hour(3))
    with pytest.raises(InputError) as caught:
        undo(FILES, context, idle, offline=True)
    assert "changed nothing" in caught.value.message
    fence = store.lease().acquire(ORG, "somebody", now)
    run = store.start_run(ORG, plan(), None, now, fence=fence)
    store.journal(ORG, fence).intend(run, change("ann", license_operation("remove", CALLING)), now)
    assert run_list(FILES, context).runs[0].state == "running"
    with pytest.raises(InputError) as caught:
        undo(FILES, context, run, offline=True)
    assert "is running" in caught.value.message
