"""All organizations of one server: a partner's and its customers', or just one.

The first is where everything happens that names no organization: `/sandbox/...`, and Webex calls with a token that was not
listed. Organizations share nothing; a partner's token is the only thing that reaches more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.errors import InputError
from reconciler.model import ids
from reconciler.sandbox import credentials
from reconciler.sandbox.file import assemble, build, parsed, refuse_mistakes
from reconciler.sandbox.generator import generate
from reconciler.sandbox.nouns import Token
from reconciler.sandbox.shapes import Problems
from reconciler.sandbox.state import State

KEYS = ("organizations", "tokens", "clients")
NAMES = (
    "Acme", "Borealis", "Cobalt", "Dunlin", "Ember", "Fathom", "Garnet", "Harbor", "Iris", "Juniper", "Kestrel", "Lumen",
    "Meridian", "Nimbus", "Osprey", "Pine", "Quarry", "Rowan", "Sable", "Tundra",
)  # fmt: skip


class World:
    """The organizations, in the order of the file, and the partner's tags on them.

    `tags` is what `/partner/tags` remembers: (organization UUID, subscription or None) -> tags with name and description.
    """

    def __init__(self, states: Sequence[State], origin: Callable[[], World] | None = None) -> None:
        if not states:
            raise ValueError("a world has at least one organization")
        self.states = list(states)
        self.tags: dict[tuple[str, str | None], list[dict[str, str]]] = {}
        self._origin = origin or self._remembered()

    def _remembered(self) -> Callable[[], World]:
        made = [state.origin or _from_shape(state.to_file_shape()) for state in self.states]
        return lambda: World([make() for make in made])

    @classmethod
    def from_file(cls, path: Path | str) -> World:
        """The organizations of a sandbox file (docs/sandbox.md); SchemaError with a finding for every problem in it."""
        return cls.from_shape(parsed(Path(path)), str(path))

    @classmethod
    def from_shape(cls, shape: Any, where: str = "sandbox") -> World:
        """The same, of an already parsed file: one organization, or several under `organizations`."""
        if not isinstance(shape, Mapping) or "organizations" not in shape:
            return cls([build(shape, where)])
        problems = Problems()
        states = _read(shape, problems)
        refuse_mistakes(problems, where)
        return cls(states, lambda: cls.from_shape(shape, where))

    @classmethod
    def generate(cls, people: int = 1000, groups: int = 20, seed: int = 1, organizations: int = 1) -> World:
        """`organizations` organizations of `people` people each, the first one as `State.generate` makes it."""
        if organizations < 1:
            raise InputError("there must be at least one organization", hint="write for example organizations=20")
        names = [NAMES[at] if at < len(NAMES) else f"Customer {at + 1}" for at in range(organizations)]
        return cls([generate(people, groups, seed + at, name) for at, name in enumerate(names)])

    @property
    def first(self) -> State:
        """The organization meant where none is named."""
        return self.states[0]

    @property
    def several(self) -> bool:
        """Whether there is more than one."""
        return len(self.states) > 1

    def by_id(self, org_id: str) -> State | None:
        """An organization by Webex id (padded or not) or bare UUID."""
        wanted = ids.uuid_of(org_id)
        return next((state for state in self.states if wanted == state.org_uuid), None)

    def find(self, reference: str) -> State | None:
        """An organization by name, Webex id or bare UUID."""
        return next((state for state in self.states if reference == state.name), None) or self.by_id(reference)

    def seen_by(self, token: Token, home: State) -> tuple[State, ...]:
        """The organizations a token sees: its own; for a partner's also the customers."""
        if not token.partner:
            return (home,)
        return tuple(
            state for state in self.states if state is home or token.manages is None or state.name in token.manages
        )

    def owner_of(self, reference: str) -> State | None:
        """The organization that has the person, license, group or location of this id."""
        for state in self.states:
            if ids.uuid_of(reference) in state.by_uuid or state.license(reference):
                return state
        return next((state for state in self.states if state.group(reference) or state.location(reference)), None)

    def reset(self, only: State | None = None) -> None:
        """Back to what was there at the start: everything, or one organization."""
        for state, fresh in zip(self.states, self._origin().states, strict=True):
            if only is None or only is state:
                state.become(fresh)
        if only is None:
            self.tags.clear()


def _from_shape(shape: dict[str, Any]) -> Callable[[], State]:
    return lambda: State.from_shape(shape)


def _read(shape: Mapping[str, Any], problems: Problems) -> list[State]:
    for key in shape:
        if key not in KEYS:
            problems.add(str(key), "unknown key beside `organizations`", "one of " + ", ".join(KEYS))
    documents = shape["organizations"]
    if not isinstance(documents, list) or not documents:
        problems.add("organizations", "must be a list with at least one organization")
        return []
    states: list[State] = []
    for at, document in enumerate(documents):
        inner = Problems()
        state = assemble(document, inner)
        problems.within(f"organizations[{at}]", inner)
        if any(other.name == state.name for other in states):
            problems.add(f"organizations[{at}].organization.name", f"two organizations are called {state.name}")
        states.append(state)
    named = {state.name: state for state in states}
    credentials.read(shape, problems, lambda name: states[0] if name is None else named.get(name))
    credentials.check(states, problems)
    return states
