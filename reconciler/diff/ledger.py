"""What the store must remember after a completed apply: who gave what, what is in force, who waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.expected import Answer, Key
from reconciler.model.live import Origin
from reconciler.model.memory import Registry
from reconciler.model.plan import Because


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

    >>> claims((Because("templates-grant", "sales"), Because("exceptions-act", "exception:x")))
    ('exception:x', 'template:sales')
    """
    names = {reason.template for reason in because if reason.template}
    return tuple(sorted(name if name.startswith("exception:") else f"template:{name}" for name in names))


def origins_after(origins: tuple[Origin, ...], answer: Answer, adopt: bool) -> tuple[Origin, ...]:
    """The ledger of one situation after an apply (RULES 4.2).

    A holding that this tool gave takes as origin the templates that grant it now; with `adopt`, so does one that was
    given by hand. A preserved holding keeps its origin.
    """
    known = {origin.holding: origin.claims for origin in origins}
    for item in answer.satisfied:
        if not item.note and (adopt or item.holding in known):
            known[item.holding] = claims(item.because)
    return tuple(Origin(holding, known[holding]) for holding in sorted(known))


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
            after = origins_after(situation.origins, answers[key], adopt)
            if after != situation.origins:
                reorigin[number] = after
    people: dict[str, tuple[Origin, ...]] = {}
    for person_id, number, key in population.special():
        before = population.situations[number].origins
        after = origins_after(before, answers[key], adopt)
        if after != before or number in reorigin:
            people[person_id] = after
    in_force = {item.name: book.memory.in_force.get(item.name, now) for item in book.templates}
    return Ledger(book.registry(now), in_force, reorigin, people, tuple(sorted(waiting)))
