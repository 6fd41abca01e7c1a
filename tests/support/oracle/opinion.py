"""What the oracle thinks of one person: units asked for, what goes, what stays, what is held back."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.model.catalog import License, Product
from reconciler.model.desired import Calling
from tests.support.live import Someone
from tests.support.oracle.words import Grant


@dataclass
class Request:
    """A unit that one person should get. If won: add it and `free`, take `drops`. If lost: give the role of `fallback`."""

    person: Someone
    product: Product
    ladder: list[License]
    priority: int
    calling: Calling | None
    drops: list[str] = field(default_factory=list)
    free: list[str] = field(default_factory=list)
    fallback: str | None = None


@dataclass
class Opinion:
    """What the rules say about one person. Holdings are license ids or `attendee:SITE`."""

    person: Someone
    hands_off: str = ""
    wishes: dict[Product, list[Grant]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    removals: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str | None] = field(default_factory=dict)
    """Site -> the host license in whose place the attendee role comes, None where it simply comes."""
    blocked: set[Product] = field(default_factory=set)
    """Wishes that a finding stands in the way of."""
    left: set[str] = field(default_factory=set)
    """Templates that the person moved away from."""
    held: dict[str, set[str]] = field(default_factory=dict)
    """Removals that a guard keeps back, and every reason for it."""
    held_roles: set[str] = field(default_factory=set)
