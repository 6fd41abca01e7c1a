"""The change log as text, JSON, CSV or Markdown. As text, people whom one run or one reading did the same to share a line."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from itertools import groupby
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.changelog import Changelog, Entry
from reconciler.report import canvas, markdown, wording
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

Format = Literal["text", "json", "csv", "markdown"]

COLUMNS = (
    "Time", "Person", "Name", "What", "License", "License ID", "By", "Run", "Commit", "Outcome", "Template", "Source",
    "Seen", "Not before", "Detail",
)  # fmt: skip
NAMED = 5
_WHAT = {
    "joined": "joined the organization",
    "left": "left the organization",
    "firstSeen": "was there at the first reading",
}
_END = {
    "alreadyDone": "so already",
    "refused": "refused by Webex",
    "ignored": "ignored by Webex: it said yes and did nothing",
    "skipped": "skipped",
    "failed": "failed",
    "unknown": "outcome unknown",
    "notSent": "not sent",
    "open": "not closed: outcome unknown so far",
}


def render(log: Changelog, format: Format = "text", *, width: int = 80, colour: bool = False) -> str:
    """The change log; `width` and `colour` matter for text only."""
    if format == "json":
        return pretty(log).decode()
    if format == "csv":
        return _csv(log)
    if format == "markdown":
        return _markdown(log)
    return canvas.draw(_text(log), width=width, colour=colour)


def caption(log: Changelog) -> str:
    """What this is the history of, and how far back it could reach."""
    whose = f" of {wording.clean(log.person)}" if log.person else ""
    if log.oldest_reading is None or log.newest_reading is None:
        return f"History{whose}: nothing was read yet"
    reach = f"readings from {wording.moment(log.oldest_reading)} to {wording.moment(log.newest_reading)}"
    return f"History{whose}: {wording.count(len(log.entries), 'entry', 'entries')}, newest first ({reach})"


def _text(log: Changelog) -> Iterable[RenderableType]:
    yield Text(caption(log), style=canvas.STRONG)
    for note in log.notes:
        yield canvas.line(wording.clean(note), style=canvas.FAINT)
    for _, group in groupby(log.entries, key=_doing):
        together = list(group)
        yield canvas.heading(_heading(together))
        for line, entries in _folded(together, alone=bool(log.person)):
            yield canvas.line(f"{_mark(entries[0])} {line}", indent=2, hang=2, style=_style(entries[0]))
    if log.more:
        yield canvas.heading(_more(log), canvas.FAINT)


def _more(log: Changelog) -> str:
    return f"There is more, further back than these {len(log.entries):,}: see --limit, --since and --until."


def _doing(entry: Entry) -> tuple[str, object]:
    """What stands under one heading: all that a run did at a stretch, and all that one reading showed."""
    return (entry.run, None) if entry.run else (str(entry.what == "firstSeen"), entry.at)


def _heading(together: list[Entry]) -> str:
    entry = together[0]
    when = wording.moment(entry.at)
    if entry.by == "run":
        began = wording.moment(together[-1].at)
        when = when if began == when else f"{began} to {when}"
        commit = f", commit {wording.clean(entry.commit)[:12]}" if entry.commit else ""
        return f"{when}  {entry.run}{commit}"
    if entry.what == "firstSeen":
        return f"{when}  first reading"
    since = f"; between {wording.moment(entry.after)} and then" if entry.after else ""
    return f"{when}  by no run of ours, seen at the sync of {when}{since}"


def _folded(group: Iterable[Entry], *, alone: bool) -> Iterable[tuple[str, list[Entry]]]:
    """One line for everybody to whom the same happened, in the order of the first of them."""
    alike: dict[tuple[str, str], list[Entry]] = {}
    for entry in group:
        alike.setdefault((_what(entry), _how(entry)), []).append(entry)
    for (what, how), entries in alike.items():
        names = sorted(wording.clean(entry.email) for entry in entries)
        who = wording.some(names, NAMED)
        number = f"{wording.count(len(names), 'person', 'people')}: " if len(names) > 1 else ""
        text = what if alone else f"{what}: {number}{who}"
        yield f"{text}{f' ({how})' if how else ''}", entries


def _what(entry: Entry) -> str:
    if entry.what in _WHAT:
        held = f", holding {wording.some(map(wording.clean, entry.holds), NAMED)}" if entry.holds else ""
        return _WHAT[entry.what] + held
    return wording.clean(entry.label)


def _how(entry: Entry) -> str:
    parts = [_END[entry.outcome]] if entry.outcome not in (None, "done") else []
    if entry.seen is not None:
        parts.append(f"its effect was seen at {wording.moment(entry.seen)}")
    if entry.detail and not entry.happened:
        parts.append(wording.clean(entry.detail))
    reasons = sorted({", ".join(part for part in (r.template, r.source) if part) for r in entry.because})
    parts += [wording.clean(reason) for reason in reasons if reason] or sorted(
        {wording.clean(r.rule) for r in entry.because}
    )
    return "; ".join(parts)


def _mark(entry: Entry) -> str:
    if entry.what in _WHAT:
        return "*"
    if not entry.happened:
        return "?" if entry.outcome in ("unknown", "open") else "!"
    return "+" if entry.what == "got" else "-"


def _style(entry: Entry) -> str:
    if entry.what in _WHAT:
        return ""
    if not entry.happened:
        return canvas.WARN
    return canvas.GOOD if entry.what == "got" else canvas.BAD


def _texts(entry: Entry) -> list[str]:
    sources = sorted({reason.source for reason in entry.because if reason.source})
    by = "run" if entry.by == "run" else "first reading" if entry.what == "firstSeen" else "hand"
    return [
        entry.at.isoformat(),
        entry.email,
        entry.display_name,
        entry.what,
        entry.label or "; ".join(entry.holds),
        entry.holding,
        by,
        entry.run or "",
        entry.commit or "",
        entry.outcome or "",
        ", ".join(entry.templates),
        ", ".join(sources),
        entry.seen.isoformat() if entry.seen else "",
        entry.after.isoformat() if entry.after else "",
        entry.detail,
    ]


def _csv(log: Changelog) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in log.entries:
        writer.writerow([cell(text) for text in _texts(entry)])
    return out.getvalue()


def _markdown(log: Changelog) -> str:
    document = markdown.Document(rest_is="in the other formats")
    titles = ("Time", "Person", "What", "License", "By", "Why")
    document.add(
        [f"### {markdown.escape(caption(log))}", "", *map(markdown.escape, log.notes), *markdown.header(titles)]
    )
    lines = []
    for entry in log.entries:
        what = f"{_mark(entry)} {entry.what}"
        by = entry.run or ("first reading" if entry.what == "firstSeen" else "by hand")
        label = entry.label or wording.some(entry.holds, NAMED)
        texts = (wording.moment(entry.at), entry.email, what, label, by, _how(entry))
        lines.append(markdown.row(map(markdown.escape, texts)))
    document.add(lines, noun="entry")
    if log.more:
        document.add(["", _more(log)])
    return document.text()
