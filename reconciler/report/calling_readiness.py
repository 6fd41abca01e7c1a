"""Calling readiness as text, CSV, JSON or Markdown: counts first, then everybody by verdict, with what to do and where.

Text shows the first people of each verdict; CSV and JSON hold everybody. The CSV's columns are documented and stable: more
may come at the end.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Literal

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.calling_readiness import CallingReadiness, Candidate, FixIn, Verdict
from reconciler.report import canvas, markdown, sections, wording
from reconciler.report.canvas import BAD, FAINT, GOOD, STRONG, WARN
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

Format = Literal["table", "csv", "json", "markdown"]
FORMATS: tuple[Format, ...] = ("table", "csv", "json", "markdown")

COLUMNS = (
    "Email", "Name", "License", "Subscription ID", "Verdict", "Number", "Extension", "Location", "Templates", "Groups",
    "Codes", "What is wrong", "What to do", "Where", "Waiting since", "Person ID", "Snapshot",
)  # fmt: skip
SAME_VERDICT = 40

_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "ready": ("ready", GOOD),
    "provisioned": ("provisioned", GOOD),
    "waitingForUnit": ("waiting for a unit", WARN),
    "waitingForBudget": ("waiting for a budget", WARN),
    "noNumber": ("no number", BAD),
    "numberUnusable": ("number unusable", BAD),
    "locationUnusable": ("location unusable", BAD),
    "extensionUnusable": ("extension unusable", BAD),
    "filesContradict": ("files contradict", BAD),
    "placeUnknown": ("place not seen", BAD),
    "unreadable": ("record unreadable", BAD),
    "besideUnifiedCm": ("beside Unified CM", BAD),
    "heldBack": ("held back", WARN),
    "denied": ("denied", FAINT),
    "refused": ("refused", BAD),
}
_PLACES: dict[FixIn, str] = {"controlHub": "Control Hub", "files": "the files", "webex": "the next sync"}


def render(found: CallingReadiness, format: Format = "table", *, width: int = 80, colour: bool = False) -> str:
    """The readiness; `width` and `colour` matter for the table only."""
    if format == "json":
        return pretty(found).decode()
    if format == "csv":
        return _csv(found)
    if format == "markdown":
        return _markdown(found)
    return canvas.draw(_text(found), width=width, colour=colour)


def _caption(found: CallingReadiness) -> str:
    return (
        f"Webex Calling in {wording.clean(found.organization.name)}: {_people(found)}, "
        f"as of {wording.moment(found.taken_at)} (snapshot {wording.clean(found.snapshot)})"
    )


def _people(found: CallingReadiness) -> str:
    counts = found.summary
    if not counts.candidates:
        return "the files give it to nobody"
    licenses = f" with {wording.count(counts.candidates, 'license')}" if counts.candidates != counts.people else ""
    return wording.count(counts.people, "candidate") + licenses


def _facts(found: CallingReadiness) -> str:
    counts = found.summary
    told = ((counts.ready, "ready"), (counts.provisioned, "provisioned"), (counts.waiting, "waiting"))
    return ", ".join(f"{number:,} {words}" for number, words in (*told, (counts.blocked, "blocked")))


def _text(found: CallingReadiness) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(_caption(found), style=STRONG)]
    if not found.candidates:
        return parts
    parts.append(canvas.line(f"{_facts(found)}."))
    if found.summary.obstacles:
        grid = canvas.table(("What is in the way",), ("Candidates",))
        for obstacle in found.summary.obstacles:
            grid.add_row(Text(obstacle.code), Text(f"{obstacle.candidates:,}"))
        parts += [Text(""), canvas.indented(grid)]
    if found.fixes:
        people = wording.count(len(found.fixes), "person", "people")
        hint = f"{people} can be helped by Control Hub's CSV import: --format control-hub-csv --out FILE.csv"
        parts += [Text(""), canvas.line(hint)]
    for verdict in (item.verdict for item in found.summary.verdicts):
        words, style = _VERDICTS[verdict]
        same = [item for item in found.candidates if item.verdict == verdict]
        parts.append(canvas.heading(f"{words[:1].upper()}{words[1:]} ({len(same):,})", style))
        for item in same[:SAME_VERDICT]:
            parts += _candidate(item)
        parts += sections.more(len(same) - SAME_VERDICT, "--format csv")
    return parts


def _candidate(item: Candidate) -> list[RenderableType]:
    parts: list[RenderableType] = [canvas.line(wording.person(item.email, item.display_name), indent=2)]
    parts.append(canvas.line(f"{_license(item)}{_place(item)}; {_grounds(item)}", indent=4, style=FAINT))
    for obstacle in item.obstacles:
        parts.append(canvas.line(f"{obstacle.code}: {wording.clean(obstacle.message)}", indent=4))
        where = _where(item, obstacle.fix_in)
        parts.append(canvas.line(f"-> {wording.clean(obstacle.hint)} [{where}]", indent=4, hang=3))
    if item.waiting_since is not None:
        parts.append(canvas.line(f"waiting since {wording.moment(item.waiting_since)}", indent=4, style=FAINT))
    return parts


def _license(item: Candidate) -> str:
    return wording.license_label(item.license, None, item.subscription)


def _place(item: Candidate) -> str:
    """Number, extension and location as far as they are known, with a comma before them."""
    extension = f"extension {item.extension}" if item.extension else None
    told = ", ".join(part for part in (item.number, extension) if part)
    at = f" at {item.location}" if item.location else ""
    return wording.clean(f", {told}{at}" if told else at)


def _grounds(item: Candidate) -> str:
    groups = f" ({wording.some(item.groups, 3)})" if item.groups else ""
    return wording.clean(f"{wording.some(item.templates, 3)}{groups}")


def _where(item: Candidate, places: Iterable[FixIn]) -> str:
    named = (wording.clean(item.directory) if place == "directory" else _PLACES[place] for place in places)
    return "; ".join(dict.fromkeys(named))


def _cells(item: Candidate) -> list[str]:
    obstacles = item.obstacles
    places = dict.fromkeys(place for obstacle in obstacles for place in obstacle.fix_in)
    return [
        item.email,
        item.display_name,
        item.license,
        item.subscription or "",
        item.verdict,
        item.number or "",
        item.extension or "",
        item.location or "",
        "; ".join(item.templates),
        "; ".join(item.groups),
        "; ".join(obstacle.code for obstacle in obstacles),
        "; ".join(obstacle.message for obstacle in obstacles),
        "; ".join(dict.fromkeys(obstacle.hint for obstacle in obstacles)),
        _where(item, places),
        item.waiting_since.isoformat() if item.waiting_since else "",
        item.person_id,
    ]


def _csv(found: CallingReadiness) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in found.candidates:
        writer.writerow([*map(cell, _cells(item)), found.taken_at.isoformat()])
    return out.getvalue()


def _markdown(found: CallingReadiness) -> str:
    document = markdown.Document(rest_is="in the other formats")
    document.add([f"### {markdown.escape(_caption(found))}", ""])
    if not found.candidates:
        return document.text()
    document.add([f"{_facts(found)}.", "", *markdown.header(("What is in the way",), ("Candidates",))])
    document.add([markdown.row((markdown.escape(o.code), f"{o.candidates:,}")) for o in found.summary.obstacles])
    document.add(
        ["", *markdown.header(("Person", "Verdict", "Number", "Extension", "Location", "What to do", "Where"))]
    )
    blocked_first = sorted(found.candidates, key=lambda item: item.verdict in ("ready", "provisioned"))
    document.add(map(_markdown_row, blocked_first), noun="candidate")
    return document.text()


def _markdown_row(item: Candidate) -> str:
    cells = _cells(item)
    todo = "; ".join(part for part in (cells[11], cells[12]) if part)
    shown = (item.email, _VERDICTS[item.verdict][0], cells[5], cells[6], cells[7], todo, cells[13])
    return markdown.row(map(markdown.escape, shown))
