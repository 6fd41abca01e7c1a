"""A change of policy that releases what earlier applies preserved says so: how much, since when, and which policy.

Why: nothing moved and no template changed, so nobody who reads the change of one word expects that licenses which were kept
for months go now. Counted by situation: a removal whose policies say remove now and one of which said preserve at the last
completed apply, and which was not expected then. Source: RULES 7.9.

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Webex Meetings Suite], retention: {manual: remove}}
... templates: {everyone: {licenses: [Basic Messaging]}}
... before:
...   organization: {manage: [Webex Meetings Suite]}
...   templates: {everyone: {licenses: [Basic Messaging]}}
... people: {ann: {holds: [Basic Messaging, Webex Meetings Suite]}}
... ''')
ann: - Webex Meetings Suite @ acme.webex.com (Sub-1)
preserved-now-go: 1 license preserved since 2026-11-21 now goes: `retention.manual` preserves no more
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property

from reconciler.book import retention
from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.model.expected import Answer, Key, Removal
from reconciler.model.finding import Finding
from reconciler.model.memory import Registry


def released(book: Book, population: Population, answers: Mapping[Key, Answer]) -> Iterator[Finding]:
    """One finding for each policy that preserved licenses until now which this plan takes."""
    registry = book.memory.registry
    now = set(retention.preserving(book.organization, book.desired.templates))
    since = {name: at for name, at in registry.preserving if name not in now} if registry else {}
    if registry is None or not since:
        return
    counts = _Count(book, population, registry, since).of(answers)
    for policy, count in sorted(counts.items()):
        what = "1 license" if count == 1 else f"{count} licenses"
        yield Finding(
            "preserved-now-go", "warning", _place(book, policy),
            f"{what} preserved since {since[policy]:%Y-%m-%d} now {'goes' if count == 1 else 'go'}: "
            f"{retention.in_words(policy)} preserves no more",
            "the removals of this plan name them; if that is not meant, set the policy back",
        )  # fmt: skip


class _Count:
    """Policy -> licenses that it preserved at the last completed apply and that go now."""

    def __init__(self, book: Book, population: Population, registry: Registry, since: Mapping[str, datetime]) -> None:
        self._book, self._population, self._registry, self._since = book, population, registry, since
        self._declared = frozenset(registry.declared)

    @cached_property
    def _moved(self) -> Mapping[Key, int]:
        """How many people of each situation changed groups since: nothing was preserved for them, they just left."""
        return self._population.count_moved(self._registry.applied_at)

    def of(self, answers: Mapping[Key, Answer]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for key, people in self._population.counts.items():
            answer = answers[key]
            drops = (drop for request in answer.requests for drop in request.drops)
            for removal in (*answer.removals, *drops):
                policies = [policy for policy in _policies(removal) if policy in self._since]
                if not policies or not self._was_kept(key, removal):
                    continue
                count = people - (self._moved.get(key, 0) if removal.row == "e" else 0)
                if count > 0:
                    policy = min(policies, key=lambda name: (self._since[name], name))
                    counts[policy] = counts.get(policy, 0) + count
        return counts

    def _was_kept(self, key: Key, removal: Removal) -> bool:
        """Whether nothing expected it at the last completed apply, as far as files and situation tell."""
        if removal.row in ("b", "c", "subscription"):
            return True
        if self._book.granted_before(str(removal.product), frozenset(key.groups)):
            return False
        claims = next((origin.claims for origin in key.origins if origin.holding == removal.holding), ())
        if not claims:  # by hand: what was not declared was nobody's business
            return str(removal.product) in self._declared
        return not any(claim == f"exception:{name}" for claim in claims for name in self._registry.exceptions)


def _policies(removal: Removal) -> tuple[str, ...]:
    return (retention.OUTSIDE,) if removal.row == "subscription" else removal.policies


def _place(book: Book, policy: str) -> str:
    named = (item for item in book.desired.templates if retention.of_template(item.name) == policy)
    template = next(named, None)
    return str(template.source if template else book.organization.source)
