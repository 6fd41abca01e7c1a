"""Progress on stderr: plain lines where there is no terminal."""

from __future__ import annotations

import io
import json

import pytest

from reconciler.cli import progress
from reconciler.cli.settings import Settings


class Ticking:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_plain_lines_come_every_few_seconds_with_rate_and_time_left() -> None:
    """A job's log shows that work goes on, and how long it may take, without a line per page."""
    out, seconds = io.StringIO(), Ticking()
    lines = progress.Lines(out, seconds=seconds)
    lines.start("Reading people", 3_000)
    for second in range(1, 11):
        seconds.now = second
        lines.advance(100)
    lines.finish()
    assert out.getvalue().splitlines() == [
        "Reading people (3,000) ...",
        "Reading people: 500 of 3,000, 100/s, about 25 s left",
        "Reading people: 1,000 of 3,000, 100/s, about 20 s left",
        "Reading people: 1,000 in 10 s",
    ]


def test_a_quick_phase_is_one_line() -> None:
    """Nothing to wait for, nothing to tell."""
    out = io.StringIO()
    lines = progress.Lines(out, seconds=Ticking())
    lines.start("Reading groups", None)
    lines.advance(5)
    lines.finish()
    assert out.getvalue() == "Reading groups ...\n"


def test_json_lines_are_json() -> None:
    """A log collector can read every line."""
    out = io.StringIO()
    progress.JsonLines(out).note("Read 5 people")
    line = json.loads(out.getvalue())
    assert (line["level"], line["message"]) == ("info", "Read 5 people")


def test_notes_cannot_steer_the_terminal() -> None:
    """Names from Webex may stand in a note."""
    out = io.StringIO()
    progress.Lines(out).note("\x1b[2Jx\ny")
    assert out.getvalue() == "[2Jx y\n"


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """`--quiet` means nothing at all, in both formats."""
    for log_format in ("text", "json"):
        told = progress.for_settings(Settings(quiet=True, log_format=log_format), colour=False)
        told.start("x", 3)
        told.advance()
        told.note("y")
        told.finish()
    assert capsys.readouterr() == ("", "")


def test_the_bar_shows_notes_and_leaves_no_bar_behind(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal rich draws nothing; the note is there either way, and nothing reaches stdout."""
    bar = progress.Bar(colour=False)
    bar.start("Reading [people]", 10)
    bar.advance(3)
    bar.note("Waiting 30 s [because Webex asked]")
    bar.finish()
    bar.note("done")
    out, err = capsys.readouterr()
    assert out == ""
    assert "Waiting 30 s [because Webex asked]" in err
    assert err.endswith("done\n")
