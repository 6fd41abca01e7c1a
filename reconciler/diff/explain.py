"""Everything about one person in words: a view of the plan's own reasons, never a second derivation."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model import canonical
from reconciler.model.catalog import Product, attendee
from reconciler.model.expected import Answer, Key, role
from reconciler.model.explanation import ExplainedLicense, Explanation, SpeakingTemplate, Status
from reconciler.model.live import Person
from reconciler.model.plan import Because, Plan

_Line = tuple[Status, str, tuple[Because, ...]]


def explain_person(
    plan: Plan,
    book: Book,
    population: Population,
    answers: Mapping[Key, Answer],
    hands_off: Mapping[Key, str],
    person: Person,
) -> Explanation:
    """The explanation of `person`, who must be in the snapshot of the plan."""
    key = population.key_of(person)
    situation = population.situations[person.situation]
    view = _View(plan, book, answers[key], hands_off.get(key, ""), person)
    lines = [view.held(pool) for pool in situation.holdings if pool in book.catalog.pools]
    lines += [view.held_role(site) for site in situation.attendee_sites]
    lines += view.not_held({line.product for line in lines if line.held})
    return Explanation(
        "1.0",
        "Explanation",
        plan.organization,
        plan.live.snapshot,
        plan.live.taken_at,
        person.id,
        person.email,
        person.name,
        situation.state,
        tuple(sorted(book.groups.names.get(group, group) for group in situation.groups)),
        tuple(SpeakingTemplate(item.template, item.source, item.speaks, item.why) for item in answers[key].selected),
        tuple(sorted(lines, key=lambda line: (line.product, line.subscription or "", line.license_id or ""))),
        tuple(f for f in plan.findings if canonical.email(f.where) == canonical.email(person.email)),
    )


class _View:
    """The plan as far as one person goes."""

    def __init__(self, plan: Plan, book: Book, answer: Answer, hands_off: str, person: Person) -> None:
        self._book, self._answer, self._hands_off = book, answer, hands_off
        change = next((c for c in plan.changes if c.person_id == person.id), None)
        self._adds = {op.license_id: op for op in change.licenses if op.operation == "add"} if change else {}
        self._roles = {op.site_url: op for op in change.attendee_sites if op.operation == "add"} if change else {}
        self._gone = {op.license_id: op.because for op in change.licenses if op.operation == "remove"} if change else {}
        self._gone |= (
            {role(op.site_url): op.because for op in change.attendee_sites if op.operation == "remove"}
            if change
            else {}
        )
        self._waiting = [w for w in plan.waiting if w.person_id == person.id]
        self._findings = [f for f in plan.findings if canonical.email(f.where) == canonical.email(person.email)]

    def held(self, pool_id: str) -> ExplainedLicense:
        """A license the person holds now."""
        product = self._book.catalog.product_of[pool_id]
        status, text, because = self._holding(pool_id, product)
        pool = self._book.catalog.pools[pool_id]
        expected = status in ("asWanted", "kept", "notManaged", "held")
        return ExplainedLicense(str(product), pool_id, pool.subscription, True, expected, status, text, because)

    def held_role(self, site: str) -> ExplainedLicense:
        """An attendee role the person holds now."""
        product = attendee(site)
        status, text, because = self._holding(role(site), product)
        expected = status in ("asWanted", "kept", "notManaged", "held")
        return ExplainedLicense(str(product), None, None, True, expected, status, text, because)

    def _holding(self, holding: str, product: Product) -> _Line:
        if self._hands_off:
            return "notManaged", f"Left alone: {self._hands_off}.", ()
        if holding in self._gone:
            return "toRemove", f"Will be taken away: {_rules(self._gone[holding])}.", self._gone[holding]
        for item in self._answer.satisfied:
            if item.holding == holding:
                extra = f" ({item.note})" if item.note else ""
                return "asWanted", f"Held, and granted by {_sources(item.because)}{extra}.", item.because
        for wish in self._answer.wishes:
            if wish.fallback and holding == role(wish.product.site):
                text = f"Held until a host unit is free, and granted by {_sources(wish.fallback)}."
                return "asWanted", text, wish.fallback
        for kept in self._answer.kept:
            if kept.holding == holding:
                return "kept", f"Nothing grants it, and it stays: {_rules(kept.because)}.", kept.because
        for back in self._answer.held_back:
            if back.removal.holding == holding:
                return "held", f"Would be taken away, but the guard {back.guard} holds it back.", back.removal.because
        return "notManaged", "The files do not manage it, so it is left alone.", ()

    def not_held(self, seen: set[str]) -> list[ExplainedLicense]:
        """What the person does not hold and might: granted, waiting, blocked, beaten by another grant."""
        lines = []
        for wish in self._answer.wishes:
            if str(wish.product) not in seen and not any(s.product == wish.product for s in self._answer.satisfied):
                lines.append(self._open(wish.product, wish.ladder, wish.because))
        for refused in self._answer.refused:
            text = f"Cannot be given: {refused.message}. {_sentence(refused.hint)}"
            lines.append(self._line(refused.product, None, "blocked", text, refused.because))
        for lost in self._answer.lost:
            if str(lost.product) in seen:
                continue
            if lost.product.is_attendee and lost.product.site in self._roles:
                text = f"Will be given until a host unit is free: {_sources(lost.because)}."
                lines.append(self._line(lost.product, None, "toAdd", text, lost.because))
            else:
                text = f"Granted by {_sources(lost.because)}, but not given: {lost.note}."
                lines.append(self._line(lost.product, None, "notWanted", text, lost.because))
        return lines

    def _open(self, product: Product, ladder: tuple[str, ...], because: tuple[Because, ...]) -> ExplainedLicense:
        given = next((self._adds[pool] for pool in ladder if pool in self._adds), None)
        if given is not None or (product.is_attendee and product.site in self._roles):
            pool = given.license_id if given else None
            return self._line(product, pool, "toAdd", f"Will be given: {_sources(because)}.", because)
        for item in self._waiting:
            if self._book.catalog.canonical(item.license) == product.name and (item.site or "") == product.site:
                reasons = item.because
                since = f"{item.since:%Y-%m-%d %H:%M} UTC"
                place = f" in {item.subscription}" if item.subscription else ""
                text = f"Granted by {_sources(because)}, waiting since {since}: no unit is left{place}."
                return self._line(product, ladder[0], "waiting", text, reasons)
        problems = " ".join(f"{_sentence(f.message)} {_sentence(f.hint)}" for f in self._findings)
        return self._line(
            product, None, "blocked", f"Granted by {_sources(because)}, but blocked. {problems}".strip(), because
        )

    def _line(
        self, product: Product, pool_id: str | None, status: Status, text: str, because: tuple[Because, ...]
    ) -> ExplainedLicense:
        subscription = self._book.catalog.pools[pool_id].subscription if pool_id else None
        return ExplainedLicense(
            str(product), pool_id, subscription, False, status not in ("notWanted",), status, text, because
        )


def _sources(because: tuple[Because, ...]) -> str:
    """The templates and exceptions behind reasons, with their places."""
    named = [f"{b.template} ({b.source})" if b.source else str(b.template) for b in because if b.template]
    return ", ".join(dict.fromkeys(named)) or "nobody"


def _rules(because: tuple[Because, ...]) -> str:
    """Reasons in words, with their places."""
    parts = []
    for reason in because:
        words = reason.rule.partition(": ")[2] or reason.rule.replace("-", " ")
        place = ", ".join(part for part in (reason.template, reason.source) if part)
        where = f"({place})" if place else ""
        parts.append(f"{words} {where}".strip())
    return "; ".join(parts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
