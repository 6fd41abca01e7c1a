"""Everybody of a plan as columns for a page: where they stand, what they hold, who speaks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.report import People
from reconciler.report import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.diff.standing import Survey
    from reconciler.model.live import Situation
    from reconciler.ports import LiveView


class _Sets:
    """Distinct tuples of texts, numbered in the order in which they came; what is kept of them is clean."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, texts: tuple[str, ...]) -> int:
        """The number of these texts."""
        return self._numbers.setdefault(texts, len(self._numbers))

    def all(self) -> tuple[tuple[str, ...], ...]:
        """Every tuple, by its number."""
        return tuple(tuple(map(wording.clean, texts)) for texts in self._numbers)


def people_of(live: LiveView, situations: Sequence[Situation], survey: Survey) -> People:
    """Everybody by address. `situations` are all of `live`, which is what the plan of `survey` was made from."""
    standings = list(survey.people(lambda _: True))
    where = live.locate({person.person_id for person in standings})
    accounts = {situation.id: situation.state for situation in situations}
    holdings, groups, templates, details = _Sets(), _Sets(), _Sets(), _Sets()
    held = {number: holdings.number(texts) for number, texts in _held(live, situations)}
    at = [where[person.person_id] for person in standings]
    return People(
        emails=tuple(wording.clean(person.email) for person in standings),
        names=tuple(wording.clean(person.display_name) for person in standings),
        states=tuple(person.state for person in standings),
        accounts=tuple(accounts[number] for number in at),
        holdings=tuple(held[number] for number in at),
        groups=tuple(groups.number(person.groups) for person in standings),
        templates=tuple(templates.number(person.templates) for person in standings),
        details=tuple(details.number((*person.details, *person.codes)) for person in standings),
        holding_sets=holdings.all(),
        group_sets=groups.all(),
        template_sets=templates.all(),
        detail_sets=details.all(),
    )


def _held(live: LiveView, situations: Iterable[Situation]) -> Iterable[tuple[int, tuple[str, ...]]]:
    """Situation id -> what its people hold, in words."""
    labels = {pool.id: wording.license_label(pool.name, pool.site, None) for pool in live.licenses()}
    for situation in situations:
        held = {labels[license_id] for license_id in situation.holdings if license_id in labels}
        held |= {f"attendee @ {site}" for site in situation.attendee_sites}
        yield situation.id, tuple(sorted(held))
