"""Progress on stderr: plain lines where there is no terminal."""

from __future__ import annotations

import io
import json

import pytest

from reconciler.cli import progress
from reconciler.cli.settings import Settings
from reconciler.cli.speed import Speed


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
        "Reading people: 300 of 3,000, 100/s, about 27 s left",
        "Reading people: 600 of 3,000, 100/s, about 24 s left",
        "Reading people: 900 of 3,000, 100/s, about 21 s left",
        "Reading people: 1,000 in 10 s",
    ]


def test_a_pause_shows_in_what_is_left() -> None:
    """Under a rate limit the pace of the last minute counts, not the one before it, and errors are told."""
    out, seconds = io.StringIO(), Ticking()
    lines = progress.Lines(out, seconds=seconds)
    lines.start("Applying", 100_000)
    for second in range(1, 61):
        seconds.now = second
        lines.advance(10, failed=1 if second % 30 == 0 else 0)
    told = len(out.getvalue().splitlines())
    assert 6 <= told <= 8
    for second in (90, 120):  # Webex said 429 and the next answer came half a minute later
        seconds.now = second
        lines.advance(10)
    last = out.getvalue().splitlines()[-1]
    assert last == "Applying: 620 of 100,000, 20/min, about 82 h 49 min left, 2 errors"


def test_a_job_of_hours_does_not_fill_its_log() -> None:
    """Ten hours at a person a second are some six hundred lines, not thousands, and never silent for long."""
    out, seconds = io.StringIO(), Ticking()
    lines = progress.Lines(out, seconds=seconds)
    lines.start("Applying", 36_000)
    for second in range(1, 36_001):
        seconds.now = second
        lines.advance()
    assert 500 < len(out.getvalue().splitlines()) < 800


def test_nothing_is_said_of_a_rate_before_it_is_known() -> None:
    """One burst of answers is no pace."""
    seconds = Ticking()
    speed = Speed(100, seconds=seconds)
    speed.add(50)
    assert (speed.rate(), speed.left(), speed.in_words()) == (0.0, None, "")
    seconds.now = 100.0
    assert (speed.rate(), speed.left()) == (0.0, None)


def test_json_lines_of_a_phase_have_its_figures() -> None:
    """A machine does not take a sentence apart."""
    out, seconds = io.StringIO(), Ticking()
    lines = progress.JsonLines(out, seconds=seconds)
    lines.start("Applying", 30)
    seconds.now = 10.0
    lines.advance(20, failed=2)
    line = json.loads(out.getvalue().splitlines()[-1])
    del line["time"]
    assert line == {
        "level": "info", "message": "Applying: 20 of 30, 2/s, about 5 s left, 2 errors", "phase": "Applying", "done": 20,
        "total": 30, "failed": 2, "perSecond": 2.0, "secondsLeft": 5,
    }  # fmt: skip


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
