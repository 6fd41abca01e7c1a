"""A plan as the comment of a pull request: verdict and counts on top, who loses or waits by name, details folded away.

Never longer than 60,000 bytes. What does not fit is counted and said to be in the plan file, which the workflow keeps as
an artifact.
"""

from __future__ import annotations

from pathlib import PurePath

from reconciler.model.plan import Plan
from reconciler.report import asked_before, grouping, markdown, wording
from reconciler.report.markdown import Document, escape, names, row

PEOPLE_IN_FULL = 50
WAITING_NAMED = 20
IN_FULL = 20
"""Up to so many findings or held operations stand in a line each; more are grouped."""
ALIKE_NAMED = 5
MESSAGE = 1_500
STOPS = 20


def render(plan: Plan, *, limit: int = markdown.LIMIT, plan_file: str | None = None) -> str:
    """The plan as Markdown of at most `limit` bytes. `plan_file` is where it was saved."""
    rest_is = "in the plan file" if plan_file else "left out here"
    document = Document(limit, rest_is, _pointer(plan_file))
    document.add(_head(plan))
    _stops(document, plan)
    _irreversible(document, plan)
    _waiting(document, plan)
    asked_before.fold(document, plan.setbacks)
    _capacity(document, plan)
    _changes(document, plan)
    _held(document, plan)
    _findings(document, plan)
    _guards(document, plan)
    return document.text()


def _pointer(plan_file: str | None) -> str:
    """Where all of it is; the name only, because the artifact is unpacked somewhere else."""
    if not plan_file:
        return "Not everything fits here: without `--format markdown`, `--all` shows all of it."
    name = wording.clean(PurePath(plan_file).name).replace("`", "'")
    return f"Not everything fits here. The plan file holds all of it: `webex-licenses show {name} --all`"


def _head(plan: Plan) -> list[str]:
    lines = [f"### {escape(wording.verdict(plan))}", ""]
    stops = wording.stopping(plan)
    if stops:
        lines += [f"**Apply would stop before sending anything: {wording.count(len(stops), 'guard')}.**", ""]
    summary = plan.summary
    numbers = ("Added", "Removed", "Irreversible", "Held back", "Waiting")
    licenses = (summary.additions, summary.removals, summary.irreversible, summary.held, summary.waiting)
    lines += [*markdown.header(("",), numbers), row(("Licenses", *(f"{number:,}" for number in licenses)))]
    roles = (summary.attendee_additions, summary.attendee_removals)
    lines.append(row(("Attendee roles", *(f"{number:,}" for number in roles), "", "", "")))
    cost = "" if summary.monthly_cost is None else f" Monthly cost: {summary.monthly_cost:+,.2f}."
    return [*lines, "", f"{escape(wording.origin(plan))} {wording.unchanged(plan)}{cost}"]


def _stops(document: Document, plan: Plan) -> None:
    stops = wording.stopping(plan)
    if stops:
        lines = [f"- {escape(message, MESSAGE)}" for message in stops[:STOPS]]
        document.add(["", "**What stops it:**", ""])
        document.add(lines, noun="guard", share=0.3)
        if len(stops) > STOPS:
            document.add([f"- and {len(stops) - STOPS:,} more, see the guards below"])


def _irreversible(document: Document, plan: Plan) -> None:
    groups = grouping.irreversible(plan)
    if not groups:
        return
    sizes = [len(group.people) for group in groups]
    lines = []
    for group in groups:
        kept = f", held back by {escape(group.guard)}" if group.guard else ""
        people = wording.count(len(group.people), "person", "people")
        lines.append(f"- {escape(group.what)}, {people}{kept}: {names(group.people, PEOPLE_IN_FULL)}")
    title = f"**Cannot be taken back ({sum(sizes):,}):** number, voicemail and settings may be lost for good"
    document.add(["", title, ""])
    document.add(lines, noun="irreversible removal", share=0.3, counts=sizes)
    if max(sizes) > PEOPLE_IN_FULL:
        document.shortened()


def _waiting(document: Document, plan: Plan) -> None:
    if not plan.waiting:
        return
    pools = grouping.waiting_by_pool(plan.waiting)
    lines = []
    for label, people in pools.items():
        who = names((item.email for item in people), WAITING_NAMED)
        lines.append(f"- {escape(label)}, {wording.count(len(people), 'person', 'people')}: {who}")
    document.add(["", f"**Waiting ({len(plan.waiting):,}):** {wording.lacking(plan.waiting)}", ""])
    document.add(lines, noun="waiting request", share=0.3, counts=map(len, pools.values()))
    if any(len(people) > WAITING_NAMED for people in pools.values()):
        document.shortened()


def _capacity(document: Document, plan: Plan) -> None:
    pools = grouping.telling_pools(plan)
    if not pools:
        return
    above = markdown.header(("License",), ("Total", "Consumed", "Available", "Added", "Removed", "Left after"))
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
    one = len(pools) == 1
    title = f"Capacity of the {wording.count(len(pools), 'license')} that {'changes or is' if one else 'change or are'} short"
    document.fold(title, lines, above=above, noun="license")


def _changes(document: Document, plan: Plan) -> None:
    if not plan.changes:
        return
    title = f"Changes: {wording.count(len(plan.changes), 'person', 'people')}"
    if len(plan.changes) <= PEOPLE_IN_FULL:
        above = markdown.header(("Person", "Change", "Why"))
        document.fold(title, _by_person(plan), above=above, noun="operation", share=0.7)
        return
    above = markdown.header(("Change", "Why", "Who"), ("People",))
    groups = grouping.alike(plan.changes)
    lines = [
        row((escape(group.what), escape(group.why), names(group.people, 3), f"{len(group.people):,}"))
        for group in groups
    ]
    document.shortened()
    sizes = [len(group.people) for group in groups]
    document.fold(title, lines, above=above, noun="operation", share=0.7, counts=sizes)


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
    if not plan.held:
        return
    groups = grouping.held_alike(plan.held)
    lines = [f"- {escape(guard)}: {escape(what)}: {_who(people)}" for (guard, what), people in groups.items()]
    if any(len(people) > PEOPLE_IN_FULL for people in groups.values()):
        document.shortened()
    title = f"Held back: {wording.count(len(plan.held), 'operation')}"
    document.fold(title, lines, noun="operation", counts=[len(people) for people in groups.values()])


def _who(people: list[str]) -> str:
    front = f"{len(people):,} people: " if len(people) > 1 else ""
    return front + names(people, PEOPLE_IN_FULL)


def _findings(document: Document, plan: Plan) -> None:
    if not plan.findings:
        return
    above = markdown.header(("", "Where", "What", "What to do"))
    kinds = grouping.findings_by_code(plan.findings)
    title = f"Findings: {len(plan.findings):,}"
    lines, sizes = [], []
    for (severity, code), same in kinds.items():
        shown = same if len(plan.findings) <= IN_FULL else same[:ALIKE_NAMED]
        for finding in shown:
            cells = (f"{severity} {escape(code)}", *map(escape, (finding.where, finding.message, finding.hint)))
            lines.append(row(cells))
            sizes.append(1)
        if len(same) > len(shown):
            document.shortened()
            more = len(same) - len(shown)
            lines.append(row((f"{severity} {escape(code)}", f"and {more:,} more", "", "")))
            sizes.append(more)
    document.fold(title, lines, above=above, noun="finding", counts=sizes)


def _guards(document: Document, plan: Plan) -> None:
    if plan.guards:
        lines = [
            f"- {escape(guard.code)} ({guard.effect}{', acknowledged' if guard.acknowledged else ''}): "
            f"{escape(guard.message, MESSAGE)}"
            for guard in plan.guards
        ]
        document.fold(f"Guards: {len(plan.guards):,}", lines, noun="guard", share=0.9)
