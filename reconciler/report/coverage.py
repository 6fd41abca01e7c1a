"""Coverage in words: how many people and units are under management, of how many, and who gave the units."""

from __future__ import annotations

from reconciler.model.coverage import Coverage
from reconciler.report import wording


def share(part: int, whole: int) -> str:
    """A part in per cent, rounded down, so that 100 % means all; a dash where there is nothing.

    >>> share(999, 1000), share(0, 0)
    ('99 %', '-')
    """
    return f"{100 * part // whole} %" if whole else "-"


def lines(coverage: Coverage) -> list[str]:
    """Two sentences: people, then units of licenses that are not free, all of them by who gave them."""
    people, units = coverage.people, coverage.licenses
    others = (
        (people.by_exception, "by an exception alone"),
        (people.exempt, "exempt"),
        (people.deactivated, "deactivated"),
        (people.outsiders, "bots or of other organizations"),
        (people.unmanaged, "by nothing"),
    )
    rest = ", ".join(f"{number:,} {words}" for number, words in others if number)
    whom = (
        f"Covered by a template: {people.by_template:,} of {wording.count(people.total, 'person', 'people')} "
        f"({share(people.by_template, people.total)}){f'; {rest}' if rest else ''}."
    )
    if not units.held:
        return [whom, "Under management: nobody holds a paid license."]
    what = (
        f"Under management: {units.managed:,} of {wording.count(units.held, 'unit')} of paid licenses that people hold "
        f"({share(units.managed, units.held)})"
    )
    origins = (
        (units.ours, "given by us"),
        (units.by_hand, "given by hand"),
        (units.unknown, "there before we first looked"),
    )
    whose = ", ".join(f"{number:,} {words}" for number, words in origins if number)
    return [whom, f"{what}: {whose}."]
