"""A plan as the comment of a pull request: verdict and counts on top, who loses or waits by name, details folded away.

Never longer than 60,000 characters. What does not fit is counted and said to be in the plan file, which the workflow
keeps as an artifact.
"""

from __future__ import annotations

from reconciler.model.plan import Plan
from reconciler.report import asked_before, grouping, markdown, wording
from reconciler.report.markdown import Document, escape, row

PEOPLE_IN_FULL = 50
NAMES = 4_000  # characters of a list of names
MESSAGE = 1_500


def render(plan: Plan, *, limit: int = markdown.LIMIT) -> str:
    """The plan as Markdown of at most `limit` characters."""
    document = Document(limit)
    document.add(_head(plan))
    document.add(_irreversible(plan), noun="irreversible removal", share=0.3)
    document.add(_waiting(plan), noun="waiting person", share=0.3)
    asked_before.fold(document, plan.setbacks)
    _capacity(document, plan)
    _changes(document, plan)
    _held(document, plan)
    _findings(document, plan)
    _guards(document, plan)
    return document.text()


def _head(plan: Plan) -> list[str]:
    lines = [f"### {escape(wording.verdict(plan))}", ""]
    stops = wording.stopping(plan)
    if stops:
        lines += [f"**Apply would stop before sending anything: {wording.count(len(stops), 'guard')}.**", ""]
        lines += [f"- {escape(message, MESSAGE)}" for message in stops[:20]]
        lines += [""]
    summary = plan.summary
    numbers = ("Added", "Removed", "Irreversible", "Held back", "Waiting")
    lines += markdown.header(("",), numbers)
    lines.append(
        row(
            (
                "Licenses",
                f"{summary.additions:,}",
                f"{summary.removals:,}",
                f"{summary.irreversible:,}",
                f"{summary.held:,}",
                f"{summary.waiting:,}",
            )
        )
    )
    lines.append(
        row(("Attendee roles", f"{summary.attendee_additions:,}", f"{summary.attendee_removals:,}", "", "", ""))
    )
    cost = "" if summary.monthly_cost is None else f" Monthly cost: {summary.monthly_cost:+,.2f}."
    return [*lines, "", f"{escape(wording.origin(plan))} {wording.unchanged(plan)}{cost}"]


def _irreversible(plan: Plan) -> list[str]:
    groups = grouping.irreversible(plan)
    if not groups:
        return []
    number = sum(len(group.people) for group in groups)
    lines = ["", f"**Cannot be taken back ({number:,}):** number, voicemail and settings may be lost for good", ""]
    for group in groups:
        kept = f", held back by {escape(group.guard)}" if group.guard else ""
        people = wording.count(len(group.people), "person", "people")
        names = wording.some(group.people, PEOPLE_IN_FULL)
        lines.append(f"- {escape(group.what)}, {people}{kept}: {escape(names, NAMES)}")
    return lines


def _waiting(plan: Plan) -> list[str]:
    if not plan.waiting:
        return []
    lines = ["", f"**Waiting ({len(plan.waiting):,}):** {wording.lacking(plan.waiting)}", ""]
    for label, people in grouping.waiting_by_pool(plan.waiting).items():
        names = wording.some((wording.clean(item.email) for item in people), 20)
        lines.append(f"- {escape(label)}, {wording.count(len(people), 'person', 'people')}: {escape(names, NAMES)}")
    return lines


def _capacity(document: Document, plan: Plan) -> None:
    pools = grouping.telling_pools(plan)
    if not pools:
        return
    above = markdown.header(("License",), ("Total", "Consumed", "Available", "Added", "Removed", "After"))
    lines = [
        row(
            (
                escape(wording.license_label(pool.license, pool.site, pool.subscription)),
                wording.units(pool.total),
                wording.units(pool.consumed),
                wording.units(pool.available),
                f"{pool.add:,}",
                f"{pool.remove:,}",
                wording.units(pool.available_after),
            )
        )
        for pool in pools
    ]
    document.fold(
        f"Capacity of the {wording.count(len(pools), 'license')} that change or are short", lines, above=above
    )


def _changes(document: Document, plan: Plan) -> None:
    if not plan.changes:
        return
    title = f"Changes: {wording.count(len(plan.changes), 'person', 'people')}"
    if len(plan.changes) <= PEOPLE_IN_FULL:
        above = markdown.header(("Person", "Change", "Why"))
        document.fold(title, _by_person(plan), above=above, noun="operation", share=0.7)
        return
    above = markdown.header(("Change", "Why", "Who"), ("People",))
    lines = [
        row(
            (
                escape(group.what),
                escape(group.why),
                escape(wording.some(group.people, 3)),
                f"{len(group.people):,}",
            )
        )
        for group in grouping.alike(plan.changes)
    ]
    document.fold(title, lines, above=above, noun="group", share=0.7)


def _by_person(plan: Plan) -> list[str]:
    lines = []
    for change in plan.changes:
        for operation in grouping.operations(change):
            given = wording.calling(getattr(operation, "calling", None))
            what = f"{wording.sign(operation)} {wording.operation_label(operation)}{f', {given}' if given else ''}"
            why = wording.reasons(operation.because, operation.cause)
            lines.append(row((escape(wording.person(change.email, change.display_name)), escape(what), escape(why))))
    return lines


def _held(document: Document, plan: Plan) -> None:
    if plan.held:
        lines = [
            f"- {escape(guard)}: {escape(text)}"
            for guard, texts in grouping.held_by_guard(plan.held).items()
            for text in texts
        ]
        document.fold(f"Held back: {wording.count(len(plan.held), 'operation')}", lines, noun="operation")


def _findings(document: Document, plan: Plan) -> None:
    if plan.findings:
        above = markdown.header(("", "Where", "What", "What to do"))
        lines = [
            row(
                (
                    f"{finding.severity} {escape(finding.code)}",
                    escape(finding.where),
                    escape(finding.message),
                    escape(finding.hint),
                )
            )
            for finding in plan.findings
        ]
        document.fold(f"Findings: {len(plan.findings):,}", lines, above=above, noun="finding")


def _guards(document: Document, plan: Plan) -> None:
    if plan.guards:
        lines = [
            f"- {escape(guard.code)} ({guard.effect}{', acknowledged' if guard.acknowledged else ''}): "
            f"{escape(guard.message, MESSAGE)}"
            for guard in plan.guards
        ]
        document.fold(f"Guards: {len(plan.guards):,}", lines, noun="guard", share=0.9)
