"""Life by itself: people come and go, administrators click and numbers change hands while a client works, so that drift and
races can be rehearsed. And the journal of everything that happened, by itself or through `/sandbox/...`.

Events have moments of their own; those that are due happen right before the next call is answered, each stamped with its own
moment, in their order and one at a time. So no call ever sees half of one, and the same seed, clock and calls make the same
history. Time begins with the first call: the first answer shows the organization as it was given.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from reconciler.errors import InputError
from reconciler.sandbox.audit import administrator
from reconciler.sandbox.deeds import DeedError
from reconciler.sandbox.happenings import KINDS
from reconciler.sandbox.scene import Happening, Scene
from reconciler.sandbox.state import State, webex_time
from reconciler.sandbox.world import World

_HINT = "write for example 30/min, or 30/min,seed=7,hire=5,leave=0"
_PER_MINUTE = {"s": 60.0, "min": 1.0, "h": 1 / 60}
_REMEMBERED = 100_000
_TRIES = 50


class Plan(msgspec.Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """How much happens a minute on average (0: nothing), from which seed; `weights` change those of `happenings.KINDS`."""

    per_minute: float = 0.0
    seed: int = 0
    weights: dict[str, float] = {}

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.weights if kind not in KINDS]
        if unknown:
            raise ValueError(f"nothing is called {', '.join(unknown)}; there is {', '.join(KINDS)}")
        if self.per_minute < 0 or any(weight < 0 for weight in self.weights.values()):
            raise ValueError("neither events a minute nor weights can be negative")
        if not any(self.all_weights().values()):
            raise ValueError("at least one kind of event needs a weight")

    def all_weights(self) -> dict[str, float]:
        """The weight of every kind."""
        return {kind: self.weights.get(kind, usual) for kind, (usual, _) in KINDS.items()}


def plan(raw: object) -> Plan:
    """A plan from a number a minute, a text as `parse` reads it, or a mapping. InputError when it is none of them."""
    if isinstance(raw, Plan):
        return raw
    if isinstance(raw, str):
        raw = parse(raw)
    elif isinstance(raw, (int, float)):
        raw = {"perMinute": raw}
    try:
        return msgspec.convert(raw, Plan, str_keys=True)
    except msgspec.ValidationError as error:
        raise InputError(f"cannot understand how life is to go: {error}", hint=_HINT) from error


def parse(text: str) -> dict[str, Any]:
    """A plan as written on a command line: `N/min` (or `/s`, `/h`), then a seed and weights.

    >>> parse("30/min,seed=7,leave=0")
    {'perMinute': 30.0, 'seed': 7, 'weights': {'leave': 0.0}}
    """
    pace, *more = (part.strip() for part in text.split(","))
    try:
        number, _, unit = pace.partition("/")
        raw: dict[str, Any] = {
            "perMinute": float(number) * _PER_MINUTE[unit.strip() or "min"],
            "seed": 0,
            "weights": {},
        }
        for part in more:
            name, _, value = part.partition("=")
            if name == "seed":
                raw["seed"] = int(value)
            else:
                raw["weights"][name] = float(value)
    except (KeyError, ValueError) as error:
        raise InputError(f"cannot read {text!r}", hint=_HINT) from error
    return raw


class Journal:
    """What happened so far, oldest first; the latest 100,000 events are remembered."""

    def __init__(self) -> None:
        self.count = 0
        self.events: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)

    def note(
        self,
        what: str,
        who: str,
        at: datetime,
        by: str,
        state: State,
        detail: Mapping[str, Any],
        admin: str | None = None,
    ) -> None:
        """One more event. `by` is "life" or "call".

        `admin`: the address of whoever did it in Control Hub; None: somebody did, empty: no administrator did.
        """
        if admin != "":
            state.audit.note(state, what, who, webex_time(at), administrator(state, admin))
        self.count += 1
        head = {"number": self.count, "at": webex_time(at), "what": what, "who": who, "by": by}
        self.events.append(head | {"organization": state.name, "detail": dict(detail)})

    def clear(self) -> None:
        """Forget everything."""
        self.count = 0
        self.events.clear()


class Life:
    """Makes things happen when they are due. `clock` is monotonic, in seconds; `now` tells the moment it shows."""

    def __init__(self, world: World, clock: Callable[[], float], now: Callable[[], datetime]) -> None:
        self.world = world
        self.clock = clock
        self.now = now
        self.journal = Journal()
        self.set(Plan())

    def set(self, plan: Plan) -> None:
        """From now on like this, from the beginning of the seed; what happened stays."""
        self.plan = plan
        self._kinds = list(KINDS)
        self._weights = list(plan.all_weights().values())
        self._when = random.Random(f"{plan.seed}:when")  # noqa: S311
        self._what = random.Random(f"{plan.seed}:what")  # noqa: S311
        self._next: float | None = None

    def reset(self) -> None:
        """As at the start: nothing happened yet, and the same will."""
        self.journal.clear()
        self.set(self.plan)

    @property
    def begun(self) -> bool:
        """Whether time passes: something is planned, and there was a call."""
        return self._next is not None

    def catch_up(self) -> None:
        """Let happen whatever is due by now."""
        if not self.plan.per_minute:
            return
        clock = self.clock()
        if self._next is None:
            self._next = clock + self._gap()
        now = self.now()
        while self._next <= clock:
            self.happen(now - timedelta(seconds=clock - self._next))
            self._next += self._gap()

    def _gap(self) -> float:
        return self._when.expovariate(self.plan.per_minute / 60)

    def happen(self, at: datetime) -> dict[str, Any] | None:
        """One event at this moment, as noted in the journal; None when nothing at all could happen."""
        chance, states = self._what, self.world.states
        state = states[chance.randrange(len(states))] if len(states) > 1 else states[0]
        clock, state.clock = state.clock, lambda: at
        try:
            for _ in range(_TRIES):
                kind = chance.choices(self._kinds, self._weights)[0]
                happening = _done(kind, Scene(state, chance, at))
                if happening is not None:
                    self.journal.note(kind, happening.who, at, "life", state, happening.detail)
                    return self.journal.events[-1]
        finally:
            state.clock = clock
        return None


def _done(kind: str, scene: Scene) -> Happening | None:
    try:
        return KINDS[kind][1](scene)
    except DeedError:
        return None  # chance found what cannot be; something else happens
