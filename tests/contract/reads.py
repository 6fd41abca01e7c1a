"""One read of a client: the method, what it is given, what is looked at, and what that has to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox import State
from reconciler.sandbox.nouns import Person


def nothing(state: State) -> dict[str, Any]:
    """No arguments."""
    return {}


@dataclass(frozen=True)
class Read:
    """`method` of a client called with `given(state)`; `look(answer)` must equal `wanted(state)`."""

    title: str
    method: str
    given: Callable[[State], dict[str, Any]]
    look: Callable[[Any], Any]
    wanted: Callable[[State], Any]

    def __str__(self) -> str:
        """As the id of a test."""
        return f"{self.method} {self.title}".replace(" ", "-")


def each(name: str) -> Callable[[Any], list[Any]]:
    """That attribute of every item."""
    return lambda items: [getattr(item, name) for item in items]


def plain(value: Any) -> Any:
    """What an enumeration stands for; wxc-sdk has both enumerations and plain texts."""
    return getattr(value, "value", value)


def somebody(state: State) -> Person:
    """Somebody with a number and an extension at a location."""
    return next(person for person in state.people if person.number and person.extension and person.location)


def organization() -> State:
    """1,050 people; as generated, but two of them are administrators."""
    state = State.generate(people=1050, groups=12, seed=3)
    state.people[3].roles = ("id_full_admin",)
    state.people[700].roles = ("id_full_admin", "id_user_admin")
    return state
