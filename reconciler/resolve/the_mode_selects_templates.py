"""Which templates speak for a person follows from the assignment mode and from direct group membership alone.

`organization`: the one organization template. `groups`: every group template that lists a group of the person.
`groupsThenOrganization`: being in any group that a template lists switches the organization template off, also where the
group template has nothing to say. Why: one sentence must be enough to know who speaks for somebody; so nested groups give
nothing, as in Control Hub. Source: RULES 1.1, 1.2 (R1-R3, R5, R6, C3).

>>> from tests.support.example import example
>>> story = '''
... organization: {assignment: %s}
... templates:
...   everyone: {licenses: [Real-Time Translations]}
...   sales: {groups: [Sales], licenses: [Contact Center Premium Agent]}
... people: {ann: {in: [Sales]}, bob: {in: [Support]}}
... '''
>>> example(story % "groupsThenOrganization")
ann: + Contact Center Premium Agent
bob: + Real-Time Translations
>>> example(story % "groups")
ann: + Contact Center Premium Agent
>>> example(story % "organization")
ann: + Real-Time Translations
bob: + Real-Time Translations
"""

from __future__ import annotations

from reconciler.book.book import BoundTemplate
from reconciler.model.expected import Selected
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Fill `speaking`, and say for every template why it speaks or not."""
    if case.hands_off:
        return
    mode = case.book.organization.assignment
    in_templated_group = bool(case.groups & case.book.templated_groups)
    for item in case.book.templates:
        speaks, why = (
            _organization(mode, in_templated_group) if item.template.kind == "organization" else _group(case, item)
        )
        case.selected.append(Selected(item.name, str(item.template.source), speaks, why))
        if speaks:
            case.speaking.append(item)


def _organization(mode: str, in_templated_group: bool) -> tuple[bool, str]:
    if mode == "organization":
        return True, "the organization template speaks for everybody"
    if mode == "groups":
        return False, "assignment is `groups`: the organization template is not used"
    if in_templated_group:
        return False, "in a group that a template lists, so the group templates speak instead"
    return True, "in no group that a template lists, so the organization template speaks"


def _group(case: Case, item: BoundTemplate) -> tuple[bool, str]:
    if case.book.organization.assignment == "organization":
        return False, "assignment is `organization`: group templates are not used"
    names = sorted(case.book.groups.names[group] for group in case.groups & item.groups)
    if names:
        return True, "direct member of " + ", ".join(names)
    return False, "not a direct member of " + ", ".join(sorted(case.book.groups.names[group] for group in item.groups))
