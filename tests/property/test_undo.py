"""Whatever a run did: after an undo from the files of before, people have what they had, but for what the undo names."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from reconciler.diff.undone import holding
from reconciler.errors import InputError
from reconciler.model.desired import Desired
from reconciler.model.live import GroupMembers, Scope
from reconciler.model.plan import Change
from reconciler.model.undo import Undo
from reconciler.planner import Planned, make_plan
from reconciler.store import Store
from tests.support.chance import Dice
from tests.support.generate import Maker
from tests.support.live import ORG
from tests.support.simulate import World
from tests.support.stored import Stored, reading_of

EXAMPLES = 30
QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Nothing here is about disks, and each example writes a hundred transactions."""
Holdings = Mapping[str, frozenset[str]]
NOT_UNDONE = {"undo-so-already", "undo-lost-for-good"}
"""Codes of what is as before the run, and of what comes back without something that hung on it."""


class Undoable(Stored):
    """A world with a store, in which runs can be taken back."""

    def sync(self) -> None:
        """Read everybody, all groups, and all numbers."""
        people = list(self.people.values())
        with self.store.begin_sync(
            ORG, "Acme", Scope(tuple(g.id for g in self.groups), True, True), self.now
        ) as writer:
            writer.licenses(self.licenses)
            writer.groups(self.groups)
            for group in self.groups:
                who = tuple(person.id for person in people if group.id in person.groups)
                writer.members(GroupMembers(group, who, (), len(who)))
            writer.people([reading_of(person) for person in people])
            writer.locations(self.locations)
            writer.numbers(self.numbers)
            writer.commit()

    def holdings(self) -> Holdings:
        """Person id -> what they have."""
        return {
            one.id: frozenset((*one.holds, *(f"attendee:{site}" for site in one.attendee)))
            for one in self.people.values()
        }

    def undo(self, files: Desired, run: str) -> tuple[Undo, Planned]:
        """The plan that takes a run back, with these files, from a fresh reading."""
        self.sync()
        undo = self.store.undo(ORG, run)
        memory = self.store.memory(ORG, self.now)
        return undo, make_plan(files, self.store.live(ORG), memory, self.now, "0", undo=undo)

    def carry_out_undo(self, planned: Planned) -> str:
        """Send it as a run of its own; returns the run."""
        run = self.store.start_run(ORG, planned.plan, None, self.now)
        self.send(run, planned.plan.changes)
        self.store.finish_run(run, completed=True, at=self.now)
        return run


def world_of(world: World, store: Store) -> Undoable:
    """The same organization, with a store."""
    made = Undoable(
        list(world.people.values()), licenses=world._licenses, groups=world.groups, locations=world.locations,
        numbers=world.numbers, elsewhere=world._elsewhere,
    )  # fmt: skip
    made.store = store
    return made


def operations(changes: tuple[Change, ...]) -> set[tuple[str, str, str]]:
    """(person id, holding, add or remove) of everything in a plan."""
    return {
        *((change.person_id, holding(item), item.operation) for change in changes for item in change.licenses),
        *((change.person_id, holding(item), item.operation) for change in changes for item in change.attendee_sites),
    }


def differing(left: Holdings, right: Holdings) -> set[tuple[str, str]]:
    """(person id, holding) of everything that one of them has and the other has not."""
    return {(who, what) for who in left.keys() & right.keys() for what in left[who] ^ right[who]}


def reversing(undo: Undo) -> set[tuple[str, str, str]]:
    """All operations that take the run back."""
    takes = {(who, what, "remove") for who, item in undo.people.items() for what in item.take}
    return takes | {(who, item.holding, "add") for who, one in undo.people.items() for item in one.give}


def check(maker: Maker) -> bool:
    """One example; False when it tells nothing, because files and organization do not fit or nothing was done."""
    first = maker.files()
    second = maker.files(first)
    with (
        tempfile.TemporaryDirectory(dir=QUICK) as folder,
        Store.open(f"sqlite:///{Path(folder) / 'store.db'}") as store,
    ):
        world = world_of(maker.world(), store)
        if not world.try_apply(first) or not world.try_apply(first):
            return False
        before = world.holdings()
        if not world.try_apply(second):
            return False
        run = store.runs(ORG)[0].id
        done = world.holdings()
        try:
            undo, planned = world.undo(first, run)
        except InputError:
            return False
        sent = operations(planned.plan.changes)
        back = reversing(undo)
        assert {who for who, *_ in sent} <= undo.people.keys(), "somebody whom the run did not touch"
        undone = world.carry_out_undo(planned)
        after = world.holdings()
        told = {(item.person_id, item.holding) for item in planned.stays if item.code not in NOT_UNDONE}
        others = {(who, what) for who, what, _ in sent - back}
        assert differing(before, after) <= told | others, "something stays and nobody is told"
        assert not {(who, what) for who, what, _ in sent & back} & told, "something comes back and is told to stay"
        world.sync()
        memory = store.memory(ORG, world.now)
        following = make_plan(first, store.live(ORG), memory, world.now, "0")
        opposite = {(who, what, "add" if op == "remove" else "remove") for who, what, op in sent & back}
        assert not operations(following.plan.changes) & opposite, "the next apply would do it again"
        _, again = world.undo(first, undone)
        sent_again = operations(again.plan.changes)
        assert {who for who, *_ in sent_again} <= {who for who, *_ in sent}
        return differing(before, done) != set()


def test_an_undo_brings_back_what_was_but_for_what_it_names() -> None:
    """Random organizations and files: apply, undo with the files of before. What differs then is named with its reason,
    nothing is both done and named, nobody else is touched, and the next apply does not do it again."""
    telling = sum(check(Maker(Dice(seed))) for seed in range(EXAMPLES))
    assert telling >= EXAMPLES // 10, "most examples change nothing, so that they show nothing"
