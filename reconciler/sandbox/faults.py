"""Trouble on demand: what the network and Webex do on bad days, described as data so that a test can ask for it by HTTP.

A description holds switches and rules; docs/sandbox.md lists them. Rules are tried in order, the first that matches and is
not used up answers. Chance comes from a seed, time from the clock handed in: the same calls meet the same trouble.
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from reconciler.errors import InputError
from reconciler.sandbox.latency import Latencies, Latency
from reconciler.sandbox.nouns import License, Number, Person
from reconciler.sandbox.pace import RateLimit


class Match(msgspec.Struct, forbid_unknown_fields=True):
    """Which calls: `method`, `path` (a regular expression found anywhere in the path), `person` (address, PATCH only)."""

    method: str | None = None
    path: str = ""
    person: str | None = None


class Then(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What happens. Without `status` the call is answered as usual (after `delay` seconds).

    `effect` of the call on the organization: `none`; `before` the answer, so that only the answer is lost; `after` it, by
    `effect_delay` seconds. `body` is JSON, or text as it stands. `cut` breaks the connection in the middle of the answer,
    `reset` before its first byte; `truncate` sends only that share of the body (0 to 1) as if it were all;
    `bytes_per_second` sends it slowly.
    """

    status: int | None = None
    headers: dict[str, str] = {}
    body: Any = None
    retry_after: str | int | None = None
    delay: float = 0.0
    effect: Literal["before", "after", "none"] = "none"
    effect_delay: float = 1.0
    cut: bool = False
    reset: bool = False
    truncate: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    bytes_per_second: Annotated[float, msgspec.Meta(gt=0)] | None = None

    @property
    def breaks(self) -> bool:
        """Whether the client gets no whole answer, so that `effect` says what became of the call."""
        return self.cut or self.reset


class Rule(msgspec.Struct, forbid_unknown_fields=True):
    """A rule acts `times` times (None: always), each time with `probability`; `skip` lets the first calls pass."""

    then: Then
    match: Match = msgspec.field(default_factory=Match)
    times: int | None = None
    probability: float = 1.0
    skip: int = 0


class Description(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """Everything that is to go wrong. `rate_limit` as a number is calls a minute per token; `latency` as a number,
    `counter_lag` and `number_release` are seconds; docs/sandbox.md tells what each switch does.

    `some_refused`, `all_refused` and `remove_not_held` are the status of a PATCH of which something, everything, or a removal
    of what the person does not hold is refused. `people_errors` is the chance that a person of a list with Calling data comes
    without them, `calling_pages_over` the largest page with Calling data that is not 504.
    `location_groups`: the groups that Webex keeps of those who got Calling at a location are listed among all groups.
    `elevation`: seconds for which a partner's token may work on a customer after `GET /organizations/{id}` (None: for good).
    `foreign_organization`: the status for an organization that a token does not see. `refresh_grace`: seconds for which a
    refresh token goes on working after it was used.
    """

    rules: list[Rule] = []
    over_allocation: bool = False
    ignore_patch: list[str] = []
    counter_lag: float = 0.0
    rate_limit: float | RateLimit | None = None
    latency: float | Latency | list[Latency] | None = None
    string_booleans: bool = False
    duplicate_members: bool = False
    upper_case_account_types: bool = False
    elevation: float | None = None
    foreign_organization: Literal[403, 404] = 404
    refresh_grace: float = 0.0
    some_refused: Literal[200, 206, 400] = 206
    all_refused: Literal[200, 206, 400] = 400
    remove_not_held: Literal[200, 400] = 200
    number_release: float = 0.0
    location_groups: bool = False
    lost_members: bool = False
    next_links: list[Literal["dropFilters", "maxNull"]] = []
    people_errors: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    location_errors: bool = False
    calling_pages_over: int | None = None
    seed: int = 0


def describe(raw: object) -> Description:
    """A description from JSON or YAML; one bare rule (`{match, then}`) is one too. InputError when it is not understood."""
    if isinstance(raw, dict) and "then" in raw:
        raw = {"rules": [raw]}
    try:
        description = msgspec.convert(raw, Description, str_keys=True)
        for rule in description.rules:
            re.compile(rule.match.path)
        for entry in _latencies(description.latency):
            re.compile(entry.path)
    except (msgspec.ValidationError, re.error) as error:
        raise InputError(f"cannot understand the fault description: {error}") from error
    return description


def _latencies(latency: float | Latency | list[Latency] | None) -> list[Latency]:
    if latency is None:
        return []
    return (
        latency
        if isinstance(latency, list)
        else [latency if isinstance(latency, Latency) else Latency(seconds=latency)]
    )


class Faults:
    """The trouble in force, with how often each rule has acted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._waiting: deque[tuple[float, Number, Person]] = deque()
        self.set(Description())

    def set(self, description: Description) -> None:
        """From now on this, and nothing of what was before."""
        self.now = description
        self._left = [rule.times for rule in description.rules]
        self._skip = [rule.skip for rule in description.rules]
        self._paths = [re.compile(rule.match.path) for rule in description.rules]
        self._chance = random.Random(description.seed)  # noqa: S311
        self._flaws = random.Random(f"{description.seed}:people")  # noqa: S311
        self._latency = Latencies(_latencies(description.latency), description.seed)
        self.settle(at_once=True)
        self._changes: deque[tuple[float, License, int]] = deque()

    def shape(self) -> dict[str, Any]:
        """The description as JSON-ready data, `times` as far as they are left."""
        left = [
            msgspec.structs.replace(rule, times=left) for rule, left in zip(self.now.rules, self._left, strict=True)
        ]
        built: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(self.now, rules=left))
        return built

    def pick(self, method: str, path: str, person: str | None) -> Then | None:
        """What befalls this call, if anything."""
        for at, rule in enumerate(self.now.rules):
            match = rule.match
            if match.method and match.method.upper() != method:
                continue
            if match.person and match.person.lower() != (person or "").lower():
                continue
            if self._paths[at].search(path) and self._acts(at, rule):
                return rule.then
        return None

    def _acts(self, at: int, rule: Rule) -> bool:
        if self._left[at] == 0:
            return False
        if self._skip[at] > 0:
            self._skip[at] -= 1
            return False
        if rule.probability < 1.0 and self._chance.random() >= rule.probability:
            return False
        left = self._left[at]
        if left is not None:
            self._left[at] = left - 1
        return True

    def seconds(self, method: str, path: str, default: float) -> float:
        """How long the answer to this call takes; `default` when the description does not say."""
        return default if self.now.latency is None else self._latency.seconds(method, path)

    def flawed(self) -> bool:
        """Whether the next person of a list with Calling data comes without them."""
        return self.now.people_errors > 0 and self._flaws.random() < self.now.people_errors

    # -- numbers that are released late ------------------------------------------------------------------------------------

    def freed(self, number: Number, person: Person) -> bool:
        """A person lost a number just now; whether it stays theirs for a while. A State calls this."""
        if self.now.number_release <= 0:
            return False
        self._waiting.append((self.clock() + self.now.number_release, number, person))
        return True

    def settle(self, *, at_once: bool = False) -> None:
        """Free the numbers whose time has come (or all of them) and that nobody took again."""
        while self._waiting and (at_once or self._waiting[0][0] <= self.clock()):
            _, number, person = self._waiting.popleft()
            if number.owner is person and person.number is not number:
                number.owner = None

    # -- counters that lag -------------------------------------------------------------------------------------------------

    def counted(self, license: License, units: int) -> None:
        """A unit was taken or freed just now; a State calls this."""
        if self.now.counter_lag > 0:
            self._changes.append((self.clock(), license, units))

    def shown(self, license: License) -> int:
        """The license's `consumedUnits` as Webex shows them: without the changes of the last `counterLag` seconds."""
        since = self.clock() - self.now.counter_lag
        while self._changes and self._changes[0][0] <= since:
            self._changes.popleft()
        return license.consumed - sum(units for _, changed, units in self._changes if changed is license)
