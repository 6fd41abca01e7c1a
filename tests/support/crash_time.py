"""Time that passes only when everybody sleeps: hours of waiting for Webex in milliseconds, in the same order every run.

An event loop asks its selector to wait until the next timer is due; this selector does not wait, it moves the clock. So
`asyncio.sleep`, timeouts and retries of the real code are lived through, whatever they are built on.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
BEGINS = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Time:
    """Seconds since `BEGINS`; forked processes have one each and tell each other what time it is."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """The moment, for whoever wants a date."""
        return BEGINS + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """The seconds, for whoever measures."""
        return self.seconds

    def reach(self, seconds: float) -> None:
        """It is at least this late now."""
        self.seconds = max(self.seconds, seconds)


class _Leaping(selectors.BaseSelector):
    """A selector that waits by moving the clock. Without a timer nothing could ever happen, which is a mistake."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing is ever going to happen")
        if timeout > 0:
            self._time.seconds += timeout
        return self._real.select(0)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class Loop(asyncio.SelectorEventLoop):
    """An event loop that lives in a `Time`."""

    def __init__(self, time: Time) -> None:
        self._lived = time
        super().__init__(_Leaping(time))

    def time(self) -> float:
        """Seconds, as timers count them."""
        return self._lived.seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """What would be left to a thread is done at once: a thread has no part in this time."""
        del executor
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def run(time: Time, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, lived through in `time`; a Ctrl-C is not looked for."""
    with asyncio.Runner(loop_factory=lambda: Loop(time)) as runner:
        return runner.run(work)
