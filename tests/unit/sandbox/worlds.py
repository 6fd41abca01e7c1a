"""A partner with three customers, and clocks that stand still until they are told to move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette

from reconciler.sandbox import State, World, create_app

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def company(name: str, **sections: Any) -> dict[str, Any]:
    """One organization of a file: a license, a location with a number, a group, and Ann."""
    slug = name.lower()
    shape: dict[str, Any] = {
        "organization": {"name": name},
        "licenses": [{"key": "msg", "name": "Advanced Messaging", "type": "MS", "total": 9, "subscription": "Sub-1"}],
        "locations": [{"key": "hq", "name": f"{name} HQ"}],
        "numbers": [{"number": "+14085550100", "location": "hq"}],
        "people": [{"email": f"ann@{slug}.example"}, {"email": f"bob@{slug}.example", "licenses": ["msg"]}],
        "groups": [{"name": "Sales", "members": [f"ann@{slug}.example"]}],
    }
    return shape | sections


FILE: dict[str, Any] = {
    "organizations": [
        company("Partner"),
        company("Alder", tokens=[{"token": "alder", "name": "own"}]),
        company("Birch"),
        company("Cedar"),
    ],
    "tokens": [
        {"token": "all", "partner": True, "name": "everybody", "person": "ann@partner.example"},
        {"token": "some", "partner": True, "manages": ["Alder", "Birch"], "person": "bob@partner.example"},
        {"token": "reader", "partner": True, "readOnly": True},
        {"token": "birch", "organization": "Birch"},
    ],
}


def world(**changes: Any) -> World:
    """The partner and the customers, with some sections of the file replaced."""
    return World.from_shape(FILE | changes)


def named(there: World, name: str) -> State:
    """One organization of it."""
    found = there.find(name)
    assert found is not None
    return found


class Clock:
    """Both clocks of a server; `passes` moves them."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def app(self, there: World | State, **options: Any) -> Starlette:
        """The API that runs by this clock."""
        return create_app(there, clock=lambda: self.seconds, now=self.now, **options)

    def now(self) -> datetime:
        """The moment."""
        return START + timedelta(seconds=self.seconds)

    def passes(self, seconds: float) -> None:
        """So much later."""
        self.seconds += seconds
