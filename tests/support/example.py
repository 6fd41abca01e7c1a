"""The examples in the docstrings of rules: a tiny organization in YAML, and its plan in words.

`example(text)` prints what the real loader and the real planner make of it. The keys:

    organization: {assignment: groups, ...}      the spec of the Organization document; assignment `organization` unless given
    templates: {sales: {groups: [Sales], licenses: [Real-Time Translations, {license: ..., site: ...}], ...}}
    exceptions: {ann: {users: [ann], deny: [...]}}      users by first name; `reason` is filled in
    acknowledgements: {paper: {license: ..., max: 3}}   `reason` and `until` are filled in
    calling: [{email: ann, location: HQ, number: "+14085550100"}]     rows of a CallingAssignments document
    units: {Webex Calling - Professional: 1, Webex Meetings Suite (Sub-2): 0}      units bought, where it matters
    people: {ann: {in: [Sales], holds: [NAME, NAME (Sub-2)], attendee: [acme.webex.com], given: {NAME: sales},
                   state: deactivated, phone: "+14085550100", admin: [acme.webex.com], newcomer: true}}
    numbers: ["+14085550100"]     free numbers at the location HQ; {"+14085550100": HUNT_GROUP} gives them an owner, or
             {"+14085550100": {of: ann, extension: "0100", at: Berlin, state: INACTIVE, kind: toll_free}} says all
    before: {templates: ..., organization: ..., exceptions: ...}     the files of the last apply, where they differed
    emptied: [Sales]     groups that had members before
    setbacks: [{of: ann, add: NAME (or remove), state: refused, codes: [400404], times: 3, hoursAgo: 2, others: 1}]     what
             Webex was asked for so many hours ago and did not do
    undo: {ann: {gave: [NAME], took: [NAME, {what: NAME, of: sales}]}}     what the run to be taken back did to somebody;
          `of` is the origin that it had
    unseen: {NAME: 7}     holders that Webex counts and did not list

The organization owns the licenses of `tests/support/live.py` (those that `units` names, and all others with 10 units), the
groups Sales, Support and Everyone, and the locations HQ, Berlin, Depot (not enabled for Calling) and Attic (not known to
be). People may have an `extension`, a `location`, `also` other addresses and `formerly` earlier ones, or be
`callingUnreadable: true`. What `given` names was given by that template; anything else held was given by hand. Unless
`firstRun: true`, the same files (or `before`) were applied once.
"""

from __future__ import annotations

import sys
import tempfile
import textwrap
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from reconciler.errors import InputError
from reconciler.load.loader import load_desired
from reconciler.model import ids
from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.desired import Desired
from reconciler.model.live import Group, Location, PhoneNumber
from reconciler.model.memory import KnownGroup, Memory, Setback
from reconciler.model.plan import AttendeeOperation, Because, CallingProperties, LicenseOperation, Operation, Plan
from reconciler.model.undo import Give, Reversal, Undo
from reconciler.planner import Planned, make_plan
from tests.support.desired import applied
from tests.support.live import ALL, NOW, SALES, SITE, SUPPORT, FakeLive, Someone, license_id

EVERYONE = Group(ids.encode("SCIM_GROUP", "44444444-4444-4444-8444-444444444444:o"), "Everyone")
GROUPS = {group.name: group for group in (SALES, SUPPORT, EVERYONE)}
HQ, BERLIN, DEPOT, ATTIC = (
    Location(ids.encode("LOCATION", f"{number}-5555-4555-8555-555555555555"), name, calling)
    for number, name, calling in (
        ("55555555", "HQ", True), ("55555556", "Berlin", True), ("55555557", "Depot", False), ("55555558", "Attic", None)
    )
)  # fmt: skip
LOCATIONS = {place.name: place for place in (HQ, BERLIN, DEPOT, ATTIC)}
EMEA = "emea.webex.com"
OWNED = (
    *ALL,
    License(license_id("FSS", 11), "Screen Share", 1000, 0),
    License(license_id("FTM", 12), "Basic Space Meetings", 1000, 0),
    License(license_id("MS", 13), "Advanced Messaging", 10, 0, 0, 0, "Sub-1"),
    License(license_id("CF", 14), "Advanced Space Meetings", 10, 0, 0, 0, "Sub-1"),
    License(license_id("UCPREM", 15), "Unified Communication Manager (UCM)", 10, 0, 0, 0, "Sub-1"),
    License(license_id("BCCA", 16), "Webex Calling - Workspaces", 10, 0, 0, 0, "Sub-1"),
    License(license_id("EE", 17, EMEA), "Webex Meetings Suite", 10, 0, 0, 0, "Sub-1", EMEA, CONTROL_HUB_MANAGED),
    License(license_id("EC", 18, SITE), "Webex Event Center", 10, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED),
    License(license_id("BCAC", 19), "Webex Calling - Attendant Console", 10, 0, 0, 0, "Sub-1"),
    License(license_id("CE", 20), "Hybrid - Exchange Calendar", 1000, 0),
    License(license_id("CG", 21), "Hybrid - Google Calendar", 1000, 0),
    License(license_id("BCCXE", 23), "Customer Assist", 10, 0, 0, 0, "Sub-1"),
    License(license_id("WBN", 22, SITE), "Webex Webinars", 10, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED),
)
_QUIET = {"first-run", "template-speaks-for-nobody", "unknown-default", "person-renamed"}


def example(text: str, *, reasons: bool = False, kept: bool = False) -> None:
    """Print the plan for `text`, one line for each thing that happens or does not; with `reasons`, why.

    With `kept` also what is held, granted by nothing and kept, with the reason.

    >>> example('''
    ... templates: {everyone: {licenses: [Real-Time Translations]}}
    ... people: {ann: {}, bob: {holds: [Real-Time Translations]}}
    ... ''')
    ann: + Real-Time Translations
    """
    planned = planned_from(yaml.load(text, Loader=yaml.BaseLoader))
    if isinstance(planned, list):
        lines = planned
    else:
        lines = _lines(planned.plan, reasons) + (_kept(planned) if kept else [])
    folded = (textwrap.fill(line, 110, subsequent_indent="    ", break_on_hyphens=False) for line in lines)
    sys.stdout.write(("\n".join(folded) or "nothing to do") + "\n")


def planned_from(story: Mapping[str, Any]) -> Planned | list[str]:
    """The plan of a story, or its errors in words."""
    files = _files(story)
    if isinstance(files, list):
        return files
    snapshot = _live(story)
    try:
        memory = _memory(story, files, snapshot)
        return make_plan(files, snapshot, memory, NOW, "0", undo=_undo(story))
    except InputError as error:
        return [f"error {item.code}: {item.message}" for item in error.findings] or [f"error: {error.message}"]


def _undo(story: Mapping[str, Any]) -> Undo | None:
    if "undo" not in story:
        return None
    people: dict[str, Reversal] = {}
    emails: dict[str, str] = {}
    labels: dict[str, str] = {}
    for name, did in story["undo"].items():
        gave, took = (
            did.get("gave", ()),
            [item if isinstance(item, dict) else {"what": item} for item in did.get("took", ())],
        )
        labels |= {_holding(what): what for what in (*gave, *(item["what"] for item in took))}
        given = (
            Give(
                _holding(item["what"]),
                (item["of"] if ":" in item["of"] else f"template:{item['of']}",) if "of" in item else (),
            )
            for item in took
        )
        who = Someone(_address(name))
        people[who.id] = Reversal("run-7", tuple(sorted(map(_holding, gave))), tuple(sorted(given)))
        emails[who.id] = who.email
    return Undo(("run-7",), "c0ffee0123456789", people, emails, labels)


def _memory(story: Mapping[str, Any], files: Desired, snapshot: FakeLive) -> Memory:
    if story.get("firstRun"):
        return Memory()
    if not story.get("people"):
        return Memory()
    earlier = _files({"organization": story.get("organization", {}), **story["before"]}) if "before" in story else files
    assert isinstance(earlier, Desired), earlier
    memory = applied(earlier, snapshot)
    assert memory.registry is not None
    registry = msgspec.structs.replace(memory.registry, applied_at=NOW - timedelta(days=1))
    in_force = {name: NOW - timedelta(days=1) for name in memory.in_force}
    known = tuple(KnownGroup(GROUPS[name].id, name, True) for name in story.get("emptied") or ())
    setbacks = tuple(_setback(item) for item in story.get("setbacks") or ())
    return msgspec.structs.replace(memory, registry=registry, in_force=in_force, known_groups=known, setbacks=setbacks)


def _setback(item: Mapping[str, Any]) -> Setback:
    what: Operation = "add" if "add" in item else "remove"
    name, last = item[what], NOW - timedelta(hours=float(item.get("hoursAgo", 1)))
    pool = next((pool.id for pool in OWNED if pool.name == name), name)
    times, codes = int(item.get("times", 1)), tuple(int(code) for code in item.get("codes", ()))
    calling = CallingProperties(item["number"], None, HQ.id) if "number" in item else None
    return Setback(
        Someone(_address(item["of"])).id, pool, what, item["state"], times, last - timedelta(hours=times - 1), last, codes,
        item.get("words", ""), item.get("same") != "false", int(item.get("others", 0)), calling,
    )  # fmt: skip


def _files(story: Mapping[str, Any]) -> Desired | list[str]:
    documents = [_document("Organization", "acme", _organization(story.get("organization") or {}))]
    for name, spec in (story.get("templates") or {}).items():
        kind = "GroupTemplate" if "groups" in spec else "OrganizationTemplate"
        documents.append(_document(kind, name, {**spec, "licenses": _references(spec.get("licenses", ()))}))
    for name, spec in (story.get("exceptions") or {}).items():
        added = {"add": _references(spec["add"])} if "add" in spec else {}
        users = {"users": _addresses(spec["users"])}
        documents.append(_document("UserException", name, {"reason": "because", **spec, **added, **users}))
    for name, spec in (story.get("acknowledgements") or {}).items():
        users = {"users": _addresses(spec["users"])} if "users" in spec else {}
        filled = {"reason": "we know", "until": "2027-01-01", **spec, **users}
        documents.append(_document("Acknowledgement", name, filled))
    if story.get("calling"):
        rows = [{**row, "email": _address(row["email"])} for row in story["calling"]]
        documents.append(_document("CallingAssignments", "rows", {"rows": rows}))
    with tempfile.TemporaryDirectory() as directory:
        text = yaml.dump_all((_typed(item) for item in documents), sort_keys=False, allow_unicode=True)
        Path(directory, "acme.yaml").write_text(text, encoding="utf-8")
        loaded = load_desired(Path(directory))
    if loaded.desired is None:
        return [f"error {item.code}: {item.message}" for item in loaded.findings if item.severity == "error"]
    return loaded.desired


def _document(kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "webex-licenses/v1", "kind": kind, "metadata": {"name": name}, "spec": dict(spec)}


def _organization(spec: Mapping[str, Any]) -> dict[str, Any]:
    guards = {"firstApply": "all", "removals": {"count": "100"}, **spec.get("guards", {})}
    return {
        "assignment": "organization",
        "defaults": {"subscription": "Sub-1", "siteUrl": SITE},
        **spec,
        "guards": guards,
    }


def _references(entries: Sequence[Any]) -> list[Any]:
    return [{"license": entry} if isinstance(entry, str) else entry for entry in entries]


def _addresses(names: Sequence[str]) -> list[str]:
    return [_address(name) for name in names]


def _address(name: str) -> str:
    return name if "@" in name else f"{name}@acme.example"


_NUMBERS = {
    "priority", "max", "lastDigits", "count", "percent", "ceiling", "stopAfterErrors", "amount",
}  # fmt: skip


def _typed(node: Any, key: str = "") -> Any:
    """Numbers and booleans where the files have them; every other scalar of an example stays text."""
    if isinstance(node, Mapping):
        return {name: _typed(value, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_typed(item, key) for item in node]
    if node in ("true", "false"):
        return node == "true"
    return int(node) if key in _NUMBERS and str(node).lstrip("-").isdigit() else node


def _live(story: Mapping[str, Any]) -> FakeLive:
    people = [_someone(name, spec or {}) for name, spec in (story.get("people") or {}).items()]
    bought = story.get("units") or {}
    licenses = []
    for pool in OWNED:
        unseen = int((story.get("unseen") or {}).get(pool.name, 0))
        used = sum(pool.id in person.holds for person in people) + unseen
        units = bought.get(f"{pool.name} ({pool.subscription})", bought.get(pool.name, "10"))
        total = pool.total if pool.subscription is None else int(units)
        licenses.append(
            msgspec.structs.replace(pool, total=total, consumed=used, consumed_by_users=used, consumed_by_workspaces=0)
        )
    numbers = story.get("numbers") or ()
    told: Mapping[str, Any] = numbers if isinstance(numbers, Mapping) else dict.fromkeys(numbers)
    rows = [_number(number, spec) for number, spec in told.items()]
    return FakeLive(licenses, people, tuple(GROUPS.values()), locations=tuple(LOCATIONS.values()), numbers=rows)


def _number(number: str, spec: Any) -> PhoneNumber:
    """A number by its owner's type, or by everything that is told of it; a key that is no number has an extension only."""
    if not isinstance(spec, Mapping):
        return PhoneNumber(number, HQ.id, HQ.name, "ACTIVE", owner_type=spec)
    place, owner = LOCATIONS[spec.get("at", "HQ")], spec.get("of")
    row = PhoneNumber(
        number if number.startswith("+") else None,
        place.id,
        place.name,
        spec.get("state", "ACTIVE"),
        spec.get("extension"),
        "PEOPLE" if owner else None,
        Someone(_address(owner)).id if owner else None,
    )
    return msgspec.structs.replace(row, **{spec["kind"]: True}) if "kind" in spec else row


def _someone(name: str, spec: Mapping[str, Any]) -> Someone:
    given: dict[str, tuple[str, ...]] = {
        _holding(what): (claim if ":" in claim else f"template:{claim}",)
        for what, claim in (spec.get("given") or {}).items()
    }
    return Someone(
        _address(name),
        tuple(GROUPS[group].id for group in spec.get("in", ())),
        tuple(sorted({_pool(what).id for what in spec.get("holds", ())})),
        tuple(spec.get("attendee", ())),
        tuple(spec.get("admin", ())),
        given,
        spec.get("state", "active"),
        work_phone=spec.get("phone"),
        calling_unreadable=spec.get("callingUnreadable") == "true",
        extension=spec.get("extension"),
        other_emails=tuple(spec.get("also", ())),
        former_emails=tuple(spec.get("formerly", ())),
        location_id=LOCATIONS[spec["location"]].id if "location" in spec else None,
        first_seen=NOW - timedelta(hours=1) if spec.get("newcomer") else NOW - timedelta(days=900),
        paid_at_first_sight=spec.get("paidAtFirstSight") == "true",
        provision_source="Entra ID",
    )


def _holding(text: str) -> str:
    return text if text.startswith("attendee:") else _pool(text).id


def _pool(text: str) -> License:
    """The license of `NAME`, `NAME (SUBSCRIPTION)` or `NAME @ SITE`."""
    return next(pool for pool in OWNED if text in _spellings(pool))


def _spellings(pool: License) -> tuple[str, ...]:
    return pool.name, f"{pool.name} ({pool.subscription})", f"{pool.name} @ {pool.site}"


def _lines(plan: Plan, reasons: bool) -> list[str]:
    lines = []
    for change in plan.changes:
        who = change.email.partition("@")[0]
        operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
        for op in operations:
            lines.append(f"{who}: {_words(op)}" + (_why(op.because) if reasons else ""))
    for item in plan.held:
        lines.append(f"{item.email.partition('@')[0]}: {_words(item.operation)} is held back ({item.guard})")
    for waits in plan.waiting:
        why = _why(waits.because[-1:]) if reasons else ""
        lines.append(f"{waits.email.partition('@')[0]}: waits for {waits.license}{why}")
    for finding in plan.findings:
        if finding.severity != "info" and finding.code not in _QUIET:
            who = f"{finding.where.partition('@')[0]}: " if "@" in finding.where else ""
            lines.append(f"{who}{finding.code}: {finding.message}")
    lines += [
        f"stop {item.code}: {item.message}" for item in plan.guards if item.effect == "stop" and not item.acknowledged
    ]
    return lines


def _why(because: Sequence[Because]) -> str:
    named = dict.fromkeys(item.rule + (f" ({item.template})" if item.template else "") for item in because)
    return " because " + ", ".join(named) if named else ""


def _words(op: LicenseOperation | AttendeeOperation) -> str:
    sign = "+" if op.operation == "add" else "-"
    if not isinstance(op, LicenseOperation):
        return f"{sign} attendee @ {op.site_url}"
    shared = sum(pool.name == op.license and pool.site == op.site for pool in OWNED) > 1
    text = f"{sign} {op.license}" + (f" @ {op.site}" if op.site else "") + (f" ({op.subscription})" if shared else "")
    return text + (_place(op.calling) if op.calling else "")


def _place(calling: CallingProperties) -> str:
    extension = f"extension {calling.extension}" if calling.extension else None
    at = next((place.name for place in LOCATIONS.values() if place.id == calling.location_id and place != HQ), None)
    told = ", ".join(part for part in (calling.phone_number, extension) if part)
    return f" with {told}" + (f" at {at}" if at else "")


def _kept(planned: Planned) -> list[str]:
    workings = planned.workings
    found: list[tuple[str, str]] = []
    for person, key in workings.population.fetch(workings.answers):
        for item in workings.answers[key].kept:
            found.append((person.email.partition("@")[0], f"keeps {item.product}{_why(item.because)}"))
    return [f"{who}: {text}" for who, text in sorted(found)]
