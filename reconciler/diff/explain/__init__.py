"""Everything about one person in words: a view of the plan's own reasons, never a second derivation.

`held` tells of what the person holds, `lacking` of what they might, `ungranted` of what reaches only others; `chain`,
`origin` and `queue` are what those are told with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.diff.explain import held, lacking
from reconciler.diff.explain.asked import nearest, products_named
from reconciler.diff.explain.sheet import Seen, Sheet
from reconciler.diff.explain.verdict import verdict
from reconciler.model.catalog import Product
from reconciler.model.expected import Allocation, Answer, Key
from reconciler.model.explanation import Explanation, FilesUsed, SpeakingTemplate
from reconciler.model.live import Person
from reconciler.model.plan import Plan

__all__ = ["Question", "Seen", "explain_person", "nearest", "products_named"]


class Question:
    """What was asked beside the person: one license (`asked` as typed, `products` as understood), and of which moment."""

    def __init__(
        self,
        asked: str | None = None,
        products: tuple[Product, ...] = (),
        *,
        as_of: datetime | None = None,
        files_note: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        self.asked, self.products = asked, products
        self.as_of, self.files_note, self.notes = as_of, files_note, notes


def explain_person(
    plan: Plan,
    book: Book,
    population: Population,
    answers: Mapping[Key, Answer],
    allocation: Allocation,
    hands_off: Mapping[Key, str],
    person: Person,
    *,
    seen: Seen | None = None,
    question: Question | None = None,
) -> Explanation:
    """The explanation of `person`, who must be in the snapshot of the plan."""
    question = question or Question()
    sheet = Sheet(plan, book, population, answers, allocation, hands_off, person, seen or Seen())
    lines = held.lines(sheet)
    lines += lacking.lines(
        sheet, frozenset(line.product for line in lines), question.products if question.asked is not None else None
    )
    if question.asked is not None:
        wanted = {str(product) for product in question.products}
        lines = [line for line in lines if line.product in wanted]
    return Explanation(
        "1.0",
        "Explanation",
        plan.organization,
        plan.live.snapshot,
        plan.live.taken_at,
        person.id,
        person.email,
        person.name,
        sheet.situation.state,
        tuple(sorted(book.groups.names.get(group, group) for group in sheet.situation.groups)),
        tuple(SpeakingTemplate(item.template, item.source, item.speaks, item.why) for item in sheet.answer.selected),
        tuple(
            sorted(lines, key=lambda line: (line.product, line.subscription or "", line.license_id or "", line.status))
        ),
        sheet.other_findings(),
        verdict(sheet, lines, question.asked),
        question.asked,
        question.as_of,
        FilesUsed(book.desired.digest, book.desired.commit, question.files_note),
        question.notes,
    )
