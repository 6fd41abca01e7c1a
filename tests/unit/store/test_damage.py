"""Files that were cut off, or in which bytes changed: a StoreError, or what was written, and nothing third.

A database checks its structure, and ids of sets and situations prove their content. What neither covers is a changed byte within
a value that is still a value of its kind, such as a letter of a name: nothing but a copy helps there.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import StoreError
from reconciler.store import Store
from tests.unit.store.organization import (
    CALLING,
    MEETINGS,
    MESSAGING,
    ORG,
    carry_out,
    hour,
    license_operation,
    someone,
    sync,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with some hundred people, readings of two hours, and applies."""
    path = tmp_path_factory.mktemp("whole") / "store.db"
    with Store.open(f"sqlite:///{path}") as store:
        for turn in range(2):
            people = [someone(f"p{number}", *(MEETINGS, CALLING)[: (number + turn) % 3]) for number in range(150)]
            sync(store, hour(turn), people, {"sales": [f"p{number}" for number in range(0, 150, 7)]})
        for number in range(20):
            carry_out(store, hour(3), f"p{number}", (license_operation("add", MESSAGING, "t"), "done"))
    assert sorted(file.name for file in path.parent.iterdir()) == ["store.db"]
    return path


def told(path: Path) -> dict[str, Any]:
    """What decides a plan, as the store in this file tells it."""
    with Store.open(f"sqlite:///{path}") as store:
        view, memory = store.live(ORG), store.memory(ORG, hour(4))
        situations = list(view.situations())
        return {
            "situations": situations,
            "where": view.locate([f"id-p{number}" for number in range(150)]),
            "people": [person.id for person in view.people([situation.id for situation, _ in situations])],
            "before": list(store.live(ORG, store.snapshots(ORG)[1].id).situations()),
            "groups": memory.known_groups,
            "losses": memory.losses,
            "plans": [store.run_plan(run.id) for run in store.runs(ORG)[:3]],
        }


def damaged(whole: Path, folder: Path, content: bytes) -> Path:
    """A copy of the store with this content."""
    path = folder / "store.db"
    for left in folder.iterdir():
        left.unlink()
    shutil.copyfile(whole, path)
    path.write_bytes(content)
    return path


def test_bytes_that_changed(whole: Path, tmp_path: Path) -> None:
    """Blocks of noise or of nothing, at sixty places: an error that names the file and what to do, or the truth."""
    content, truth, chance = whole.read_bytes(), told(whole), random.Random(7)
    ends = {"refused": 0, "true": 0}
    for turn in range(60):
        start = chance.randrange(len(content) // 512) * 512
        block = bytes(512) if turn % 2 else chance.randbytes(512)
        path = damaged(whole, tmp_path, content[:start] + block + content[start + 512 :])
        try:
            assert told(path) == truth, start
            ends["true"] += 1
        except StoreError:
            ends["refused"] += 1
    assert ends["refused"] > 15


def test_a_file_that_was_cut_off(whole: Path, tmp_path: Path) -> None:
    """A copy that was not finished, wherever it ended, is refused; one of no byte at all is a store that was never written."""
    content, chance = whole.read_bytes(), random.Random(8)
    for _ in range(30):
        end = chance.randrange(1, len(content) - 1)
        with pytest.raises(StoreError) as caught:
            told(damaged(whole, tmp_path, content[:end]))
        assert caught.value.hint
    with pytest.raises(StoreError, match="no snapshot"):
        told(damaged(whole, tmp_path, b""))


def test_a_set_that_is_another_one_is_noticed(whole: Path, tmp_path: Path) -> None:
    """One letter of one license id in what somebody holds: the set's own number says that it is not that one."""
    content = whole.read_bytes()
    place = content.index(f'["{CALLING}","{MEETINGS}"]'.encode())
    path = damaged(whole, tmp_path, content[: place + 2] + b"L" + content[place + 3 :])
    with pytest.raises(StoreError, match="table member_set "):
        told(path)
