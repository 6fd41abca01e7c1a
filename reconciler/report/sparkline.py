"""Numbers over time as a line of blocks, for text: its shape at a glance; the numbers themselves stand beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

BLOCKS = "▁▂▃▄▅▆▇█"
GAP = "·"


def sparkline(
    points: Iterable[tuple[date, int | None]], start: date, end: date, width: int
) -> tuple[str, int, int] | None:
    """The line, and the lowest and the highest number of all, its lowest and its highest block. None without a number.

    Each of the `width` signs is an equal part of the days from `start` to `end` and shows the last number in it, or a gap
    where there is none. Points are ordered by day and lie between the two. Less than eight apart, numbers go up one block
    each, so that little is not made to look like much.

    >>> day = date(2026, 11, 1)
    >>> sparkline([(day, 0), (day.replace(day=2), 1), (day.replace(day=4), 9)], day, day.replace(day=4), 4)
    ('▁▁·█', 0, 9)
    """
    known = [(at, number) for at, number in points if number is not None]
    if not known:
        return None
    low, high = min(number for _, number in known), max(number for _, number in known)
    top = len(BLOCKS) - 1
    span = max(high - low, top)
    signs = [GAP] * width
    days = (end - start).days + 1
    for at, number in known:
        signs[(at - start).days * width // days] = BLOCKS[(number - low) * top // span]
    return "".join(signs), low, high
