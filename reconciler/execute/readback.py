"""Reading many people back at once, by pages of the list of people, where that costs less than one by one.

An answer is no proof, so everybody is read back, and one reading a call would double the calls of a large run. A page
of the list shows a thousand people, so calls whose answers claim everything may wait for each other. How many may wait
is a matter of trust: few at first, twice as many after each round that finds everything in order, one by one again after
a round that does not. The first operation of each kind is always looked at alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.errors import WebexError
from reconciler.execute.ended import Begun
from reconciler.execute.operation import AnyOperation, Holdings, bare, holdings, is_calling, is_so, operations_of
from reconciler.execute.reading import Seen
from reconciler.execute.replacement import name
from reconciler.model.live import PersonReading
from reconciler.model.result import OperationResult, PersonResult
from reconciler.ports import LicenseWriter

PEOPLE_A_PAGE = 1000
"""What the list of people is asked for; Webex may give less, and then that counts."""
_FIRST, _MOST, _PEOPLE_FOR_A_PAGE = 8, 2000, 50
"""The first window; the widest; and how many people have to wait for each page that reading them back costs."""
_CHEAPER = 2
"""Pages are read when there are so many times as many people as pages."""

_Kind = tuple[str, str]


class Trust:
    """Which calls may wait to be read back, and how many at once; mutable, one per run. `people`: of the organization."""

    def __init__(self, people: int) -> None:
        self.pages = max(1, -(-people // PEOPLE_A_PAGE))
        self.window = _FIRST
        self._proven: set[_Kind] = set()

    def may_wait(self, begun: Begun) -> bool:
        """Whether the answer claims everything, nothing about it is delicate, and each kind of operation is proven."""
        answer, items = begun.answer, operations_of(begun.change)
        if answer is None or answer.status != 200 or answer.pending_licenses or self._widest() <= _CHEAPER * self.pages:
            return False
        claimed = holdings(answer.licenses, answer.attendee_sites)
        return all(_kind(item) in self._proven and not is_calling(item) and is_so(item, claimed) for item in items)

    def learn(self, result: PersonResult) -> None:
        """What the outcome of one person says about its kinds."""
        for item in result.operations:
            if item.outcome == "done" and not item.lost:
                self._proven.add(_kind(item.operation))
            elif _broken(item):
                self._proven.discard(_kind(item.operation))
                self.window = _FIRST

    def widen(self) -> None:
        """A round was in order: more may wait from now on."""
        self.window = min(self.window * 2, self._widest())

    def by_pages(self, waiting: int) -> bool:
        """Whether pages are cheaper than so many single readings."""
        return waiting > _CHEAPER * self.pages

    def _widest(self) -> int:
        return min(_MOST, _PEOPLE_FOR_A_PAGE * self.pages)


class Pages:
    """One pass over the list of people: who was asked for as `Seen`, and what everybody else of interest has now."""

    def __init__(self, writer: LicenseWriter) -> None:
        self._writer = writer

    async def read(
        self, waiting: Sequence[Begun], others: Iterable[str]
    ) -> tuple[dict[str, Seen], dict[str, Holdings], int]:
        """By person id without padding; and the number of pages, 0 when the list broke off.

        Trouble leaves people out, who are read alone then.
        """
        wanted = {bare(begun.change.person_id): begun for begun in waiting}
        rest = set(others) - wanted.keys()
        seen: dict[str, Seen] = {}
        now: dict[str, Holdings] = {}
        pages = 0
        try:
            async for page in self._writer.everybody():
                pages += 1
                for person in page:
                    who = bare(person.id)
                    if who in wanted and not _hides(person, wanted[who]):
                        seen[who] = Seen(person)
                    elif who in rest and not person.licenses_absent:
                        now[who] = holdings(person.licenses, person.attendee_sites)
        except WebexError:  # single readings will tell what is wrong
            return seen, now, 0
        return seen, now, pages


def _hides(person: PersonReading, begun: Begun) -> bool:
    """Whether the record shows no licenses at all although the answer did, so that it proves nothing."""
    return person.licenses_absent and begun.answer is not None and bool(begun.answer.licenses)


def _broken(item: OperationResult) -> bool:
    return item.outcome in ("ignored", "unknown") or item.lost


def _kind(item: AnyOperation) -> _Kind:
    return item.operation, name(item)
