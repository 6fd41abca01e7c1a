"""Where random choices come from: draws of Hypothesis, which shrink, or dice, which are many times faster."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Chance(Protocol):
    """Where choices come from."""

    def one(self, options: Sequence[T]) -> T:
        """One of the options; the first is the plainest."""

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""


class Dice:
    """Chance by `random`: fast, no shrinking."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[int(self._random.random() * len(options))]

    def number(self, low: int, high: int) -> int:
        """A whole number."""
        return low + int(self._random.random() * (high - low + 1))


class Drawn:
    """Chance by Hypothesis: every choice can shrink."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def one(self, options: Sequence[T]) -> T:
        """One of the options."""
        return options[self._draw(st.integers(0, len(options) - 1))]

    def number(self, low: int, high: int) -> int:
        """A whole number."""
        return self._draw(st.integers(low, high))
