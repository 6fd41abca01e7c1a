"""How far long work is, on stderr: a bar on a terminal, plain lines in jobs and pipes, JSON lines for machines."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from reconciler.cli.settings import Settings
from reconciler.cli.speed import Speed, duration
from reconciler.report.wording import clean

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from reconciler.ports import Progress

EVERY_SECONDS = 10.0
EVERY_PERCENT = 10
_APART = 5
"""A line at most every fifth of those seconds, however fast the percents go by."""
_LONGER_APART = 20
"""A line for each twentieth of the time so far, up to a minute: a job of hours does not fill its log."""


def for_settings(settings: Settings, *, colour: bool) -> Progress:
    """The right kind of progress for where stderr goes."""
    from reconciler import wiring

    if settings.quiet:
        return Silent()
    if settings.log_format == "json":
        return JsonLines(sys.stderr)
    return Bar(colour=colour) if sys.stderr.isatty() and not wiring.redrawing_refused() else Lines(sys.stderr)


class Silent:
    """Tells nothing."""

    def start(self, what: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, steps: int = 1, failed: int = 0) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


class Bar:
    """A bar with count, rate, remaining time and errors; gone when the phase is over, notes stay.

    While it is there the cursor is hidden. Ctrl-C ends a phase as everything else does, with `finish`; SIGTERM, which
    would end the program on the spot, first takes the bar away.
    """

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._bar: RichProgress | None = None
        self._speed = Speed(None)
        self._watching = False

    def start(self, what: str, total: int | None) -> None:
        """Draw the bar of a phase; without a total it only moves and counts."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
        from rich.text import Text

        self.finish()
        speed = self._speed = Speed(total)

        class Words(ProgressColumn):
            """Drawn anew a few times a second, so that a pause is seen while it lasts."""

            def render(self, task: Task) -> Text:
                counted = speed.so_far() if speed.total or speed.done else ""
                return Text(", ".join(part for part in (counted, speed.in_words()) if part))

        console = Console(stderr=True, no_color=not self._colour, highlight=False)
        moving = BarColumn(bar_width=max(5, min(30, console.width - 60))) if total else SpinnerColumn("line")
        described = TextColumn("{task.description}", markup=False)
        self._bar = Progress(described, moving, Words(), console=console, transient=True, redirect_stdout=False)
        self._bar.add_task(clean(what), total=total)
        self._watch()
        self._bar.start()

    def advance(self, steps: int = 1, failed: int = 0) -> None:
        """Move the bar."""
        self._speed.add(steps, failed)
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=self._speed.done)

    def note(self, text: str) -> None:
        """A line above the bar."""
        if self._bar is not None:
            self._bar.console.print(clean(text), markup=False, highlight=False, soft_wrap=True)
        else:
            print(clean(text), file=sys.stderr, flush=True)

    def finish(self) -> None:
        """Take the bar away."""
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()
        if self._watching:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._watching = False

    def _watch(self) -> None:
        """Take SIGTERM, where nobody else does."""
        if threading.current_thread() is not threading.main_thread():
            return
        if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._ended)
            self._watching = True

    def _ended(self, number: int, _: Any) -> None:
        self.finish()
        os.kill(os.getpid(), number)


class Lines:
    """Plain lines: when a phase begins, every few seconds or percents of it, and when it ends if it took long."""

    def __init__(
        self, out: TextIO, *, every: float = EVERY_SECONDS, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._out, self._every, self._seconds = out, every, seconds
        self._what, self._speed = "", Speed(None, seconds=seconds)
        self._told_at, self._told_percent = 0.0, 0

    def start(self, what: str, total: int | None) -> None:
        """Say what begins."""
        self._what, self._speed = clean(what), Speed(total, seconds=self._seconds)
        self._told_at, self._told_percent = self._seconds(), 0
        self._tell(f"{self._what}{f' ({total:,})' if total else ''} ...")

    def advance(self, steps: int = 1, failed: int = 0) -> None:
        """Count, and say so if the last line is long ago or much was done since."""
        self._speed.add(steps, failed)
        if self._due():
            self._told_at = self._seconds()
            words = self._speed.in_words()
            self._tell(f"{self._what}: {self._speed.so_far()}{f', {words}' if words else ''}")

    def note(self, text: str) -> None:
        """One line."""
        print(clean(text), file=self._out, flush=True)

    def finish(self) -> None:
        """Say how long it took, if it took long enough to wonder."""
        took = self._speed.took()
        if self._what and took >= self._every:
            failed = f", {self._speed.failed:,} with errors" if self._speed.failed else ""
            self._tell(f"{self._what}: {self._speed.done:,} in {duration(took)}{failed}")
        self._what = ""

    def _due(self) -> bool:
        since, total = self._seconds() - self._told_at, self._speed.total
        percent = 100 * self._speed.done // total if total else 0
        pause = max(self._every, min(self._speed.took() / _LONGER_APART, 60.0))
        if since < pause and (since < self._every / _APART or percent < self._told_percent + EVERY_PERCENT):
            return False
        self._told_percent = percent
        return True

    def _tell(self, text: str) -> None:
        """One line about the phase."""
        self.note(text)


class JsonLines(Lines):
    """The same lines, each as one JSON object; those about a phase have its figures beside the words."""

    def note(self, text: str) -> None:
        """One JSON object in one line."""
        self._write(text, {})

    def _tell(self, text: str) -> None:
        speed = self._speed
        rate, left = speed.rate(), speed.left()
        known = {"phase": self._what, "done": speed.done, "total": speed.total, "failed": speed.failed}
        known |= {"perSecond": round(rate, 3) if rate else None, "secondsLeft": None if left is None else round(left)}
        self._write(text, known)

    def _write(self, text: str, more: dict[str, object]) -> None:
        from reconciler.wiring import utc_now

        line = {"time": utc_now().isoformat(), "level": "info", "message": clean(text)} | more
        print(json.dumps(line), file=self._out, flush=True)
