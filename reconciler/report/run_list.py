"""The runs of an organization as text, JSON, CSV or Markdown: what each was, and what became of it."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.changelog import RunLine, RunList
from reconciler.report import canvas, markdown, wording
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

Format = Literal["text", "json", "csv", "markdown"]

TEXTS = ("Run", "Started", "Ended", "State", "Commit", "Resumes", "Undoes")
NUMBERS = ("Planned", "Done", "Not done", "Open")


def render(found: RunList, format: Format = "text", *, width: int = 80, colour: bool = False) -> str:
    """The runs; `width` and `colour` matter for text only."""
    if format == "json":
        return pretty(found).decode()
    if format == "csv":
        return _csv(found)
    if format == "markdown":
        return _markdown(found)
    parts: list[RenderableType] = [Text(_caption(found), style=canvas.STRONG)]
    for line in found.runs:
        parts.append(canvas.heading(f"{line.run}  {line.state}", _style(line)))
        parts += [canvas.line(text, indent=2) for text in _lines(line)]
    if found.more:
        parts.append(canvas.heading("There are older ones: see --limit.", canvas.FAINT))
    return canvas.draw(parts, width=width, colour=colour)


def _caption(found: RunList) -> str:
    return f"{wording.count(len(found.runs), 'run')}, newest first"


def _style(line: RunLine) -> str:
    return {"completed": canvas.GOOD, "running": canvas.STRONG}.get(line.state, canvas.WARN)


def _lines(line: RunLine) -> list[str]:
    ended = f"ended {wording.moment(line.finished_at)}" if line.finished_at else "no end recorded"
    commit = f"commit {wording.clean(line.commit)[:12]}" if line.commit else "files that were not exactly a commit"
    told = [f"started {wording.moment(line.started_at)}, {ended}; {commit}"]
    counts = [f"{wording.count(line.planned, 'operation')} planned", f"{line.done:,} done"]
    counts += [f"{number:,} {_END.get(outcome, outcome)}" for outcome, number in line.not_done.items()]
    counts += [f"{line.open:,} not closed"] if line.open else []
    told.append(", ".join(counts))
    told += [f"resumes {line.resumes}"] if line.resumes else []
    told += [f"takes back {line.undoes}"] if line.undoes else []
    return told


_END = {"notSent": "not sent", "unknown": "with unknown outcome"}


def _texts(line: RunLine) -> list[str]:
    ended = line.finished_at.isoformat() if line.finished_at else ""
    texts = [line.run, line.started_at.isoformat(), ended, line.state, line.commit or ""]
    return [*texts, line.resumes or "", line.undoes or ""]


def _numbers(line: RunLine) -> list[int]:
    return [line.planned, line.done, sum(line.not_done.values()), line.open]


def _csv(found: RunList) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*TEXTS, *NUMBERS])
    for line in found.runs:
        writer.writerow([*map(cell, _texts(line)), *_numbers(line)])
    return out.getvalue()


def _markdown(found: RunList) -> str:
    document = markdown.Document(rest_is="in the other formats")
    document.add([f"### {markdown.escape(_caption(found))}", "", *markdown.header(TEXTS, NUMBERS)])
    rows = [
        markdown.row((*map(markdown.escape, _texts(line)), *map(wording.units, _numbers(line)))) for line in found.runs
    ]
    document.add(rows, noun="run")
    return document.text()
