"""What an undone run gave is taken, and what it took is given again, with the origin it had.

Why: reverting the commit does not bring everything back, because retention keeps what was given. An undo ranks like an
exception (priority 0) and obeys every rule of conflicts, capacity and holds; what the files still ask for, or would take
again at the next apply, never gets this far (`resolve/undoing.py`). Source: RULES 4.2, 5.3, 7.5; decision 0008.

>>> from tests.support.example import example
>>> story = '''
... templates: {everyone: {licenses: [%s]}}
... people: {ann: {holds: [Basic Messaging, Real-Time Translations], given: {Real-Time Translations: everyone}}}
... undo: {ann: {gave: [Real-Time Translations], took: [Contact Center Premium Agent]}}
... '''
>>> example(story % "Basic Messaging")
ann: + Contact Center Premium Agent
ann: - Real-Time Translations

The same while the template still grants it:

>>> example(story % "Basic Messaging, Real-Time Translations")
ann: + Contact Center Premium Agent
ann: undo-files-ask: the run gave Real-Time Translations: the files still ask for it, and the next apply would
    give it again (everyone) (acme.yaml:22)
"""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import Product, attendee
from reconciler.model.expected import Removal, Wish
from reconciler.model.plan import Because
from reconciler.model.undo import Give, Reversal
from reconciler.resolve.case import Case

CLAIM = "an-undo-takes-a-run-back"
ROLE = "attendee:"


def act(case: Case) -> None:
    """Wish for what the run took; what it gave is taken where retention decides."""
    undo = case.key.marks.undo
    if undo is None or case.hands_off or case.key.state == "deactivated":
        return
    for item in undo.give:
        product = product_of(case, item.holding)
        if product is not None and product not in case.denied:
            _give(case, undo, item, product)


def taken(case: Case) -> frozenset[str]:
    """The holdings that an undo takes from this person."""
    undo = case.key.marks.undo
    return frozenset(undo.take) if undo is not None else frozenset()


def removal(case: Case, holding: str, product: Product) -> Removal:
    """The removal of something that the run gave."""
    run = case.key.marks.undo.run if case.key.marks.undo else ""
    return Removal(holding, product, "undo", (Because(f"{CLAIM}: {run} gave it"),))


def product_of(case: Case, holding: str) -> Product | None:
    """The product of a license id or `attendee:SITE`; None when it is not sold any more."""
    if holding.startswith(ROLE):
        return attendee(holding.removeprefix(ROLE))
    return case.book.catalog.product_of.get(holding)


def _give(case: Case, undo: Reversal, item: Give, product: Product) -> None:
    pools = () if product.is_attendee else (item.holding,)
    because = tuple(Because(f"{CLAIM}: {undo.run} took it", claim) for claim in _claims(item) or (None,))
    wish = case.wishes.get(product)
    if wish is None:
        case.wishes[product] = Wish(product, pools, 0, because, item.calling)
        return
    # The files ask for it as well: who gives it is theirs to say, and the very unit comes back if it can.
    others = tuple(pool for pool in wish.ladder if pool not in pools)
    case.wishes[product] = msgspec.structs.replace(wish, ladder=(*pools, *others), priority=0)


def _claims(item: Give) -> tuple[str, ...]:
    """The templates and exceptions as reasons name them: a template by its bare name."""
    return tuple(claim.removeprefix("template:") for claim in item.claims)
