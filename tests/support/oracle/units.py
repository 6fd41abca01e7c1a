"""Who gets the units there are (RULES 5): one unit at a time, always to the first in order who can be served now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from reconciler.model.catalog import License
from reconciler.model.desired import LicenseCapacity
from tests.support.live import Someone
from tests.support.oracle.calling import Line, Lines
from tests.support.oracle.files import Files
from tests.support.oracle.opinion import Opinion, Request

FAR = datetime.max.replace(tzinfo=UTC)


class Units:
    """How many units each license has left, and who holds what by now."""

    def __init__(self, files: Files, people: Sequence[Someone], opinions: Sequence[Opinion], lines: Lines) -> None:
        self.files, self.words, self.people, self.lines = files, files.words, people, lines
        self.left = {x.id: self._left(x) for x in self.words.licenses.values()}
        self.holds = {person.id: set(person.holds) for person in people}
        for opinion in opinions:
            for holding in opinion.removals:
                self._take_back(opinion.person, holding)
        self.won: list[tuple[Request, License, Line | None]] = []
        self.lost: list[Request] = []
        self.blocked: list[Request] = []

    def _policy(self, license: License) -> LicenseCapacity:
        capacity = self.files.organization.capacity
        named = {self.words.name(name): policy for name, policy in capacity.licenses.items()}
        return named.get(self.words.name(license.name), capacity.default)

    def _left(self, license: License) -> float:
        policy = self._policy(license)
        if self.words.is_free(license.id) or policy.enforcement == "uncapped":
            return math.inf
        if license.total is None or license.consumed is None:
            return math.inf
        total = license.total
        if policy.enforcement == "overage":
            total = math.floor(total * (100 + policy.overage_percent) / 100)
        return total - license.consumed

    def _take_back(self, person: Someone, holding: str) -> None:
        if not holding.startswith("attendee:"):
            self.left[holding] += 1
            self.holds[person.id].discard(holding)

    def _order(self, request: Request) -> tuple[object, ...]:
        person = request.person
        since = self.files.memory.waiting.get((person.id, str(request.product)), FAR)
        return (request.priority, since, person.created or FAR, person.email.strip().casefold(), str(request.product))

    def share_out(self, opinions: Sequence[Opinion]) -> None:
        """Everybody who can be served, in order; whoever is served may free what somebody earlier waits for."""
        waiting = sorted((r for opinion in opinions for r in opinion.requests), key=self._order)
        while True:
            for request in list(waiting):
                if not self._pool(request) or not self._budget_allows(request):
                    continue
                line = self._line(request)
                if line is not None and line.error:  # out for good: no number becomes free in a plan
                    waiting.remove(request)
                    self.blocked.append(request)
                elif self._serve(request):
                    waiting.remove(request)
                    break
            else:
                break
        for request in waiting:
            line = self._line(request)
            (self.blocked if line is not None and line.error else self.lost).append(request)

    def _pool(self, request: Request) -> License | None:
        """The first license of the ladder that has a unit left (5.5)."""
        return next((x for x in request.ladder if self.left[x.id] >= 1), None)

    def _line(self, request: Request) -> Line | None:
        if not self.words.is_calling(request.ladder[0].id):
            return None
        return self.lines.line(request.person, request.calling)

    def _serve(self, request: Request) -> bool:
        pool = self._pool(request)
        line = self._line(request)
        if pool is None or (line is not None and line.error) or not self._budget_allows(request):
            return False
        self.left[pool.id] -= 1
        self.holds[request.person.id].add(pool.id)
        for holding in request.drops:
            self._take_back(request.person, holding)
        if line is not None:
            self.lines.take(request.person, line)
        self.won.append((request, pool, line))
        return True

    def _budget_allows(self, request: Request) -> bool:
        """A place in every budget of the license that the person is a direct member of (5.6)."""
        if self._has(request.person, request.product.name):
            return True
        for budget in self.files.organization.capacity.budgets:
            group, _ = self.files.group(budget.group)
            if self.words.name(budget.license) != request.product.name or group not in request.person.groups:
                continue
            members = [person for person in self.people if group in person.groups]
            if sum(self._has(person, request.product.name) for person in members) >= budget.max:
                return False
        return True

    def _has(self, person: Someone, name: str) -> bool:
        return any(x in self.words.licenses and self.words.product(x).name == name for x in self.holds[person.id])
