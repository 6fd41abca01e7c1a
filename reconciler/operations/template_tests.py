"""Run the template tests of one organization: each test's person goes through the very planner that plans for Webex.

What a test expects is what the person holds once everything is done that the files want. So nothing counts that is about
today: full pools, numbers in use, budgets, a first apply, a reading with holes. What the files themselves keep back for good
counts: protected people, and irreversible removals under `guards.irreversible: hold` that nothing acknowledges. Guards
that stop a whole apply say nothing about one person. Exceptions are in force as of the day of the run.

Licenses are those of the newest reading in the store, so that a slip in a name is found; without one they are made up from
the names in the files (`imagined_licenses`). Neither people nor memory of the store are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.errors import StoreError
from reconciler.model.catalog import License
from reconciler.model.desired import Capacity, Desired, LicenseCapacity, Source, TemplateTest
from reconciler.model.live import Group, Scope, Snapshot
from reconciler.model.memory import Memory
from reconciler.model.plan import OrganizationRef
from reconciler.model.template_tests import FORMAT_VERSION, Holdings, Outcome, TemplateTestReport, tally
from reconciler.operations.context import Context
from reconciler.operations.final_set import compared
from reconciler.operations.given_names import Names
from reconciler.operations.imagined_licenses import imagined_licenses
from reconciler.operations.imagined_live import ANYWHERE, OnePerson, Surroundings, surroundings
from reconciler.operations.organization import stored_organization
from reconciler.planner import Planned, make_plan
from reconciler.resolve.calling.the_number_is_at_the_named_location import CODE as ELSEWHERE


class _Known(msgspec.Struct, frozen=True):
    """What the tests run against. `reading` is None where the licenses are made up."""

    org_id: str
    reading: Snapshot | None
    licenses: Sequence[License]
    groups: Sequence[Group] = ()


def run_template_tests(desired: Desired, context: Context, *, without_store: str = "") -> TemplateTestReport:
    """The outcome of every TemplateTest of these files. Reads nothing but the store, and that only if there are tests.

    `without_store` says why the store is not to be asked; empty: it is. Tells through `context.progress` which licenses
    were used. Raises UnknownNameError, with every finding, where templates name licenses that the reading does not hold;
    StoreError when the store cannot be read; InputError when the files hold no template.
    """
    now = context.clock()
    known, told = _known(desired, context, without_store) if desired.tests else (_made_up(desired), "")
    if told:
        context.progress.note(told)
    runner = _Runner(desired, known, now, context.tool_version)
    outcomes = tuple(runner.run(test) for test in sorted(desired.tests, key=_place))
    reading = known.reading
    return TemplateTestReport(
        FORMAT_VERSION,
        "TemplateTests",
        OrganizationRef(known.org_id, desired.organization.name),
        now,
        "snapshot" if reading else "files",
        reading.id if reading else None,
        reading.taken_at if reading else None,
        tally(outcomes),
        outcomes,
    )


def _place(test: TemplateTest) -> tuple[Source, str]:
    return test.source, test.name


def _known(desired: Desired, context: Context, without_store: str) -> tuple[_Known, str]:
    """What to run against, and which that is in words."""
    why = without_store
    if not why:
        store = context.store()
        try:
            org_id, _ = stored_organization(desired, store)
        except StoreError as error:
            why = error.message.rstrip(".")
        else:
            live = store.live(org_id)
            reading = live.snapshot()
            told = f"Licenses as of the reading of {reading.taken_at:%Y-%m-%d %H:%M} UTC."
            return _Known(org_id, reading, live.licenses(), live.groups()), told
    return _made_up(desired), f"Licenses made up from the names in the files: {why}."


def _made_up(desired: Desired) -> _Known:
    return _Known(desired.organization.org_id or "", None, imagined_licenses(desired))


class _Runner:
    """Runs tests against one set of files and licenses."""

    def __init__(self, desired: Desired, known: _Known, now: datetime, tool_version: str) -> None:
        self._desired, self._now, self._tool_version = _unhindered(desired), now, tool_version
        # It came into force now; who is a newcomer is up to the test, not to the time.
        self._memory = Memory(in_force={template.name: now for template in desired.templates})
        taken_at = known.reading.taken_at if known.reading else now
        snapshot = Snapshot(
            "", known.org_id, desired.organization.name, taken_at, Scope(), 1, len(known.licenses), len(known.groups)
        )
        self._around: Surroundings = surroundings(desired, snapshot, known.licenses, known.groups)
        organization = desired.organization
        self._catalog = Catalog(self._around.licenses, organization.aliases, organization.tiers)

    def run(self, test: TemplateTest) -> Outcome:
        """The outcome of one test."""
        names = Names(test, self._desired.organization, self._catalog, self._around.groups)
        groups, held, expected = names.groups(), names.holdings(), names.products(test.licenses)
        names.check_sites()
        if names.findings:
            written = Holdings(tuple(sorted(set(test.licenses))), test.attendee_sites)
            return Outcome(test.name, str(test.source), "error", written, findings=tuple(names.findings))
        view = OnePerson(self._around, test.given, groups, held, ANYWHERE)
        planned = self._plan(view)
        location = _named_location(planned, view)
        if location:
            view = OnePerson(self._around, test.given, groups, held, location)
            planned = self._plan(view)
        return compared(test, expected, held, planned, view.person)

    def _plan(self, view: OnePerson) -> Planned:
        return make_plan(self._desired, view, self._memory, self._now, self._tool_version)


def _named_location(planned: Planned, view: OnePerson) -> str | None:
    """Where the number has to be, when the files name the location: only the plan knows which grant decides."""
    for answer in planned.workings.answers.values():
        for wish in answer.wishes:
            told = planned.workings.numbers.told(view.person, wish.calling)
            if told and told[0].named and any(problem.code == ELSEWHERE for problem in told[1]):
                return told[0].named.name
    return None


def _unhindered(desired: Desired) -> Desired:
    """The files without what is about today and not about the person: counts, budgets, the first apply; and the tests."""
    organization = msgspec.structs.replace(
        desired.organization,
        capacity=Capacity(LicenseCapacity("uncapped")),
        guards=msgspec.structs.replace(desired.organization.guards, first_apply="all"),
    )
    return msgspec.structs.replace(desired, organization=organization, tests=())
