"""How far long work is, on stderr: a bar on a terminal, a plain line every few seconds elsewhere, JSON lines for machines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from reconciler.cli.settings import Settings
from reconciler.report.wording import clean

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from reconciler.ports import Progress

EVERY_SECONDS = 5.0


def for_settings(settings: Settings, *, colour: bool) -> Progress:
    """The right kind of progress for where stderr goes."""
    if settings.log_format == "json":
        return JsonLines(sys.stderr, quiet=settings.quiet)
    if settings.quiet:
        return Silent()
    return Bar(colour=colour) if sys.stderr.isatty() else Lines(sys.stderr)


class Silent:
    """Tells nothing."""

    def start(self, what: str, total: int | None) -> None:
        """Nothing."""

    def advance(self, steps: int = 1) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


class Bar:
    """A bar with count, rate and remaining time; gone when the phase is over, notes stay."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def start(self, what: str, total: int | None) -> None:
        """Draw the bar of a phase; without a total it only moves and counts."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self.finish()
        console = Console(stderr=True, no_color=not self._colour, highlight=False)
        rate = TextColumn("{task.fields[rate]}")
        known = (
            (BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
            if total is not None
            else (SpinnerColumn(),)
        )
        words = TextColumn("{task.description}", markup=False)
        self._bar = Progress(words, *known, console=console, transient=True)
        self._task = self._bar.add_task(clean(what), total=total, rate="")
        self._bar.start()

    def advance(self, steps: int = 1) -> None:
        """Move the bar."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, steps)
            speed = self._bar.tasks[0].speed
            self._bar.update(self._task, rate=f"{speed:,.0f}/s" if speed and speed >= 1 else "")

    def note(self, text: str) -> None:
        """A line above the bar."""
        if self._bar is not None:
            self._bar.console.print(clean(text), markup=False, highlight=False, soft_wrap=True)
        else:
            print(clean(text), file=sys.stderr, flush=True)

    def finish(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None


class Lines:
    """Plain lines: when a phase begins, every few seconds while it runs, and when it ends if it took long."""

    def __init__(
        self, out: TextIO, *, every: float = EVERY_SECONDS, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._out, self._every, self._seconds = out, every, seconds
        self._what, self._total, self._done = "", None, 0  # type: str, int | None, int
        self._began = self._told = 0.0

    def start(self, what: str, total: int | None) -> None:
        """Say what begins."""
        self._what, self._total, self._done = clean(what), total, 0
        self._began = self._told = self._seconds()
        of = f" ({total:,})" if total else ""
        self.note(f"{self._what}{of} ...")

    def advance(self, steps: int = 1) -> None:
        """Count, and say so if the last line is long ago."""
        self._done += steps
        if self._seconds() - self._told >= self._every:
            self._told = self._seconds()
            self.note(self._line())

    def note(self, text: str) -> None:
        """One line."""
        print(clean(text), file=self._out, flush=True)

    def finish(self) -> None:
        """Say how long it took, if it took long enough to wonder."""
        took = self._seconds() - self._began
        if self._what and took >= self._every:
            self.note(f"{self._what}: {self._done:,} in {_duration(took)}")
        self._what = ""

    def _line(self) -> str:
        took = self._seconds() - self._began
        rate = self._done / took if took > 0 else 0.0
        of = f" of {self._total:,}" if self._total else ""
        left = ""
        if self._total and rate > 0 and self._total > self._done:
            left = f", about {_duration((self._total - self._done) / rate)} left"
        return f"{self._what}: {self._done:,}{of}, {rate:,.0f}/s{left}"


class JsonLines(Lines):
    """The same lines, each as one JSON object."""

    def __init__(
        self,
        out: TextIO,
        *,
        quiet: bool = False,
        every: float = EVERY_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(out, every=every, seconds=seconds)
        self._quiet = quiet

    def note(self, text: str) -> None:
        """One JSON object in one line."""
        from reconciler.wiring import utc_now

        if not self._quiet:
            line = {"time": utc_now().isoformat(), "level": "info", "message": clean(text)}
            print(json.dumps(line), file=self._out, flush=True)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
