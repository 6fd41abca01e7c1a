"""One code of a finding or guard, with what a reader of it needs to know."""

from __future__ import annotations

from typing import Literal

import msgspec

Effect = Literal["error", "warning", "info", "stop", "hold"]
"""What comes of it. `stop` ends an apply before anything is sent; `hold` leaves single operations out of what is sent."""


class Code(msgspec.Struct, frozen=True):
    """A code is stable: scripts may wait for it. `rule` names places in the rule book, empty where none is concerned."""

    code: str
    effects: tuple[Effect, ...]
    means: str
    do: str
    rule: str = ""


def code(name: str, effects: str, rule: str, means: str, do: str) -> Code:
    """An entry of the tables; `effects` in one word or several.

    >>> code("x-y", "error warning", "1.1", "Something.", "Mend it.").effects
    ('error', 'warning')
    """
    return Code(name, tuple(effects.split()), means, do, rule)  # type: ignore[arg-type]
