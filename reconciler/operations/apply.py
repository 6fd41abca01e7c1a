"""Carry out a reviewed plan, and nothing else: read again, plan again, send what both plans want, record what came of it.

The plan file is data from outside. Its guards and its held operations are never trusted; they are derived again here.
Nothing is sent before the organization, the files, the age, the lease and the stopping guards are checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from reconciler.errors import BlockedPlanError, PlanFileError, ReconcilerError, StalePlanError
from reconciler.execute import (
    CarriedOut,
    Delays,
    Reconciled,
    Recovered,
    StopSignal,
    carry_out,
    held_in_words,
    reconcile_with_live,
)
from reconciler.execute.operation import AnyOperation, bare, key, operations_of
from reconciler.execute.reading import Sleep
from reconciler.execute.reconcile import leave_alone
from reconciler.guard import a_stale_plan_is_not_applied
from reconciler.guard.objections import objections_to_a_part
from reconciler.model import ids
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding
from reconciler.model.plan import GuardResult, Plan
from reconciler.model.result import ApplyResult, OperationResult, PersonResult
from reconciler.operations.context import Connection, Context
from reconciler.operations.holding import held
from reconciler.operations.live_holdings import live_lookup
from reconciler.operations.order import by_priority
from reconciler.operations.organization import resolve_organization
from reconciler.operations.plan import plan_from_store
from reconciler.operations.recover import recover
from reconciler.operations.sync import read_organization
from reconciler.operations.undo import undone_by
from reconciler.operations.unmet import unmet

if TYPE_CHECKING:
    from reconciler.model.undo import Undo
    from reconciler.planner import Planned

FORMAT_VERSION = "1.0"
_NAMED_HELD = 20


class Pace(msgspec.Struct, frozen=True):
    """How an apply waits and how much it does at once; tests hand in a sleep that does not."""

    concurrency: int = 8
    sleep: Sleep = asyncio.sleep
    delays: Delays = Delays()


async def apply(
    desired: Desired,
    context: Context,
    plan: Plan,
    *,
    stop: StopSignal,
    holder: str | None = None,
    pace: Pace = Pace(),  # noqa: B008 - frozen
) -> ApplyResult:
    """Carry out `plan`. From the moment that `stop` is set no new call starts; those in flight are finished.

    What an earlier run left open is finished first. `holder` names this run in the lease. Raises, with nothing of the plan
    sent: PlanFileError (another organization), StalePlanError, BlockedPlanError, LockedError, ApplyError, and any
    WebexError or StoreError of the reading before. Once something was sent, trouble is told in the result.
    """
    async with context.connect() as connection:
        org_id, org_name = await resolve_organization(desired, connection.reader)
        _check_organization(plan, org_id, org_name)
        _check_fresh(plan, desired, context.clock())
        async with held(context, org_id, holder) as fence:
            work = _Apply(desired, context, connection, plan, org_id, fence)
            return await work.whole(org_name, stop, pace)


async def resume(
    desired: Desired,
    context: Context,
    *,
    stop: StopSignal,
    holder: str | None = None,
    pace: Pace = Pace(),  # noqa: B008 - frozen
) -> ApplyResult | None:
    """Go on with the newest run, which died or stopped, by its own plan from the store; None when there is none.

    The calls that it left open are finished even if the plan itself may not be carried out any more. Raises as `apply`.
    """
    async with context.connect() as connection:
        org_id, org_name = await resolve_organization(desired, connection.reader)
        if context.store().interrupted_run(org_id) is None:
            return None
        async with held(context, org_id, holder) as fence:
            run = context.store().interrupted_run(org_id)
            if run is None:  # somebody else went on with it just now
                return None
            plan = context.store().run_plan(run.id)
            work = _Apply(desired, context, connection, plan, org_id, fence, resumes=run.id)
            await work.recover(pace)
            _check_fresh(plan, desired, context.clock())
            return await work.whole(org_name, stop, pace)


@contextmanager
def _told(context: Context, what: str) -> Iterator[None]:
    """Trouble after the calls is told and not raised: the result says what was sent, and must not be lost."""
    try:
        yield
    except ReconcilerError as error:
        context.progress.note(f"{what}: {error.message}")


def _check_organization(plan: Plan, org_id: str, org_name: str) -> None:
    if not ids.same(plan.organization.id, org_id):
        raise PlanFileError(
            f"The plan is for the organization {plan.organization.name} ({plan.organization.id}), "
            f"but the files mean {org_name} ({org_id}).",
            hint="Make a plan from these files, or apply with the directory the plan was made from.",
        )


def _check_fresh(plan: Plan, desired: Desired, now: datetime) -> None:
    stale = a_stale_plan_is_not_applied.check(plan, desired, now)
    if stale is not None:
        raise StalePlanError(f"{stale.message} Nothing was sent.", hint=stale.hint)


class _Apply:
    """One apply that holds the lease with the token `fence`. `resumes`: the run whose plan it goes on with."""

    def __init__(
        self,
        desired: Desired,
        context: Context,
        connection: Connection,
        plan: Plan,
        org_id: str,
        fence: int,
        *,
        resumes: str | None = None,
    ) -> None:
        self._desired, self._context, self._connection = desired, context, connection
        self._plan, self._org_id, self._fence, self._resumes = plan, org_id, fence, resumes
        self._store = context.store()
        self._recovered = Recovered()

    async def whole(self, org_name: str, stop: StopSignal, pace: Pace) -> ApplyResult:
        """Finish what is open, read, plan and check again, send, record."""
        started = self._context.clock()
        if self._resumes is None:
            await self.recover(pace)
        undo = undone_by(self._plan, self._context, self._org_id)  # by our journal; the file only names the run
        also = undo.pools if undo is not None else ()
        await read_organization(self._desired, self._context, self._connection, self._org_id, org_name, also)
        fresh = self._make_plan(undo)
        split = reconcile_with_live(self._plan, fresh.plan, live_lookup(self._store.live(self._org_id), self._plan))
        split = leave_alone(split, self._recovered.unclear)
        _check_guards(objections_to_a_part(fresh.workings.sight, split.to_send))
        self._name_held(split)
        return await self._carry_out(split, fresh, started, stop, pace)

    async def recover(self, pace: Pace) -> None:
        """Finish the calls that an earlier run left open."""
        self._recovered = await recover(
            self._context, self._connection, self._org_id, self._fence, sleep=pace.sleep, delays=pace.delays
        )

    async def _carry_out(
        self, split: Reconciled, fresh: Planned, started: datetime, stop: StopSignal, pace: Pace
    ) -> ApplyResult:
        """Send, close, record; from here on trouble is told in the result."""
        now = self._context.clock()
        self._store.lease().refresh(self._org_id, self._fence, now)  # who lost it while reading stops before it begins
        papers = [paper.name for paper in self._desired.acknowledgements if paper.until >= now.astimezone(UTC).date()]
        run = self._store.start_run(
            self._org_id, self._plan, self._context.commit, now, papers, fence=self._fence, resumes=self._resumes
        )
        completed = False
        try:
            out = await self._send(run, split, fresh, stop, pace)
            people = _in_order(self._plan, (*out.people, *split.already_done, *split.skipped))
            result = ApplyResult(
                format_version=FORMAT_VERSION,
                kind="ApplyResult",
                run=run,
                plan_digest=self._plan.digest,
                organization_id=self._org_id,
                started_at=started,
                finished_at=self._context.clock(),
                people=people,
                held=len(fresh.plan.held),
                waiting=len(fresh.plan.waiting),
                interrupted=stop.is_set() and any(_unsent(person) for person in people),
                stopped=out.stopped,
                recovered=self._recovered.people,
                unmet=unmet(fresh.plan),
            )
            result = await self._close(result)
            completed = result.complete
        finally:
            with _told(self._context, "The end of the run could not be recorded"):
                self._store.finish_run(run, completed=completed, at=self._context.clock())
        return result

    def _name_held(self, split: Reconciled) -> None:
        for operation in split.held[:_NAMED_HELD]:
            self._context.progress.note(held_in_words(operation))
        if len(split.held) > _NAMED_HELD:
            self._context.progress.note(f"... and {len(split.held) - _NAMED_HELD:,} more held operations.")

    def _make_plan(self, undo: Undo | None = None) -> Planned:
        return plan_from_store(self._desired, self._context, self._org_id, undo=undo)

    async def _send(self, run: str, split: Reconciled, fresh: Planned, stop: StopSignal, pace: Pace) -> CarriedOut:
        if not split.to_send:
            return CarriedOut(())
        return await carry_out(
            by_priority(split.to_send, self._desired),
            self._connection.writer,
            self._store.journal(self._org_id, self._fence),
            self._context.progress,
            self._context.clock,
            run=run,
            stop=stop,
            pools=fresh.plan.pools,
            people=fresh.plan.live.people,
            watched=_watched(fresh),
            concurrency=pace.concurrency,
            stop_after_errors=self._desired.organization.guards.stop_after_errors,
            sleep=pace.sleep,
            delays=pace.delays,
        )

    async def _close(self, result: ApplyResult) -> ApplyResult:
        """Read the counters again; if everything was done, record what is in force, who waits and who gave what."""
        await self._refresh_pools(result)
        if result.complete and self._plan.undoes is None:  # an undo carries out no files, so none come into force
            try:
                left = self._record(result.run)
                result = msgspec.structs.replace(result, waiting=len(left.waiting), unmet=unmet(left))
            except ReconcilerError as error:
                reason = f"Everything was sent, but the store could not take the closing record: {error.message}"
                result = msgspec.structs.replace(result, stopped=reason)
        return msgspec.structs.replace(result, finished_at=self._context.clock())

    async def _refresh_pools(self, result: ApplyResult) -> None:
        if result.stopped or not result.sent:
            return
        with _told(self._context, "The counters could not be read again"):
            licenses = await self._connection.reader.licenses()
            self._store.record_licenses(self._org_id, licenses, self._context.clock())

    def _record(self, run: str) -> Plan:
        """Record what a completed apply leaves; returns the plan of what is still wanted."""
        after = self._make_plan()
        ledger = after.ledger
        self._store.record_apply(
            self._org_id,
            run,
            registry=ledger.registry,
            in_force=ledger.in_force,
            reorigin=ledger.reorigin,
            reorigin_people=ledger.reorigin_people,
            waiting=ledger.waiting,
            at=self._context.clock(),
        )
        return after.plan


def _watched(fresh: Planned) -> dict[str, str]:
    """What nobody else should change while this goes on: declared licenses that cost a unit."""
    book = fresh.workings.book
    pools = [pool for pool in book.catalog.pools.values() if pool.id in book.declared_pools and pool.subscription]
    return {bare(pool.id): f"{pool.name} @ {pool.site}" if pool.site else pool.name for pool in pools}


def _check_guards(guards: Iterable[GuardResult]) -> None:
    stopping = [guard for guard in guards if guard.effect == "stop" and not guard.acknowledged]
    if stopping:
        objections = "".join(f"\n  {guard.code}: {guard.message}" for guard in stopping)
        raise BlockedPlanError(
            f"Stopped before anything was sent:{objections}",
            hint="Permit it in the files (guards, or an Acknowledgement), let it be reviewed, and plan again.",
            findings=[Finding(guard.code, "error", "", guard.message) for guard in stopping],
        )


def _in_order(plan: Plan, results: Iterable[PersonResult]) -> tuple[PersonResult, ...]:
    """One result per person, people and operations in the order of the plan; held operations are left out."""
    found: dict[str, list[PersonResult]] = {}
    for result in results:
        found.setdefault(ids.uuid_of(result.person_id), []).append(result)
    return tuple(
        _joined(found[person], operations_of(change))
        for change in plan.changes
        if (person := ids.uuid_of(change.person_id)) in found
    )


def _joined(results: list[PersonResult], planned: Sequence[AnyOperation]) -> PersonResult:
    operations = [item for result in results for item in result.operations]
    order = [key("", operation) for operation in planned]

    def place(item: OperationResult) -> int:
        return order.index(key("", item.operation))

    return msgspec.structs.replace(results[0], operations=tuple(sorted(operations, key=place)))


def _unsent(person: PersonResult) -> bool:
    return any(item.outcome == "notSent" for item in person.operations)
