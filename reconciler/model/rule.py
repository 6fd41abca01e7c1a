"""A rule as an entry of a table: its claim, its number in the rule book, and the function that carries it out.

The claim is the name of the rule's file, the `rule` of every `Because` it writes, and its heading in docs/rules.md.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

Act = TypeVar("Act")


class Rule(msgspec.Struct, Generic[Act], frozen=True):
    """One rule. `number` names places in the rule book (`1.1, 1.2`); what `act` takes depends on the table it stands in."""

    claim: str
    number: str
    act: Act
