"""Ctrl-C and SIGTERM during an apply: before the first call they end it at once; after it, calls in flight are finished.

A call whose answer nobody reads would leave a person in a state that nobody knows, so from the moment that sending
begins a signal only asks to stop.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(Exception):
    """A signal came before anything was sent."""


class Stop:
    """The stop signal of an apply. The run asks before every call, so until it asked for the first time nothing was sent."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._wanted = self._sending = False
        self._task: asyncio.Task[Any] | None = None

    def is_set(self) -> bool:
        """Whether no new call may start."""
        self._sending = True
        return self._wanted

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run an apply to its end under this signal. Interrupted when it was ended before anything was sent."""
        from reconciler.operations import loop

        return loop.run(self._guarded(work))

    async def _guarded(self, work: Coroutine[Any, Any, _T]) -> _T:
        loop = asyncio.get_running_loop()
        task = self._task = asyncio.ensure_future(work)
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._on_signal)
        try:
            result: _T = await task
            return result
        except asyncio.CancelledError:
            if self._wanted:
                raise Interrupted from None
            raise
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _on_signal(self) -> None:
        if self._sending and not self._wanted:
            self._note("Stopping: calls in flight are finished, nothing new is sent.")
        elif self._sending:
            self._note("Still finishing the calls in flight ...")
        elif self._task is not None:
            self._task.cancel()
        self._wanted = True
