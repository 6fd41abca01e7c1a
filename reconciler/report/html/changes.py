"""What a plan does: by template, by person, what waits, what is held back, what was asked before, and the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from reconciler.model.finding import Finding, Severity
from reconciler.model.plan import AskedBefore, AttendeeOperation, Because, LicenseOperation, Plan, Waiting
from reconciler.report import asked_before, grouping, wording
from reconciler.report.html.columns import Places, long_list, persons, plain, told
from reconciler.report.html.page import (
    Cell,
    Column,
    Lines,
    LongList,
    Section,
    Table,
    Tone,
    blocks,
    number,
    short,
    texts,
)

_SEVERE: tuple[tuple[str, Tone], ...] = (("error", "bad"), ("warning", "warn"))
_LOST: tuple[tuple[str, Tone], ...] = (("remove for good", "bad"),)
_NO_TEMPLATE = "no template"
SEVERITY: dict[Severity, Tone] = {"error": "bad", "warning": "warn", "info": ""}


def plan_section(plan: Plan, everybody: Places) -> Section:
    """Counts, objections, templates, and every operation."""
    summary = plan.summary
    stops = wording.stopping(plan)
    lines: list[tuple[str, Tone]] = [(f"Apply would stop: {message}", "bad") for message in stops]
    for guard in plan.guards:
        if guard.effect == "hold" or guard.acknowledged:
            effect = "acknowledged" if guard.acknowledged else "holds back"
            lines.append((f"{guard.code}, {effect}: {wording.clean(guard.message)}", ""))
    signed = summary.additions + summary.attendee_additions, summary.removals + summary.attendee_removals
    return Section(
        "plan", "Plan",
        blocks(Lines(tuple(lines)), _by_template(plan), _asked_before(plan.setbacks), _operations(plan, everybody)),
        count=f"+{signed[0]:,} −{signed[1]:,}" if any(signed) else "", lead=f"{wording.verdict(plan)}. {_cost(plan)}".strip(),
        tone="bad" if stops else "",
    )  # fmt: skip


def _cost(plan: Plan) -> str:
    cost = plan.summary.monthly_cost
    return "" if cost is None else f"Cost a month: {cost:+,.2f}."


def _template(because: Iterable[Because]) -> tuple[str, str]:
    """The template or exception that decided, and its place in the files."""
    for reason in because:
        if reason.template:
            return wording.clean(reason.template), wording.clean(reason.source or "")
    return _NO_TEMPLATE, ""


def _by_template(plan: Plan) -> Table:
    """Every operation under the template that decided it; the numbers add up to the plan's."""
    places: dict[str, str] = {}
    tallies: dict[tuple[str, str], Counter[str]] = {}

    def tally(because: Sequence[Because], label: str, what: str) -> None:
        name, source = _template(because)
        places[name] = places.get(name) or source
        tallies.setdefault((name, label), Counter())[what] += 1

    for change in plan.changes:
        for operation in grouping.operations(change):
            label = wording.operation_label(operation)
            tally(operation.because, label, operation.operation)
            if isinstance(operation, LicenseOperation) and operation.irreversible:
                tally(operation.because, label, "irreversible")
    for held in plan.held:
        tally(held.operation.because, wording.operation_label(held.operation), "held")
    for item in plan.waiting:
        tally(item.because, wording.license_label(item.license, item.site, item.subscription), "waiting")
    rows = tuple(
        (
            Cell(name, places[name], "faint" if name == _NO_TEMPLATE else ""), Cell(label), short(count["add"]),
            short(count["remove"]), short(count["irreversible"], "bad"), short(count["held"], "warn"),
            short(count["waiting"], "warn"),
        )
        for (name, label), count in sorted(tallies.items())
    )  # fmt: skip
    sums = Counter[str]()
    for count in tallies.values():
        sums.update(count)
    labels = ("Added", "Removed", "For good", "Held back", "Waiting")
    foot = (Cell("All"), Cell(), *(number(sums[key]) for key in ("add", "remove", "irreversible", "held", "waiting")))
    columns = (Column("Template"), Column("License"), *(Column(label, True) for label in labels))
    return Table("By template", columns, rows, (foot,) if len(rows) > 1 else (), key="by-template")


def _operations(plan: Plan, everybody: Places) -> LongList:
    rows = [
        (change.email, change.display_name, operation, "planned")
        for change in plan.changes
        for operation in grouping.operations(change)
    ]
    rows += [(held.email, "", held.operation, f"held back: {wording.clean(held.guard)}") for held in plan.held]
    rows.sort(key=lambda row: row[0].casefold())
    columns = (
        Column("Person", width="l"), Column("Name", width="l"), Column("Operation", facet=True, width="xs", tones=_LOST),
        Column("License", facet=True, width="xl"), Column("Why", width="xl"), Column("State", facet=True, width="m"),
    )  # fmt: skip
    data = [
        persons([wording.clean(row[0]) for row in rows], everybody),
        plain([wording.clean(row[1]) for row in rows]),
        plain([_deed(row[2]) for row in rows]),
        plain(told(rows, lambda row: _place(row[2]), lambda row: wording.operation_label(row[2]))),
        plain(told(rows, lambda row: (row[2].because, row[2].cause), lambda row: _why(row[2]))),
        plain([row[3] for row in rows]),
    ]
    return long_list("operations", "Every operation", columns, data, len(rows), "operations")


def _place(operation: LicenseOperation | AttendeeOperation) -> tuple[str | None, ...]:
    """What tells the labels of operations apart."""
    if isinstance(operation, AttendeeOperation):
        return (operation.site_url,)
    return operation.license, operation.site, operation.subscription


def _why(operation: LicenseOperation | AttendeeOperation) -> str:
    return wording.reasons(operation.because, operation.cause)


def _deed(operation: LicenseOperation | AttendeeOperation) -> str:
    gone = isinstance(operation, LicenseOperation) and operation.irreversible and operation.operation == "remove"
    return "remove for good" if gone else operation.operation


def _asked_before(items: Sequence[AskedBefore]) -> Table:
    rows = tuple(
        (
            Cell(group.what),
            number(len(group.people)),
            Cell(f"{group.ended}; {group.times}", group.again),
            Cell(group.to_do),
            Cell(wording.some(group.people, 12)),
        )
        for group in asked_before.alike(items)
    )
    columns = (Column("Operation"), Column("People", True), *texts(("What became of it", "To do", "Who")))
    return Table("Asked before and not done", columns, rows)


def _waits_for(item: Waiting) -> str:
    return wording.license_label(item.license, item.site, item.subscription)


def waiting_section(waiting: Sequence[Waiting], everybody: Places) -> Section | None:
    """Who waits for a unit, by pool and one by one; None where nobody does."""
    if not waiting:
        return None
    rows = tuple(
        (Cell(label), number(len(people)), Cell(wording.moment(min(item.since for item in people))))
        for label, people in sorted(
            grouping.waiting_by_pool(waiting).items(), key=lambda item: (-len(item[1]), item[0])
        )
    )
    pools = Table("By pool", (Column("License"), Column("Waiting", True), Column("Longest since")), rows)
    columns = (
        Column("Person", width="l"),
        Column("License", facet=True, width="xl"),
        Column("Since", width="m"),
        Column("Why", width="xl"),
    )
    data = [
        persons([wording.clean(item.email) for item in waiting], everybody),
        plain(told(waiting, lambda item: (item.license, item.site, item.subscription), _waits_for)),
        plain(told(waiting, lambda item: item.since, lambda item: wording.moment(item.since))),
        plain(told(waiting, lambda item: item.because, lambda item: wording.reasons(item.because))),
    ]
    people = len({item.person_id for item in waiting})
    return Section(
        "waiting", "Waiting",
        blocks(pools, long_list("waiting-list", "Everybody who waits, in the order of being served", columns, data,
                                len(waiting), "requests")),
        count=f"{len(waiting):,}", tone="warn",
        lead=f"{wording.count(people, 'person', 'people')}: {wording.lacking(waiting)}.",
    )  # fmt: skip


def findings_section(findings: Sequence[Finding]) -> Section | None:
    """Findings by kind with what to do, and one by one; None where there is none."""
    if not findings:
        return None
    rows = []
    for (_, code), same in grouping.findings_by_code(findings).items():
        severity = same[0].severity
        hints = dict.fromkeys(wording.clean(item.hint) for item in same if item.hint)
        first = same[0]
        example = f"{wording.clean(first.where)}: " if first.where else ""
        hint = next(iter(hints), "")
        rows.append(
            (
                Cell(severity, tone=SEVERITY[severity], sort=float(list(SEVERITY).index(severity))), Cell(code),
                number(len(same)), Cell(f"{example}{wording.clean(first.message)}"),
                Cell(hint, f"and {len(hints) - 1} other hints" if len(hints) > 1 else ""),
            )
        )  # fmt: skip
    kinds = (Column("Severity"), Column("Code"), Column("Number", True), Column("First of them"), Column("What to do"))
    columns = (
        Column("Severity", facet=True, width="xs", tones=_SEVERE), Column("Code", facet=True, width="m"),
        Column("Where", width="l"),
        Column("What", width="xl"), Column("What to do", width="xl"),
    )  # fmt: skip
    data = [
        plain([item.severity for item in findings]),
        plain([item.code for item in findings]),
        plain([wording.clean(item.where) for item in findings]),
        plain([wording.clean(item.message) for item in findings]),
        plain([wording.clean(item.hint) for item in findings]),
    ]
    worst = Counter(item.severity for item in findings)
    return Section(
        "findings", "Findings",
        blocks(Table("By kind", kinds, tuple(rows)),
               long_list("finding-list", "Every finding", columns, data, len(findings), "findings")),
        count=f"{len(findings):,}", tone="bad" if worst["error"] else "warn" if worst["warning"] else "",
        lead=", ".join(wording.count(worst[kind], kind if kind != "info" else "note")
                       for kind in SEVERITY if worst[kind]) + ".",
    )  # fmt: skip
