"""Findings about the whole plan, counted by situation: what is outside the defaults, what speaks for nobody, first run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.diff.changes import Difference
from reconciler.diff.released import released
from reconciler.model.expected import NO_MARKS, Answer, Key, role
from reconciler.model.finding import Finding
from reconciler.model.memory import Memory
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation


def notes(book: Book, population: Population, answers: Mapping[Key, Answer]) -> Iterator[Finding]:
    """Every finding that is about counts of people rather than about one of them."""
    yield from _first_run(book)
    yield from _silent_templates(book, population, answers)
    yield from _outside_defaults(book, population, answers)
    yield from _pending_people(population, answers)
    yield from _beaten_grants(population, answers)
    yield from _prerequisites_not_sold(book)
    yield from released(book, population, answers)


def _first_run(book: Book) -> Iterator[Finding]:
    if book.memory.registry is None:
        yield Finding(
            "first-run", "info", "",
            "this store knows of no earlier apply of the organization, so it cannot tell who gave what",
            "if there was one, the store was lost: keep it in PostgreSQL or save the SQLite file after every apply",
        )  # fmt: skip


def _silent_templates(book: Book, population: Population, answers: Mapping[Key, Answer]) -> Iterator[Finding]:
    heard = {item.template for key in population.counts for item in answers[key].selected if item.speaks}
    for item in book.templates:
        if item.name not in heard and item.template.existing_users:
            yield Finding(
                "template-speaks-for-nobody", "warning", str(item.template.source),
                f"template {item.name!r} speaks for nobody", "check its groups and the assignment mode",
            )  # fmt: skip


def _outside_defaults(book: Book, population: Population, answers: Mapping[Key, Answer]) -> Iterator[Finding]:
    counts: dict[str, int] = {}
    for key, count in population.counts.items():
        answer = answers[key]
        outside = {item.holding for item in answer.kept if item.row == "c"}
        outside |= {item.holding for item in answer.satisfied if "outside the defaults" in item.note}
        for holding in outside:
            counts[holding] = counts.get(holding, 0) + count
    for holding, count in sorted(counts.items()):
        pool = book.catalog.pools.get(holding)
        where = f"{pool.name!r} in {pool.subscription}" if pool else holding
        yield Finding(
            "outside-defaults", "info", str(book.organization.source),
            f"{'1 person holds' if count == 1 else f'{count} people hold'} {where}, outside the defaults; it is kept",
            "set `retention.outsideDefaults: remove` to move them to the default",
        )  # fmt: skip


def _pending_people(population: Population, answers: Mapping[Key, Answer]) -> Iterator[Finding]:
    """People who have not signed in yet are licensed as usual (RULES 1.5)."""
    given = (key for key in population.counts if key.state == "pending" and _gets_something(answers[key]))
    count = sum(population.counts[key] for key in given)
    if count:
        yield Finding(
            "pending-people", "info", "",
            f"{'1 person who has' if count == 1 else f'{count} people who have'} not accepted the invitation and "
            f"{'is' if count == 1 else 'are'} to get licenses",
            "their services start at the first sign-in; the units count from now on",
        )  # fmt: skip


def _gets_something(answer: Answer) -> bool:
    return bool(answer.requests or answer.role_grants)


def _beaten_grants(population: Population, answers: Mapping[Key, Answer]) -> Iterator[Finding]:
    """Grants that contradict each other, where the best priority decided (RULES 2.4, 3.6)."""
    counts: dict[tuple[str, str, str], int] = {}
    for key, count in population.counts.items():
        for item in answers[key].lost:
            if item.code:
                told = (item.code, item.because[0].source or "", f"{item.product}: {item.note}")
                counts[told] = counts.get(told, 0) + count
    for (code, where, message), count in sorted(counts.items()):
        yield Finding(
            code,
            "warning",
            where,
            f"{message} ({count} {'person' if count == 1 else 'people'})",
            "let one template grant it, or set `priority`",
        )


def _prerequisites_not_sold(book: Book) -> Iterator[Finding]:
    """Free licenses that a granted one needs and the organization does not have (RULES 3.7)."""
    for item in book.templates:
        for grant in item.grants:
            for letters in book.catalog.missing_prerequisites(grant.product):
                yield Finding(
                    "prerequisite-not-sold", "info", grant.because.source or "",
                    f"{str(grant.product)!r} needs a free license (type {letters}) that the organization does not have",
                    "nothing is added beside it; ask Cisco if Webex refuses it",
                )  # fmt: skip


def unused_acknowledgements(book: Book, population: Population, difference: Difference) -> Iterator[Finding]:
    """Acknowledgements that permit nothing this plan does or holds back, or that have ended (RULES 7.2)."""
    lost: dict[str, set[str]] = {}
    removals = [(change.person_id, op) for change in difference.changes for op in change.licenses]
    removals += [(h.person_id, h.operation) for h in difference.held if isinstance(h.operation, LicenseOperation)]
    for person, operation in removals:
        if operation.operation == "remove":
            lost.setdefault(book.catalog.canonical(operation.license), set()).add(person)
    for paper in book.desired.acknowledgements:
        name = book.catalog.canonical(paper.license or "")
        people = lost.get(name, set())
        if paper.users:
            people = {person for person in people if name in population.marks.get(person, NO_MARKS).acknowledged}
        ended = paper.until < book.today
        if ended or not (people or paper.name in book.groups.released_by):
            yield Finding(
                "acknowledgement-unused", "warning", str(paper.source),
                f"acknowledgement {paper.name!r} {f'ended on {paper.until}' if ended else 'permits nothing in this plan'}",
                "delete it once what it permits is done",
            )  # fmt: skip


def another_writer(memory: Memory, changes: Iterable[Change]) -> Iterator[Finding]:
    """People for whom we did the same twice, somebody undid it twice, and the plan would do it again (RULES 4.6)."""
    known = {(repeat.person_id, repeat.holding): repeat for repeat in memory.repeats}
    if not known:
        return
    for change in changes:
        operations: list[LicenseOperation | AttendeeOperation] = [*change.licenses, *change.attendee_sites]
        for operation in operations:
            if isinstance(operation, LicenseOperation):
                holding, what = operation.license_id, operation.license
            else:
                holding, what = role(operation.site_url), f"the attendee role of {operation.site_url}"
            repeat = known.get((change.person_id, holding))
            if repeat is not None and repeat.operation == operation.operation:
                did = "gave" if operation.operation == "add" else "took"
                times = " and ".join(f"{time:%Y-%m-%d %H:%M}" for time in repeat.times)
                yield Finding(
                    "another-writer", "warning", change.email,
                    f"we {did} {what} on {times} UTC, and each time somebody undid it",
                    "look for another writer: Control Hub's own license templates, or a directory connector",
                )  # fmt: skip
