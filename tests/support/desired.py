"""Short builders of desired state for tests of the core, and a short reading of the plans that come of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from reconciler.model.catalog import License
from reconciler.model.desired import (
    Acknowledgement,
    Calling,
    CallingAssignment,
    Desired,
    GroupReference,
    Managed,
    Organization,
    Reference,
    Source,
    Template,
    UserException,
)
from reconciler.model.live import Group
from reconciler.model.memory import Memory
from reconciler.model.plan import AttendeeOperation, LicenseOperation
from reconciler.planner import Planned, make_plan
from tests.support.live import ALL, NOW, SALES, SITE, SUPPORT, FakeLive, Someone

LATER = date(2027, 1, 1)
Document = Template | UserException | Acknowledgement | CallingAssignment


def organization(assignment: str = "organization", **fields: Any) -> Organization:
    """An Organization document; default subscription Sub-1 and default site unless `fields` say otherwise."""
    known: dict[str, Any] = {"default_subscription": "Sub-1", "default_site": SITE, "source": Source("org.yaml", 1)}
    return Organization("acme", assignment, **(known | fields))  # type: ignore[arg-type]


def ref(name: str, **fields: Any) -> Reference:
    """A license of a template, by name."""
    return Reference(name, source=Source("templates.yaml", 5, 7), **fields)


def attendee(name: str = "Webex Meetings Suite", **fields: Any) -> Reference:
    """The attendee role of the site of `name`."""
    return ref(name, account_type="attendee", **fields)


def _references(names: Iterable[str | Reference]) -> tuple[Reference, ...]:
    return tuple(ref(name) if isinstance(name, str) else name for name in names)


def everyone(*licenses: str | Reference, name: str = "everyone", **fields: Any) -> Template:
    """An OrganizationTemplate."""
    return Template(name, "organization", _references(licenses), source=Source(f"{name}.yaml", 1), **fields)


def members(group: str | Sequence[str], *licenses: str | Reference, name: str = "", **fields: Any) -> Template:
    """A GroupTemplate for one group or several; its name is that of the first group unless given."""
    groups = (group,) if isinstance(group, str) else tuple(group)
    name = name or groups[0].lower()
    place = Source(f"{name}.yaml", 1)
    listed = tuple(GroupReference(item, source=place) for item in groups)
    return Template(name, "group", _references(licenses), listed, source=place, **fields)


def exception(name: str, *users: str, add: Sequence[str | Reference] = (), **fields: Any) -> UserException:
    """A UserException for these addresses; `deny` takes names."""
    place = Source(f"{name}.yaml", 1)
    denied = tuple(Managed(item) if isinstance(item, str) else item for item in fields.pop("deny", ()))
    people = tuple((user, place) for user in users)
    return UserException(name, people, "because", add=_references(add), deny=denied, source=place, **fields)


def acknowledgement(license: str | None = None, *, group: str | None = None, **fields: Any) -> Acknowledgement:
    """An Acknowledgement, valid until 2027 unless `until` says otherwise."""
    known: dict[str, Any] = {"until": LATER, "source": Source("acknowledged.yaml", 1)} | fields
    place = GroupReference(group) if group else None
    return Acknowledgement("paper", "we know", license=license, group=place, **known)


def managed(*names: str) -> tuple[Managed, ...]:
    """Entries of `manage`."""
    return tuple(Managed(name) for name in names)


def desired(org: Organization, *documents: Document, digest: str = "") -> Desired:
    """Everything in one directory."""
    return Desired(
        org,
        tuple(item for item in documents if isinstance(item, Template)),
        tuple(item for item in documents if isinstance(item, UserException)),
        tuple(item for item in documents if isinstance(item, CallingAssignment)),
        tuple(item for item in documents if isinstance(item, Acknowledgement)),
        digest=digest,
    )


def live(
    *people: Someone, licenses: Sequence[License] = ALL, groups: Sequence[Group] = (SALES, SUPPORT), **fields: Any
) -> FakeLive:
    """A snapshot of these people, the licenses `ALL` and the groups Sales and Support."""
    return FakeLive(licenses, people, groups, **fields)


def applied(files: Desired, snapshot: FakeLive | None = None, **fields: Any) -> Memory:
    """What the store remembers after `files` were applied completely."""
    ledger = make_plan(files, snapshot or live(Someone("nobody@acme.example")), Memory(), NOW, "0").ledger
    return Memory(registry=ledger.registry, in_force=dict(ledger.in_force), **fields)


def plan(files: Desired, *people: Someone, memory: Memory | None = None, **fields: Any) -> Planned:
    """The plan for these people; by default the very same files were applied before, so nothing is a first apply."""
    snapshot = live(*people, **fields)
    return make_plan(files, snapshot, applied(files, snapshot) if memory is None else memory, NOW, "0")


def _words(operation: LicenseOperation | AttendeeOperation) -> str:
    sign = "+" if operation.operation == "add" else "-"
    if isinstance(operation, AttendeeOperation):
        return f"{sign} attendee @ {operation.site_url}"
    return f"{sign} {operation.license}" + (f" @ {operation.site}" if operation.site else "")


def changes(planned: Planned, email: str | None = None) -> list[str]:
    """Operations in words, sorted, without free Basic Messaging: `+ Real-Time Translations`. All people unless one is named."""
    found: list[str] = []
    for change in planned.plan.changes:
        if email is None or change.email == email:
            found += [_words(operation) for operation in change.licenses]
            found += [_words(operation) for operation in change.attendee_sites]
    return sorted(text for text in found if not text.endswith("Basic Messaging"))


def held(planned: Planned) -> list[tuple[str, str]]:
    """What is held back, in words, with the guard."""
    return sorted((_words(item.operation), item.guard) for item in planned.plan.held)


def winners(planned: Planned, license: str) -> list[str]:
    """Who gets this license."""
    return [
        change.email
        for change in planned.plan.changes
        if any(item.operation == "add" and item.license == license for item in change.licenses)
    ]


def waiting(planned: Planned) -> list[tuple[str, str]]:
    """Who waits for what."""
    return [(item.email, item.license) for item in planned.plan.waiting]


def codes(planned: Planned) -> list[str]:
    """The codes of all findings but the ordinary ones, each once."""
    return sorted(
        {item.code for item in planned.plan.findings} - {"first-run", "template-speaks-for-nobody", "unknown-default"}
    )


def stops(planned: Planned) -> list[str]:
    """The codes of guards that stop an apply."""
    return [item.code for item in planned.plan.guards if item.effect == "stop" and not item.acknowledged]


def rows(planned: Planned, email: str) -> dict[str, str]:
    """Holding -> row of the retention table, for what this person keeps or loses."""
    workings = planned.workings
    for answer_key, answer in workings.answers.items():
        for person, key in workings.population.fetch([answer_key]):
            if person.email == email and key == answer_key:
                found = {item.holding: item.row for item in answer.kept}
                return found | {item.holding: item.row for item in answer.removals}
    return {}


WORK_PHONE = Calling()
EXTENSION_ONLY = Calling(number="none", location="HQ", extension="fromDirectory")
