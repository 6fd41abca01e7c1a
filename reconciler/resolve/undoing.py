"""What of an undo the files leave alone: everything that the next plan from these files would not change back.

Asked of the rules themselves: each person is looked at as they would be after the undo, with the origins they would have.
What the rules would then give or take again is struck out, and the rest is looked at again until nothing changes. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.catalog import Product, attendee
from reconciler.model.expected import Answer, Key, Wish
from reconciler.model.live import Origin
from reconciler.model.plan import Because
from reconciler.model.undo import Code, Reversal, Stuck, Undo
from reconciler.resolve.engine import Resolver

_ROLE = "attendee:"


class Possible(msgspec.Struct, frozen=True):
    """`people`: person id -> what may be taken back. `stuck`: what may not, and why."""

    people: dict[str, Reversal]
    stuck: tuple[Stuck, ...]


def possible(book: Book, population: Population, undo: Undo) -> Possible:
    """Split an undo by what live and the files say of it. `population` is the one without the undo."""
    resolver, keys = Resolver(book), population.keys_of(undo.people)
    people: dict[str, Reversal] = {}
    stuck: list[Stuck] = []
    known: dict[tuple[Key, Reversal], tuple[Reversal, tuple[_Objection, ...]]] = {}
    for person in sorted(undo.people):
        reversal = undo.people[person]
        key = keys.get(person)
        if key is None:
            gone = _Objection("undo-person-gone", "the person is not in the organization any more")
            objections = tuple(msgspec.structs.replace(gone, holding=holding) for holding in reversal.holdings)
            left = Reversal(reversal.run)
        else:
            found = known.get((key, reversal))
            if found is None:
                found = known[key, reversal] = _Person(book, resolver, key, undo).split(reversal)
            left, objections = found
        gave = set(reversal.take)
        for item in objections:
            stuck.append(
                Stuck(
                    undo.emails.get(person, person), "gave" if item.holding in gave else "took",
                    undo.labels.get(item.holding, item.holding), item.code, item.message, item.hint, item.where,
                    person, item.holding,
                )
            )  # fmt: skip
        if left.holdings:
            people[person] = left
    return Possible(people, tuple(stuck))


class _Objection(msgspec.Struct, frozen=True):
    """Why one holding stays as it is."""

    code: Code
    message: str
    hint: str = ""
    where: str = ""
    holding: str = ""


class _Person:
    """Everybody with one key and one reversal."""

    def __init__(self, book: Book, resolver: Resolver, key: Key, undo: Undo) -> None:
        self._book, self._resolver, self._key, self._undo = book, resolver, key, undo
        self._held = frozenset((*key.holdings, *(_ROLE + site for site in key.attendee_sites)))

    def split(self, reversal: Reversal) -> tuple[Reversal, tuple[_Objection, ...]]:
        """What is left of a reversal, and the objections to the rest."""
        objections: dict[str, _Objection] = {}
        left = self._without(reversal, self._here(reversal), objections)
        while True:
            found = self._by_the_files(left)
            if not found:
                return left, tuple(objections[holding] for holding in sorted(objections))
            left = self._without(left, found, objections)

    @staticmethod
    def _without(reversal: Reversal, found: dict[str, _Objection], objections: dict[str, _Objection]) -> Reversal:
        for holding, objection in found.items():
            objections[holding] = msgspec.structs.replace(objection, holding=holding)
        return msgspec.structs.replace(
            reversal,
            take=tuple(holding for holding in reversal.take if holding not in found),
            give=tuple(item for item in reversal.give if item.holding not in found),
        )

    def _here(self, reversal: Reversal) -> dict[str, _Objection]:
        """What needs no rule to be told: who is left alone, what is so already, what is sold no more."""
        why = self._resolver.hands_off(self._key)
        if why:
            left_alone = _Objection("undo-left-alone", f"nothing of this person is touched: {why}")
            return dict.fromkeys(reversal.holdings, left_alone)
        found = {
            holding: _Objection("undo-so-already", "it was taken since")
            for holding in reversal.take
            if holding not in self._held
        }
        for item in reversal.give:
            if item.holding in self._held:
                found[item.holding] = _Objection("undo-so-already", "it was given again since")
            elif self._product(item.holding) is None:
                found[item.holding] = _Objection("undo-not-sold", "the organization has it no more")
            elif self._key.state == "deactivated":
                found[item.holding] = _Objection("undo-left-alone", "deactivated people get nothing")
        return found

    def _by_the_files(self, left: Reversal) -> dict[str, _Objection]:
        """What the files would change back, with the place in them that says so."""
        if not left.holdings:
            return {}
        answer = self._resolver.answer(self._after(left))
        found: dict[str, _Objection] = {}
        for holding in left.take:
            because = next(_asked(answer, self._product(holding)), None)
            if because is not None:
                revert = (
                    f"revert commit {self._undo.commit[:12]}" if self._undo.commit else "revert what the run applied"
                )
                message = f"the files still ask for it, and the next apply would give it again{_by(because)}"
                hint = f"{revert} in git first, then undo what is left"
                found[holding] = _Objection("undo-files-ask", message, hint, _place(because))
        for item in left.give:
            because = next(_taken(answer, item.holding), None)
            if because is not None:
                message = f"the files would have the next apply take it again{_by(because)}"
                hint = "change what the files say of it, then undo again"
                found[item.holding] = _Objection("undo-files-take", message, hint, _place(because))
        return found

    def _after(self, left: Reversal) -> Key:
        """The key of this person once it is done."""
        given = {item.holding: item.claims for item in left.give}
        held = (self._held - set(left.take)) | given.keys()
        origins = {origin.holding: origin.claims for origin in self._key.origins if origin.holding not in left.take}
        origins |= {holding: claims for holding, claims in given.items() if claims}
        return msgspec.structs.replace(
            self._key,
            holdings=tuple(sorted(holding for holding in held if not holding.startswith(_ROLE))),
            attendee_sites=tuple(sorted(holding.removeprefix(_ROLE) for holding in held if holding.startswith(_ROLE))),
            origins=tuple(Origin(holding, origins[holding]) for holding in sorted(origins)),
            marks=msgspec.structs.replace(self._key.marks, undo=None, resting=()),
        )

    def _product(self, holding: str) -> Product | None:
        if holding.startswith(_ROLE):
            return attendee(holding.removeprefix(_ROLE))
        return self._book.catalog.product_of.get(holding)


def _asked(answer: Answer, product: Product | None) -> Iterator[Because | None]:
    """The reasons for which the rules would give a product."""
    if product is None:
        return
    for request in answer.requests:
        if product in (request.wish.product, *(wish.product for wish in request.along)):
            yield _first(request.wish)
        if product.is_attendee and request.wish.product.site == product.site and request.wish.fallback:
            yield request.wish.fallback[0]
    for grant in answer.role_grants:
        if product == attendee(grant.site):
            yield grant.because[0] if grant.because else Because("")


def _taken(answer: Answer, holding: str) -> Iterator[Because | None]:
    """The reasons for which the rules would take a holding."""
    drops = (drop for request in answer.requests for drop in request.drops)
    for removal in (*answer.removals, *drops, *(item.removal for item in answer.held_back)):
        if removal.holding == holding:
            yield removal.because[0] if removal.because else Because("")


def _first(wish: Wish) -> Because:
    return wish.because[0] if wish.because else Because("")


def _by(because: Because) -> str:
    named = because.template or ""
    return f" ({named.replace('exception:', 'exception ')})" if named else ""


def _place(because: Because) -> str:
    return because.source or ""
