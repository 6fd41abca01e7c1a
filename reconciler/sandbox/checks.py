"""Which items of a request Webex refuses, given what the person would hold if everything asked were done.

Each check looks at the holdings before and after and blames items; an addition is blamed before a removal. Checks are
repeated without the blamed items until nobody is to blame, because a refused item changes what the others lead to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.sandbox import refusal
from reconciler.sandbox.nouns import License, Person
from reconciler.sandbox.offers import Offer, offer
from reconciler.sandbox.order import LicenseItem
from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.state import State

Blame = tuple[LicenseItem, Refusal]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the person holds now (`before`) and would hold (`after`), and the items that lead from one to the other."""

    state: State
    person: Person
    before: Sequence[License]
    after: Sequence[License]
    items: Sequence[LicenseItem]

    def added(self, *kinds: Offer) -> list[LicenseItem]:
        """Additions of these kinds that are not held yet."""
        return [item for item in self._changing("add") if item.license and offer(item.license) in kinds]

    def removed(self, *kinds: Offer) -> list[LicenseItem]:
        """Removals of these kinds that are held."""
        return [item for item in self._changing("remove") if item.license and offer(item.license) in kinds]

    def _changing(self, operation: str) -> Iterator[LicenseItem]:
        for item in self.items:
            if (
                item.operation == operation
                and item.license
                and (item.license in self.before) == (operation == "remove")
            ):
                yield item

    def has(self, kind: Offer) -> bool:
        """Whether one of this kind would be held."""
        return any(offer(license) is kind for license in self.after)

    def had(self, kind: Offer) -> bool:
        """Whether one of this kind is held."""
        return any(offer(license) is kind for license in self.before)

    def sells(self, kind: Offer) -> bool:
        """Whether the organization has a license of this kind at all."""
        return any(offer(license) is kind for license in self.state.licenses.values())


def outlook(state: State, person: Person, items: Sequence[LicenseItem]) -> Outlook:
    """The holdings that these items lead to."""
    after = list(person.licenses)
    for item in items:
        if item.license is None:
            continue
        if item.operation == "add" and item.license not in after:
            after.append(item.license)
        if item.operation == "remove" and item.license in after:
            after.remove(item.license)
    return Outlook(state, person, tuple(person.licenses), after, items)


def _blame(items: Iterable[LicenseItem], code: int, description: str) -> list[Blame]:
    return [(item, Refusal(code, f"{description} Not applied: {_named(item)}")) for item in items]


def _named(item: LicenseItem) -> str:
    return item.license.id if item.license else item.id


def cannot_be_managed(view: Outlook) -> list[Blame]:
    """400118 and 700006."""
    messenger = [item for item in view.items if item.license and offer(item.license) is Offer.MESSENGER]
    share = [i for i in view.items if i.operation == "remove" and i.license and offer(i.license) is Offer.SCREEN_SHARE]
    return [
        *_blame(messenger, refusal.MESSENGER, "Messenger licenses are not managed through this API."),
        *_blame(share, refusal.SCREEN_SHARE_STAYS, "Screen share comes by itself and cannot be removed."),
    ]


def calling_tiers(view: Outlook) -> list[Blame]:
    """400112, 400410, 400404, 400407, 400406: Standard beside, or after, something better.

    A refused change is refused as a whole: the better license stays.
    """
    standard = view.added(Offer.CALLING_STANDARD)
    professional, cx = Offer.CALLING_PROFESSIONAL, Offer.CX_ESSENTIAL
    if standard and view.had(professional) and not view.has(professional):
        change = [*standard, *view.removed(professional)]
        return _blame(change, refusal.PROFESSIONAL_TO_STANDARD, "Calling Professional cannot become Standard.")
    if standard and view.had(cx) and not view.has(cx):
        change = [*standard, *view.removed(cx)]
        return _blame(change, refusal.CX_TO_STANDARD, "CX Essential cannot become Calling Standard.")
    if not view.has(Offer.CALLING_STANDARD):
        return []
    for other, code, name in (
        (professional, refusal.PROFESSIONAL_AND_STANDARD, "Calling Professional"),
        (cx, refusal.STANDARD_AND_CX, "CX Essential"),
        (Offer.ATTENDANT_CONSOLE, refusal.STANDARD_AND_CONSOLE, "Attendant Console"),
    ):
        if view.has(other):
            guilty = view.added(other, Offer.CALLING_STANDARD) or view.removed(other, Offer.CALLING_STANDARD)
            return _blame(guilty, code, f"Calling Standard and {name} exclude each other.")
    return []


def _needs(view: Outlook, needy: tuple[Offer, ...], needed: Offer, code: int, description: str) -> list[Blame]:
    if view.has(needed) or not view.sells(needed) or not any(view.has(kind) for kind in needy):
        return []
    return _blame(view.added(*needy) or view.removed(needed), code, description)


def prerequisites(view: Outlook) -> list[Blame]:
    """700003, 700004, 700005: paid things stand on free ones, where the organization has the free one."""
    meetings = (Offer.FREE_MEETING, Offer.PAID_MEETING, Offer.SITE_MEETING)
    return [
        *_needs(
            view, (Offer.PAID_MESSAGING,), Offer.FREE_MESSAGING, refusal.FREE_MESSAGING_FOR_PAID,
            "Paid messaging needs free messaging.",
        ),
        *_needs(
            view, (Offer.PAID_MEETING,), Offer.FREE_MEETING, refusal.FREE_MEETING_FOR_PAID,
            "Paid meetings need free meetings.",
        ),
        *_needs(
            view, meetings, Offer.FREE_MESSAGING, refusal.FREE_MESSAGING_FOR_MEETING,
            "Meetings need free messaging.",
        ),
    ]  # fmt: skip


def attendant_console(view: Outlook) -> list[Blame]:
    """400408, by the letter: Professional has to be assigned *before* Attendant Console is, not in the same call.

    That taking Professional away from under a console is refused as well is not documented; it is what a client has to expect.
    """
    professional = Offer.CALLING_PROFESSIONAL
    guilty = [] if view.had(professional) and view.has(professional) else view.added(Offer.ATTENDANT_CONSOLE)
    if view.has(Offer.ATTENDANT_CONSOLE) and not view.has(professional):
        guilty = guilty or view.removed(professional)
    return _blame(guilty, refusal.CONSOLE_ALONE, "Attendant Console needs Calling Professional.")


def exclusive(view: Outlook) -> list[Blame]:
    """400413: one calendar, one agent tier, one meetings license a site, the same thing from one subscription only."""
    blames: list[Blame] = []
    for item in view.added(*Offer):
        assert item.license is not None
        rival = next(
            (other for other in view.after if other is not item.license and _rivals(item.license, other)), None
        )
        if rival is not None:
            blames += _blame(
                [item], refusal.EXCLUSIVE, f"Only one of {item.license.name} and {rival.name} can be held."
            )
    return blames


_PAIRS = (frozenset({Offer.EXCHANGE, Offer.GOOGLE}), frozenset({Offer.CC_PREMIUM, Offer.CC_STANDARD}))


def _rivals(one: License, other: License) -> bool:
    if one.name == other.name and one.site == other.site:
        return True
    kinds = frozenset({offer(one), offer(other)})
    return kinds in _PAIRS or (kinds == {Offer.SITE_MEETING} and one.site == other.site)


CHECKS: tuple[Callable[[Outlook], list[Blame]], ...] = (
    cannot_be_managed,
    calling_tiers,
    attendant_console,
    prerequisites,
    exclusive,
)


def refused(state: State, person: Person, items: Sequence[LicenseItem]) -> list[Blame]:
    """Every item of `items` that the documented rules refuse, with the first reason found."""
    blamed: list[Blame] = []
    left = list(items)
    while True:
        view = outlook(state, person, left)
        fresh = next((blames for check in CHECKS if (blames := check(view))), [])
        if not fresh:
            return blamed
        blamed += _first_of_each(fresh)
        gone = {id(item) for item, _ in blamed}
        left = [item for item in left if id(item) not in gone]


def _first_of_each(blames: Iterable[Blame]) -> Iterator[Blame]:
    seen: set[int] = set()
    for item, reason in blames:
        if id(item) not in seen:
            seen.add(id(item))
            yield item, reason
