"""What the store must remember after a completed apply: who gave what, what is in force, who waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.expected import Answer, Key, Satisfied, role
from reconciler.model.live import DROPPED, LEFT, Origin
from reconciler.model.memory import Registry
from reconciler.model.plan import Because

_KINDS = ("exception:", f"{DROPPED}:", f"{LEFT}:")
"""What a reason names by more than the bare name; anything else is a template. Only an undo gives a claim that ended."""


class Ledger(msgspec.Struct, frozen=True):
    """The arguments of the store's `record_apply`.

    `reorigin`: situation id -> origins of everybody in it, except the people in `reorigin_people` (person id -> origins).
    `waiting`: (person id, product as text) of everybody who waits now.
    """

    registry: Registry
    in_force: Mapping[str, datetime]
    reorigin: Mapping[int, tuple[Origin, ...]]
    reorigin_people: Mapping[str, tuple[Origin, ...]]
    waiting: tuple[tuple[str, str], ...]


def claims(because: tuple[Because, ...]) -> tuple[str, ...]:
    """The claims that reasons stand for: `template:NAME` or `exception:NAME`, sorted.

    >>> claims((Because("grants-are-united", "sales"), Because("exceptions-add-and-deny", "exception:x")))
    ('exception:x', 'template:sales')
    """
    names = {reason.template for reason in because if reason.template}
    return tuple(sorted(name if name.startswith(_KINDS) else f"template:{name}" for name in names))


def origins_after(book: Book, key: Key, origins: tuple[Origin, ...], answer: Answer) -> tuple[Origin, ...]:
    """The ledger of one situation after an apply (RULES 4.2).

    A holding that this tool gave takes as origin what grants it now; with `adopt`, one that was given by hand and that
    templates grant takes these. A preserved holding keeps its origin, marked where its template speaks no more: this is
    the last moment at which rows e and f can be told apart. What somebody took since it was given is not ours any more.
    """
    groups, adopt = frozenset(key.groups), book.organization.retention.adopt
    held = {*key.holdings, *map(role, key.attendee_sites)}
    known = {
        origin.holding: _marked(book, groups, origin.claims)
        for origin in origins
        if origin.holding in held or _unsure(book, key, origin.holding)
    }
    for item in answer.satisfied:
        if not _is_itself(book, item):
            continue
        if item.holding in known:
            known[item.holding] = claims(item.because)
        elif adopt and (given := tuple(claim for claim in claims(item.because) if claim.startswith("template:"))):
            known[item.holding] = given
    return tuple(Origin(holding, known[holding]) for holding in sorted(known))


def _unsure(book: Book, key: Key, holding: str) -> bool:
    """Whether a holding that was not read may be there all the same (RULES 6.6, 7.3)."""
    product = book.catalog.product_of.get(holding)
    unread = product is not None and book.catalog.is_calling(product) and key.calling_unreadable
    return unread or holding in book.reading.licenses


def _is_itself(book: Book, item: Satisfied) -> bool:
    """Whether the holding is the very product that is granted, not a higher one that makes the grant needless."""
    return item.holding == role(item.product.site) or book.catalog.product_of.get(item.holding) == item.product


def _marked(book: Book, groups: frozenset[str], given: tuple[str, ...]) -> tuple[str, ...]:
    marked = set()
    for claim in given:
        kind, _, name = claim.partition(":")
        if kind == "exception":
            pass
        elif book.speaks_for(name, groups):
            kind = "template"
        elif kind == "template" and book.files_ended(name, groups):
            kind = DROPPED
        elif kind == "template" and book.has_left(name, groups):
            kind = LEFT
        marked.add(f"{kind}:{name if kind == 'exception' else book.name_now(name)}")
    return tuple(sorted(marked))


def ledger(
    book: Book,
    population: Population,
    answers: Mapping[Key, Answer],
    waiting: list[tuple[str, str]],
    now: datetime,
) -> Ledger:
    """What to remember when everything that this plan asks for is done."""
    adopt = book.organization.retention.adopt
    reorigin: dict[int, tuple[Origin, ...]] = {}
    for number, situation in population.situations.items():
        key = population.plain_key(number)
        if key is not None and (situation.origins or adopt):
            after = origins_after(book, key, situation.origins, answers[key])
            if after != situation.origins:
                reorigin[number] = after
    people: dict[str, tuple[Origin, ...]] = {}
    for person_id, number, key in population.special():
        before = population.situations[number].origins
        after = origins_after(book, key, before, answers[key])
        if after != before or number in reorigin:
            people[person_id] = after
    in_force = {item.name: book.first_applied(item.name) or now for item in book.templates}
    registry = msgspec.structs.replace(book.registry(now), people=population.people_to_match())
    return Ledger(registry, in_force, reorigin, people, tuple(sorted(waiting)))
