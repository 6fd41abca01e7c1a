"""A plan for somebody at a terminal: the verdict first, what hurts next, then every change with its reason.

It reads nothing but the plan, so `show FILE` prints what `plan` printed. Counts are always whole; long lists of names
end in "and N more", and `--all` shows them whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized

import msgspec
from rich.text import Text

from reconciler.model.plan import Change, Plan
from reconciler.report import asked_before, canvas, grouping, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.sections import Section

PEOPLE_IN_FULL = 50
WAITING_NAMED = 12
NAMED = 20
ALIKE_NAMED = 3


class _View(msgspec.Struct, frozen=True):
    """The plan, whether everything is to be named, and how to have that done where it is not."""

    plan: Plan
    everything: bool
    all_of_them: str

    def some(self, names: Iterable[str], shown: int) -> str:
        """The first names, or all."""
        everybody = list(names)
        return wording.some(everybody, self.upto(shown, everybody))

    def upto(self, shown: int, items: Sized) -> int:
        """How many of the items are shown."""
        return len(items) if self.everything else shown


def render(
    plan: Plan,
    *,
    width: int = 80,
    colour: bool = False,
    plan_file: str | None = None,
    path: str | None = ".",
    everything: bool = False,
) -> str:
    """The plan as text of at most `width` columns; `everything` folds nothing.

    `plan_file` is where it was saved and `path` the directory of its files, for the command at the end; with None for
    `path` nothing is said about what to do next, because it happens next.
    """
    all_of_them = f"webex-licenses show {wording.clean(plan_file)} --all" if plan_file else "--all"
    view = _View(plan, everything, all_of_them)
    sections: tuple[Callable[[_View], Section], ...] = (
        _verdict,
        _irreversible,
        _waiting,
        _asked_before,
        _capacity,
        _changes,
        _held,
        _findings,
        _guards,
    )
    parts = [part for section in sections for part in section(view)]
    parts += _next(plan, plan_file, path) if path is not None else []
    return canvas.draw(parts, width=width, colour=colour)


def _verdict(view: _View) -> Section:
    plan = view.plan
    stops = wording.stopping(plan)
    parts: Section = [Text(wording.verdict(plan), style=STRONG)]
    if stops:
        parts.append(
            Text(f"Apply would stop before sending anything: {wording.count(len(stops), 'guard')}.", style=BAD)
        )
        parts += [canvas.line(f"! {message}", indent=2, style=BAD, hang=2) for message in stops]
    parts.append(Text(f"{wording.origin(plan)} {wording.unchanged(plan)}{_cost(plan)}", style=FAINT))
    return parts


def _cost(plan: Plan) -> str:
    cost = plan.summary.monthly_cost
    return "" if cost is None else f" Monthly cost: {cost:+,.2f}."


def _irreversible(view: _View) -> Section:
    groups = grouping.irreversible(view.plan)
    if not groups:
        return []
    number = sum(len(group.people) for group in groups)
    title = f"Cannot be taken back ({number:,}): number, voicemail and settings may be lost for good"
    parts: Section = [canvas.heading(title, BAD)]
    for group in groups:
        kept = f", held back by {group.guard}" if group.guard else ""
        people = wording.count(len(group.people), "person", "people")
        parts.append(canvas.line(f"- {group.what}: {people}{kept}", indent=2, hang=2))
        parts.append(canvas.line(group.why, indent=6, style=FAINT))
        parts.append(canvas.line(view.some(group.people, PEOPLE_IN_FULL), indent=6))
    return parts + _everybody(view, (group.people for group in groups), PEOPLE_IN_FULL)


def _everybody(view: _View, groups: Iterable[Sized], shown: int) -> Section:
    """How to see everybody, where some list of names was cut."""
    if view.everything or not any(len(group) > shown for group in groups):
        return []
    return [canvas.line(f"Every person: {view.all_of_them}", indent=2, style=FAINT)]


def _waiting(view: _View) -> Section:
    plan, told = view.plan, []
    if not plan.waiting:
        return []
    parts: Section = [canvas.heading(f"Waiting ({len(plan.waiting):,}): {wording.lacking(plan.waiting)}", WARN)]
    for label, people in grouping.waiting_by_pool(plan.waiting).items():
        parts.append(canvas.line(f"{label}: {wording.count(len(people), 'person', 'people')}", indent=2))
        for (since, why), names in grouping.waiting_alike(people).items():
            parts.append(canvas.line(f"since {since}: {why}", indent=6, style=FAINT))
            parts.append(canvas.line(view.some(names, WAITING_NAMED), indent=6))
            told.append(names)
    return parts + _everybody(view, told, WAITING_NAMED)


def _asked_before(view: _View) -> Section:
    setbacks = view.plan.setbacks
    return asked_before.section(setbacks, view.all_of_them, shown=view.upto(asked_before.NAMED, setbacks))


def _capacity(view: _View) -> Section:
    pools = grouping.telling_pools(view.plan)
    if not pools:
        return []
    grid = canvas.table(("License",), ("Total", "Consumed", "Available", "Change", "Left\nafter"))
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
    return [canvas.heading("Capacity of the licenses that change or are short"), canvas.indented(grid)]


def _changes(view: _View) -> Section:
    plan = view.plan
    if not plan.changes:
        return []
    title = canvas.heading(f"Changes ({wording.count(len(plan.changes), 'person', 'people')})")
    if view.everything or len(plan.changes) <= PEOPLE_IN_FULL:
        return [title, *(part for change in plan.changes for part in _one_person(change))]
    parts: Section = [title]
    groups = grouping.alike(plan.changes)
    for group in groups:
        style = BAD if group.irreversible else _sign_style(group.what)
        people = wording.count(len(group.people), "person", "people")
        parts.append(canvas.line(f"{group.what}: {people}", indent=2, style=style, hang=2))
        parts.append(canvas.line(group.why, indent=6, style=FAINT))
        parts.append(canvas.line(wording.some(group.people, ALIKE_NAMED), indent=6))
    return [*parts, canvas.line(f"Every person: {view.all_of_them}", indent=2, style=FAINT)]


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


def _held(view: _View) -> Section:
    plan = view.plan
    if not plan.held:
        return []
    parts: Section = [canvas.heading(f"Held back ({len(plan.held):,}): planned, but not sent", WARN)]
    for guard, lines in grouping.held_by_guard(plan.held).items():
        parts.append(canvas.line(f"{guard}: {wording.count(len(lines), 'operation')}", indent=2))
        shown = view.upto(NAMED, lines)
        parts += [canvas.line(text, indent=4, hang=2) for text in lines[:shown]]
        parts += sections.more(len(lines) - shown, view.all_of_them, indent=4)
    return parts


def _findings(view: _View) -> Section:
    found = view.plan.findings
    return sections.findings(found, all_of_them=view.all_of_them, shown=view.upto(sections.SAME_FINDING, found))


def _guards(view: _View) -> Section:
    """Guards that do not stop an apply; those that do stand at the top."""
    guards = [guard for guard in view.plan.guards if guard.effect == "hold" or guard.acknowledged]
    if not guards:
        return []
    parts: Section = [canvas.heading(f"Guards ({len(guards):,})")]
    for guard in guards:
        effect = "acknowledged" if guard.acknowledged else "holds back"
        style = FAINT if guard.acknowledged else WARN
        parts.append(canvas.line(f"{guard.code}, {effect}: {wording.clean(guard.message)}", indent=2, style=style))
    return parts


def _next(plan: Plan, plan_file: str | None, path: str) -> Section:
    return [
        canvas.heading("What next"),
        *(
            canvas.line(f"- {text}", indent=2, hang=2)
            for text in _advice(plan, plan_file, "" if path == "." else f" {wording.clean(path)}")
        ),
    ]


def _advice(plan: Plan, plan_file: str | None, path: str) -> Iterable[str]:
    if wording.stopping(plan):
        yield "Settle what stops apply: change the files, or permit it in an Acknowledgement (a reviewed file)."
    elif plan.changes and plan_file:
        yield f"Carry out exactly this plan: webex-licenses apply{path} --plan {wording.clean(plan_file)}"
    elif plan.changes:
        yield f"Save the plan for review and apply: webex-licenses plan{path} --out plan.json"
    if plan.waiting:
        yield "People wait until units are free: buy more, take unused ones back, or change priorities."
    if plan.held:
        yield "What is held back is not sent: the findings and guards say why, and what would release it."
    blocked = wording.blocked(plan.findings)
    if not plan.changes and blocked:
        people = f"{wording.count(blocked, 'person is', 'people are')} blocked by findings"
        yield f"Nothing to send; {people}: each finding says what to do."
    elif not plan.changes and not plan.waiting and not plan.held and not wording.stopping(plan):
        yield "Nothing: the organization is as the files want it."
