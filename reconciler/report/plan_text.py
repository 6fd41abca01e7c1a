"""A plan for somebody at a terminal: the verdict first, what hurts next, then every change with its reason.

It reads nothing but the plan, so `show FILE` prints what `plan` printed. Counts are always whole; long lists of names
end in "and N more", with the way to see them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.plan import Change, Plan, PoolLine
from reconciler.report import canvas, grouping, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN

PEOPLE_IN_FULL = 50
NAMED = 20
SAME_FINDING = 5
_SEVERITY_STYLE = {"error": BAD, "warning": WARN, "info": FAINT}

Section = list[RenderableType]


def render(plan: Plan, *, width: int = 80, colour: bool = False, plan_file: str | None = None) -> str:
    """The plan as text of at most `width` columns; `plan_file` is where it was saved, for the hint at the end."""
    sections: tuple[Callable[[Plan], Section], ...] = (
        _verdict,
        _irreversible,
        _waiting,
        _capacity,
        _changes,
        _held,
        _findings,
        _guards,
    )
    parts = [part for section in sections for part in section(plan)]
    return canvas.draw([*parts, *_next(plan, plan_file)], width=width, colour=colour)


def _verdict(plan: Plan) -> Section:
    stops = wording.stopping(plan)
    parts: Section = [Text(wording.verdict(plan), style=STRONG)]
    if stops:
        parts.append(
            Text(f"Apply would stop before sending anything: {wording.count(len(stops), 'guard')}.", style=BAD)
        )
        parts += [canvas.line(f"! {message}", indent=2, style=BAD, hang=2) for message in stops]
    unchanged = wording.count(plan.summary.unchanged, "other person", "other people")
    parts.append(Text(f"{wording.origin(plan)} {unchanged} unchanged.{_cost(plan)}", style=FAINT))
    return parts


def _cost(plan: Plan) -> str:
    cost = plan.summary.monthly_cost
    return "" if cost is None else f" Monthly cost: {cost:+,.2f}."


def _irreversible(plan: Plan) -> Section:
    items = grouping.irreversible(plan)
    if not items:
        return []
    title = f"Cannot be taken back ({len(items):,}): number, voicemail and settings may be lost for good"
    parts: Section = [canvas.heading(title, BAD)]
    for item in items[:PEOPLE_IN_FULL]:
        kept = f" (held back by {item.guard})" if item.guard else ""
        parts.append(canvas.line(f"- {item.person}: {item.what}{kept}", indent=2, hang=2))
        parts.append(canvas.line(item.why, indent=6, style=FAINT))
    return parts + _more(len(items) - PEOPLE_IN_FULL)


def _waiting(plan: Plan) -> Section:
    if not plan.waiting:
        return []
    parts: Section = [canvas.heading(f"Waiting ({len(plan.waiting):,}): no unit left for them", WARN)]
    for label, people in grouping.waiting_by_pool(plan.waiting).items():
        parts.append(canvas.line(f"{label}: {wording.count(len(people), 'person', 'people')}", indent=2))
        grid = canvas.table(("Person", "Since", "Why"))
        for item in people[:NAMED]:
            grid.add_row(
                Text(wording.clean(item.email)), wording.moment(item.since), Text(wording.reasons(item.because), FAINT)
            )
        parts.append(canvas.indented(grid, 4))
        parts += _more(len(people) - NAMED, indent=4)
    return parts


def _capacity(plan: Plan) -> Section:
    pools = [pool for pool in plan.pools if _interesting(pool)]
    if not pools:
        return []
    grid = canvas.table(("Licence",), ("Total", "Consumed", "Available", "Change", "After"))
    for pool in pools:
        change = "/".join(f"{mark}{number:,}" for mark, number in (("+", pool.add), ("-", pool.remove)) if number)
        short = pool.available_after is not None and pool.available_after < 0
        grid.add_row(
            Text(wording.license_label(pool.license, pool.site, pool.subscription)),
            wording.units(pool.total),
            wording.units(pool.consumed),
            wording.units(pool.available),
            change or "0",
            Text(wording.units(pool.available_after), style=BAD if short else ""),
        )
    return [canvas.heading("Capacity of the licences that change or are short"), canvas.indented(grid)]


def _interesting(pool: PoolLine) -> bool:
    short = pool.available_after is not None and pool.available_after < 0
    return bool(pool.add or pool.remove or short)


def _changes(plan: Plan) -> Section:
    if not plan.changes:
        return []
    title = canvas.heading(f"Changes ({wording.count(len(plan.changes), 'person', 'people')})")
    if len(plan.changes) <= PEOPLE_IN_FULL:
        return [title, *(part for change in plan.changes for part in _one_person(change))]
    parts: Section = [title]
    for group in grouping.alike(plan.changes):
        style = BAD if group.irreversible else _sign_style(group.what)
        people = wording.count(len(group.people), "person", "people")
        parts.append(canvas.line(f"{group.what}: {people}", indent=2, style=style, hang=2))
        parts.append(canvas.line(group.why, indent=6, style=FAINT))
        parts.append(canvas.line(wording.some(group.people, 3), indent=6))
    parts.append(canvas.line("Every person: webex-licenses show FILE --format json", indent=2, style=FAINT))
    return parts


def _one_person(change: Change) -> Section:
    parts: Section = [canvas.line(wording.person(change.email, change.display_name), indent=2, style=STRONG)]
    for operation in grouping.operations(change):
        label = f"{wording.sign(operation)} {wording.operation_label(operation)}"
        given = wording.calling(getattr(operation, "calling", None))
        gone = " (cannot be taken back)" if getattr(operation, "irreversible", False) else ""
        style = BAD if gone else _sign_style(label)
        parts.append(canvas.line(f"{label}{f', {given}' if given else ''}{gone}", indent=4, style=style, hang=2))
        parts.append(canvas.line(wording.reasons(operation.because, operation.cause), indent=8, style=FAINT))
    return parts


def _sign_style(label: str) -> str:
    return GOOD if label.startswith("+") else WARN


def _held(plan: Plan) -> Section:
    if not plan.held:
        return []
    parts: Section = [canvas.heading(f"Held back ({len(plan.held):,}): planned, but not sent", WARN)]
    for guard, lines in grouping.held_by_guard(plan.held).items():
        parts.append(canvas.line(f"{guard}: {wording.count(len(lines), 'operation')}", indent=2))
        parts += [canvas.line(text, indent=4, hang=2) for text in lines[:NAMED]]
        parts += _more(len(lines) - NAMED, indent=4)
    return parts


def _findings(plan: Plan) -> Section:
    if not plan.findings:
        return []
    parts: Section = [canvas.heading(f"Findings ({len(plan.findings):,})")]
    for (severity, code), same in grouping.findings_by_code(plan.findings).items():
        number = f" ({len(same):,} times)" if len(same) > 1 else ""
        parts.append(canvas.line(f"{severity} {code}{number}", indent=2, style=_SEVERITY_STYLE[severity]))
        for finding in same[:SAME_FINDING]:
            where = f"{wording.clean(finding.where)}: " if finding.where else ""
            parts.append(canvas.line(f"{where}{wording.clean(finding.message)}", indent=4))
        parts += _more(len(same) - SAME_FINDING, indent=4)
        hints = dict.fromkeys(finding.hint for finding in same[:SAME_FINDING] if finding.hint)
        parts += [canvas.line(f"-> {wording.clean(hint)}", indent=4, style=FAINT, hang=3) for hint in hints]
    return parts


def _guards(plan: Plan) -> Section:
    if not plan.guards:
        return []
    parts: Section = [canvas.heading(f"Guards ({len(plan.guards):,})")]
    for guard in plan.guards:
        effect = "acknowledged" if guard.acknowledged else {"stop": "stops apply", "hold": "holds back"}[guard.effect]
        style = FAINT if guard.acknowledged else BAD if guard.effect == "stop" else WARN
        parts.append(canvas.line(f"{guard.code}, {effect}: {wording.clean(guard.message)}", indent=2, style=style))
    return parts


def _next(plan: Plan, plan_file: str | None) -> Section:
    return [
        canvas.heading("What next"),
        *(canvas.line(f"- {text}", indent=2, hang=2) for text in _advice(plan, plan_file)),
    ]


def _advice(plan: Plan, plan_file: str | None) -> Iterable[str]:
    if wording.stopping(plan):
        yield "Settle what stops apply: change the files, or permit it in an Acknowledgement (a reviewed file)."
    elif plan.changes and plan_file:
        yield f"Carry out exactly this plan: webex-licenses apply --plan {wording.clean(plan_file)}"
    elif plan.changes:
        yield "Save the plan for review and apply: webex-licenses plan --out plan.json"
    if plan.waiting:
        yield "People wait until units are free: buy more, take unused ones back, or change priorities."
    if not plan.changes and not plan.waiting and not wording.stopping(plan):
        yield "Nothing: the organization is as the files want it."


def _more(number: int, *, indent: int = 2) -> Section:
    if number <= 0:
        return []
    return [canvas.line(f"... and {number:,} more: webex-licenses show FILE --format json", indent=indent, style=FAINT)]
