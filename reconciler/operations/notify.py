"""Tell others, by a webhook or in a Webex space, that people wait, are blocked, that there is drift, or that pools run dry.

Nothing here can fail a run: whatever goes wrong with a message is noted, and the run goes on. The same content is not told
twice in a row over the same way; what was told before and is over now is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from reconciler.errors import ReconcilerError
from reconciler.model.catalog import HYBRID_TYPES, License
from reconciler.model.desired import Desired, Notifications
from reconciler.model.drift import Drift
from reconciler.model.finding import Finding
from reconciler.model.notice import Command, DryPool, Matter, Notice
from reconciler.model.plan import OrganizationRef, Plan, Waiting
from reconciler.model.result import ApplyResult
from reconciler.operations.context import Context
from reconciler.operations.organization import stored_organization
from reconciler.report import messages, wording

FORMAT_VERSION = "1.0"
_NOT_DONE = ("refused", "ignored", "failed", "unknown")


class Sender(Protocol):
    """One way of telling. `channel` names it in the store, `shown` in notes; neither holds an address or a secret."""

    @property
    def channel(self) -> str:
        """The same for the same destination, a digest."""

    @property
    def shown(self) -> str:
        """In words."""

    async def send(self, body: bytes, markdown: str, digest: str) -> None:
        """Tell it, as JSON or as text, whichever fits. `digest` is the same when the same is sent again."""


def of_plan(desired: Desired, context: Context, plan: Plan) -> Notice:
    """What a plan found."""
    settings = desired.organization.notifications
    summary = wording.verdict(plan)
    found = _blocked(plan.findings)
    return _notice(desired, context, "plan", plan.organization, settings, summary, plan.waiting, found, {})


def of_drift(desired: Desired, context: Context, drift: Drift) -> Notice:
    """What drift found; what a policy keeps is none."""
    settings = desired.organization.notifications
    items = [item for item in drift.items if item.direction != "preserved"]
    causes: dict[str, list[str]] = {}
    for item in items:
        causes.setdefault(f"{item.direction}: {item.cause}", []).append(item.email)
    people = len({item.person_id for item in items})
    facts = (
        f"{wording.count(len(items), 'difference')} of {wording.count(people, 'person', 'people')}" if items else "none"
    )
    summary = f"Drift of {drift.organization.name}: {facts}"
    found = _blocked(drift.findings)
    return _notice(desired, context, "drift", drift.organization, settings, summary, drift.waiting, found, causes)


def of_apply(desired: Desired, context: Context, result: ApplyResult) -> Notice:
    """What became of an apply: what was not done counts as blocked, beside what could not be asked for."""
    settings = desired.organization.notifications
    found: dict[str, list[str]] = {}
    waiting: dict[str, list[str]] = {}
    for item in result.unmet:
        if item.kind != "held":
            (waiting if item.kind == "waiting" else found).setdefault(item.what, []).extend(item.people)
    for person in result.people:
        for operation in person.operations:
            if operation.outcome in _NOT_DONE:
                found.setdefault(f"apply: {operation.outcome}", []).append(person.email)
    organization = OrganizationRef(result.organization_id, desired.organization.name)
    done = sum(item.outcome == "done" for person in result.people for item in person.operations)
    ended = "complete" if result.complete else "incomplete"
    summary = f"Apply of {organization.name} {ended}: {wording.count(done, 'operation')} done"
    notice = _notice(desired, context, "apply", organization, settings, summary, (), found, {})
    people = _matters(waiting, settings) if "waiting" in settings.about else ()
    return msgspec.structs.replace(notice, waiting=people)


def of_stop(desired: Desired, context: Context, findings: Sequence[Finding]) -> Notice:
    """An apply that a guard stopped before anything was sent; `findings` name the guards."""
    settings, codes = desired.organization.notifications, sorted({item.code for item in findings}) or ["guard"]
    org_id, _ = stored_organization(desired, context.store())
    organization = OrganizationRef(org_id, desired.organization.name)
    summary = f"Apply of {organization.name} stopped by {' and '.join(codes)}; nothing was sent"
    found: dict[str, list[str]] = {f"guard: {code}": [] for code in codes}
    return _notice(desired, context, "apply", organization, settings, summary, (), found, {})


def _notice(
    desired: Desired,
    context: Context,
    command: Command,
    organization: OrganizationRef,
    settings: Notifications,
    summary: str,
    waiting: Iterable[Waiting],
    blocked: Mapping[str, list[str]],
    drift: Mapping[str, list[str]],
) -> Notice:
    lines: dict[str, list[str]] = {}
    for item in waiting:
        lines.setdefault(wording.license_label(item.license, item.site, item.subscription), []).append(item.email)
    licenses = context.store().live(organization.id).licenses() if "pools" in settings.about else ()
    return Notice(
        FORMAT_VERSION,
        "Notice",
        OrganizationRef(organization.id, desired.organization.name),
        command,
        context.clock(),
        summary,
        _matters(lines, settings) if "waiting" in settings.about else (),
        _matters(blocked, settings) if "blocked" in settings.about else (),
        _matters(drift, settings) if "drift" in settings.about else (),
        dry_pools(licenses, settings.pool_below),
    )


def _blocked(findings: Sequence[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in wording.blocking(findings):
        found.setdefault(item.code, []).append(item.where)
    return found


def _matters(groups: Mapping[str, list[str]], settings: Notifications) -> tuple[Matter, ...]:
    found = []
    for what, emails in groups.items():
        people = sorted(set(emails))
        found.append(Matter(what, len(people), tuple(people) if settings.details else ()))
    return tuple(sorted(found, key=lambda item: (-item.people, item.what)))


def dry_pools(licenses: Iterable[License], below: float) -> tuple[DryPool, ...]:
    """Pools that are paid for and have at most `below` percent of their units left, the fewest first."""
    found = [
        DryPool(pool.name, pool.subscription, pool.site, pool.total, pool.consumed or 0, pool.available)
        for pool in licenses
        if pool.subscription
        and pool.type not in HYBRID_TYPES
        and pool.total
        and pool.available is not None
        and pool.available * 100 <= pool.total * below
    ]
    return tuple(
        sorted(found, key=lambda item: (item.available, item.license, item.site or "", item.subscription or ""))
    )


async def tell(notice: Notice, senders: Iterable[Sender], context: Context) -> None:
    """Tell it over every way over which it is news. Raises nothing; what went wrong is noted."""
    for sender in senders:
        try:
            await _tell(notice, sender, context)
        except ReconcilerError as error:
            context.progress.note(f"Could not tell {sender.shown}: {error.message}")
        except Exception as error:  # a message is never worth a run; its text may hold an address
            context.progress.note(f"Could not tell {sender.shown}: {type(error).__name__}.")


async def _tell(notice: Notice, sender: Sender, context: Context) -> None:
    told, channel = context.store().told(), f"{notice.command}:{sender.channel}"
    last = told.last(notice.organization.id, channel)
    if last == notice.digest or (last is None and notice.quiet):
        return
    await sender.send(messages.body(notice), messages.markdown_text(notice), notice.digest)
    told.remember(notice.organization.id, channel, notice.digest, context.clock())
    context.progress.note(f"Told {sender.shown}.")


def wanted(desired: Desired, command: Command, asked: bool | None) -> bool:
    """Whether this command tells: as it was asked on the command line, else as the files say."""
    settings = desired.organization.notifications
    configured = settings.webhook is not None or settings.space is not None
    return asked if asked is not None else configured and command in settings.on
