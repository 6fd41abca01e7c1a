"""The store as the rest of the program sees it: one object, opened by URL, that hands out what each use needs.

Everything behind it speaks SQL and is loaded when a store is opened, so that commands without one start fast.
Every method raises StoreError when the database cannot be read or written. No token is ever stored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from reconciler.model.catalog import License
from reconciler.model.changelog import Entry, RunLine
from reconciler.model.history import AppliedFiles
from reconciler.model.live import Origin, Scope, Snapshot
from reconciler.model.memory import Memory, Registry
from reconciler.model.plan import Plan
from reconciler.model.pool_trends import PoolReading
from reconciler.model.provenance import Provenance
from reconciler.model.undo import Undo
from reconciler.store.values import JournalEntry, Run, Structure

if TYPE_CHECKING:
    from reconciler.ports import OpenCall
    from reconciler.store.activity import StoredActivity
    from reconciler.store.changes import Query
    from reconciler.store.database import Database
    from reconciler.store.dedicated_instance import StoredUsage
    from reconciler.store.everybody import Somebody
    from reconciler.store.journal import StoredJournal
    from reconciler.store.lease import StoredLease
    from reconciler.store.pace import StoredPace
    from reconciler.store.sync import SyncWriter
    from reconciler.store.told import StoredTold
    from reconciler.store.view import View


class Store:
    """Snapshots, ledger, runs and leases of any number of organizations. Make one with `Store.open`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pace: StoredPace | None = None

    @classmethod
    def open(cls, url: str, *, create: bool = True, wait: float = 30.0) -> Store:
        """The store at `url` (`sqlite:///path` or `postgresql+psycopg://...`), its tables brought up to date.

        `create`: make it if it is not there. `wait`: seconds to wait for somebody else's write. Raises StoreError for
        anything in the way: no access, a damaged file, another kind of database, a store of a newer version.
        """
        from reconciler.store.opening import open_database

        return cls(open_database(url, create=create, wait=wait))

    def close(self) -> None:
        """Give the database back. The store cannot be used afterwards."""
        if self._pace is not None:
            self._pace.close()
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin_sync(self, org_id: str, org_name: str, scope: Scope, taken_at: datetime) -> SyncWriter:
        """A snapshot to be written; a context manager that keeps nothing unless its `commit()` is called."""
        from reconciler.store.sync import SyncWriter

        return SyncWriter(self._database, org_id, org_name, scope, taken_at)

    def live(self, org_id: str, snapshot: str | None = None) -> View:
        """The newest snapshot with everything applied since, or an older one by id, as it was then.

        Raises StoreError when there is none.
        """
        from reconciler.store.reading import live

        return live(self._database, org_id, snapshot)

    def live_at(self, org_id: str, when: datetime) -> View:
        """The newest snapshot taken up to `when`, with what was applied between the two, as it was then.

        Raises StoreError when there is none so old; it names the oldest there is.
        """
        from reconciler.store import past

        return past.live_at(self._database, org_id, when)

    def snapshots(self, org_id: str) -> tuple[Snapshot, ...]:
        """All snapshots of an organization, newest first."""
        from reconciler.store.reading import snapshots

        return snapshots(self._database, org_id)

    def structure(self, snapshot_id: str) -> Structure:
        """Licenses and groups as they were in a snapshot; StoreError when there is no such snapshot."""
        from reconciler.store.reading import structure

        return structure(self._database, snapshot_id)

    def pool_history(
        self, org_id: str, now: datetime, since: datetime | None = None
    ) -> Mapping[str, tuple[PoolReading, ...]]:
        """License id -> a reading a day, oldest first, since then or of the year before `now`; see `store.pool_history`."""
        from reconciler.store.pool_history import pool_history

        with self._database.read() as connection:
            return pool_history(connection, org_id, now, since)

    def organizations(self) -> tuple[tuple[str, str], ...]:
        """Id and name of every organization in this store, by name."""
        from reconciler.store.reading import organizations

        return organizations(self._database)

    def memory(self, org_id: str, now: datetime) -> Memory:
        """What is remembered of earlier applies, and of what was sent in the 24 hours before `now`."""
        from reconciler.store.memory import memory

        return memory(self._database, org_id, now)

    def memory_at(self, org_id: str, when: datetime) -> Memory:
        """What was remembered at `when`, as far as the store keeps it (see `store.past`)."""
        from reconciler.store import past

        return past.memory_at(self._database, org_id, when)

    def applied_files(self, org_id: str, when: datetime) -> AppliedFiles | None:
        """The files of the last completed apply up to `when`: run, commit and digest. None before the first."""
        from reconciler.store import past

        return past.applied_files(self._database, org_id, when)

    def origins(self, org_id: str, person_id: str) -> tuple[Provenance, ...]:
        """Where everything a person holds comes from: template, run, commit and time, or by hand and since when."""
        from reconciler.store.origins import origins

        return origins(self._database, org_id, person_id)

    def changelog(self, org_id: str, query: Query) -> tuple[list[Entry], bool]:
        """The newest entries of the change log, newest first, and whether there are more; see `store.changes`."""
        from reconciler.store import changes

        with self._database.read() as connection:
            return changes.of_organization(connection, org_id, query)

    def run_list(
        self, org_id: str, now: datetime, limit: int, only: int | None = None
    ) -> tuple[tuple[RunLine, ...], bool]:
        """The newest runs, or the one with this number, with what became of them, and whether there are more."""
        from reconciler.store import run_list

        with self._database.read() as connection:
            return run_list.runs(connection, org_id, now, limit, only)

    def who(self, org_id: str, user: str, ids_meant: Collection[str]) -> list[Somebody]:
        """Everybody, present or gone, whom `user` may mean; see `store.everybody`."""
        from reconciler.store import everybody

        with self._database.read() as connection:
            return everybody.in_organization(connection, org_id, user, ids_meant)

    def licenses_ever(self, org_id: str) -> Mapping[str, License]:
        """License id -> the license as last read, also of those that are no more."""
        from reconciler.store import everybody

        with self._database.read() as connection:
            return everybody.licenses_of(connection, org_id)

    def undo(self, org_id: str, run: str) -> Undo:
        """What takes a run back, by its journal; InputError when the organization has no such run."""
        from reconciler.store import undone

        with self._database.read() as connection:
            return undone.undo(connection, org_id, run)

    def start_run(
        self,
        org_id: str,
        plan: Plan,
        commit: str | None,
        at: datetime,
        acknowledged: Collection[str] = (),
        *,
        fence: int | None = None,
        resumes: str | None = None,
    ) -> str:
        """Enter a run with its plan; returns the run's id. `fence` binds it to the lease of that token.

        `acknowledged`: names of the Acknowledgements in force; what is lost is counted from their first run on.
        `resumes`: the run whose plan this one goes on with.
        """
        from reconciler.store import runs

        return runs.start(self._database, org_id, plan, commit, at, acknowledged, fence=fence, resumes=resumes)

    def finish_run(self, run: str, *, completed: bool, at: datetime) -> None:
        """Close a run: it has come to its end (`completed`), or stopped and knows it."""
        from reconciler.store import runs

        runs.finish(self._database, run, completed=completed, at=at)

    def interrupted_run(self, org_id: str) -> Run | None:
        """The newest run, if it was never finished or was stopped before its end; None when there is nothing to resume."""
        from reconciler.store import runs

        return runs.interrupted(self._database, org_id)

    def close_interrupted(self, org_id: str, at: datetime, fence: int) -> None:
        """Close the runs that were never finished and began under an older lease than that of `fence`."""
        from reconciler.store import runs

        runs.close_interrupted(self._database, org_id, at, fence)

    def open_calls(self, org_id: str) -> tuple[OpenCall, ...]:
        """Every call that some run meant and nobody finished, in order."""
        from reconciler.store import journal

        return journal.open_calls(self._database, org_id)

    def runs(self, org_id: str) -> tuple[Run, ...]:
        """All runs of an organization, newest first."""
        from reconciler.store import runs

        return runs.listed(self._database, org_id)

    def run_plan(self, run: str) -> Plan:
        """The plan that a run carries out, so that resuming needs no file."""
        from reconciler.store import runs

        return runs.plan_of(self._database, run)

    def journal_entries(self, run: str) -> tuple[JournalEntry, ...]:
        """Every call of a run in order, with its outcome as far as it is known."""
        from reconciler.store import runs

        return runs.entries(self._database, run)

    def record_apply(
        self,
        org_id: str,
        run: str,
        *,
        registry: Registry,
        in_force: Mapping[str, datetime],
        reorigin: Mapping[int, tuple[Origin, ...]],
        reorigin_people: Mapping[str, tuple[Origin, ...]] = MappingProxyType({}),
        waiting: Collection[tuple[str, str]],
        at: datetime,
    ) -> None:
        """Record what a completed apply leaves behind, in one transaction.

        `in_force`: templates not named keep their date. `reorigin`: situation id -> the origins everybody in it has from
        now on, except the people of `reorigin_people` (person id -> their origins). `waiting`: everybody waiting now, as
        (person id, `str(Product)`): who waited already keeps the date, who is not in it waits no more.
        """
        from reconciler.store import runs

        runs.record_apply(
            self._database,
            org_id,
            run,
            registry_now=registry,
            templates=in_force,
            origins=reorigin,
            origins_of_people=reorigin_people,
            waiting_now=waiting,
            at=at,
        )

    def record_licenses(self, org_id: str, licenses: Sequence[License], at: datetime) -> None:
        """Keep counters that were read outside of a sync: `live` shows them, the newest snapshot stays as it was."""
        from reconciler.store import counters

        counters.record(self._database, org_id, licenses, at)

    def journal(self, org_id: str, fence: int | None = None) -> StoredJournal:
        """The journal (`ports.Journal`) for runs of one organization; calls depend on the lease with this `fence`."""
        from reconciler.store.journal import StoredJournal

        return StoredJournal(self._database, org_id, fence)

    def lease(self) -> StoredLease:
        """The leases (`ports.Lease`) kept in this store."""
        from reconciler.store.lease import StoredLease

        return StoredLease(self._database)

    def pace(self) -> StoredPace:
        """What is known of the rate limits of tokens (`ports.Pace`), shared by all who use this store."""
        if self._pace is None:
            from reconciler.store.pace import StoredPace

            self._pace = StoredPace(self._database)
        return self._pace

    def usage(self) -> StoredUsage:
        """Imported exports of Dedicated Instance usage."""
        from reconciler.store.dedicated_instance import StoredUsage

        return StoredUsage(self._database)

    def told(self) -> StoredTold:
        """What was told last over each way of telling, so that nothing is told twice in a row."""
        from reconciler.store.told import StoredTold

        return StoredTold(self._database)

    def activity(self) -> StoredActivity:
        """What was read beside snapshots: when people were last active, and administrators."""
        from reconciler.store.activity import StoredActivity

        return StoredActivity(self._database)

    def unlock(self, org_id: str) -> None:
        """Take the lease of an organization away from whoever holds it; for a holder that is known to be dead."""
        self.lease().unlock(org_id)
