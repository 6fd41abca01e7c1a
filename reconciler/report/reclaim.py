"""Seats that could be freed as a table, JSON, CSV or Markdown: counts and money first, then who and why, then the YAML.

YAML is shown whole or not at all, because half of it would free other seats than the reader thinks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.reclaim import FreedBy, Reclaimable, ReclaimReason, Seat, Suggestion
from reconciler.report import canvas, markdown, money, sections, wording
from reconciler.report.inventory import Format
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

COLUMNS = (
    "Reason", "Email", "Name", "State", "License", "Site URL", "Subscription ID", "Days", "Created", "Last activity",
    "Price a month", "Currency", "Freed by", "Files", "Irreversible", "License ID", "Person ID", "Snapshot",
)  # fmt: skip
PEOPLE, YAML_LINES = 40, 60

REASONS: dict[ReclaimReason, str] = {
    "deactivated": "Deactivated, and licensed",
    "neverSignedIn": "Never signed in",
    "inactive": "Not active any more",
    "duplicate": "The same license from two subscriptions",
}
FREED_BY: dict[FreedBy, str] = {
    "plan": "the next plan takes it",
    "exception": "a UserException",
    "setting": "a policy of the Organization",
    "controlHub": "by hand in Control Hub",
    "nobody": "protected or exempt in the files",
}


def render(
    found: Reclaimable, format: Format = "table", *, width: int = 80, colour: bool = False, written: str = ""
) -> str:
    """The seats; `width` and `colour` matter for the table only. `written`: the folder that the YAML is in, if it is."""
    if format == "json":
        return pretty(found).decode()
    if format == "csv":
        return _csv(found)
    if format == "markdown":
        return _markdown(found)
    return canvas.draw(_text(found, written), width=width, colour=colour)


def _caption(found: Reclaimable) -> str:
    seats = wording.count(len(found.seats), "seat")
    sum_ = f", {money.amount(found.monthly, found.currency)} a month" if found.currency and found.seats else ""
    return (
        f"Reclaimable in {wording.clean(found.organization.name)}: {seats}{sum_}, as of {wording.moment(found.taken_at)} "
        f"(snapshot {wording.clean(found.snapshot)})"
    )


def _notes(found: Reclaimable) -> Iterator[str]:
    days = wording.count(found.inactive_days, "day")
    if found.activity_read_at is None:
        yield (
            "Activity was never read, so nobody is called inactive, and only invited people count as never signed in. "
            "`webex-licenses inventory --reclaimable --sync` reads it."
        )
    else:
        yield f"Activity as read {wording.moment(found.activity_read_at)}; inactive means {days} and more."
        yield (
            "Webex tells no activity of people who do not share their status: ask before you take a license for want of any."
        )


def _text(found: Reclaimable, written: str) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(_caption(found), style=canvas.STRONG)]
    parts += (canvas.line(note, style=canvas.FAINT) for note in _notes(found))
    if not found.seats:
        return parts
    priced = found.currency is not None
    table = canvas.table(("Why",), ("People", "Seats", *((f"{found.currency} a month",) if priced else ())))
    for item in found.summary:
        amounts = [money.plain(item.monthly)] if priced else []
        table.add_row(
            Text(REASONS[item.reason]), Text(f"{item.people:,}"), Text(f"{item.seats:,}"), *map(Text, amounts)
        )
    parts += [Text(""), canvas.indented(table)]
    for item in found.summary:
        parts.append(canvas.heading(f"{REASONS[item.reason]} ({item.seats:,})"))
        same = [seat for seat in found.seats if seat.reason == item.reason]
        people = [list(seats) for _, seats in groupby(same, key=lambda seat: seat.person_id)]
        parts += (canvas.line(_line(seats, found.currency), indent=2, hang=2) for seats in people[:PEOPLE])
        parts += sections.more(len(people) - PEOPLE, "--format csv")
    return parts + _files(found, written)


def _line(seats: Sequence[Seat], currency: str | None) -> str:
    """All seats of one person: what, why, what it costs, and what frees it where that is not the usual exception."""
    first, prices = seats[0], [seat.monthly for seat in seats if seat.monthly is not None]
    licenses = []
    for seat in seats:
        how = "" if seat.freed_by == "exception" else f" [{FREED_BY[seat.freed_by]}]"
        licenses.append(wording.license_label(seat.license, seat.site_url, seat.subscription_id) + how)
    price = f", {money.amount(sum(prices), currency)} a month" if currency and prices else ""
    lost = "; the number goes for good" if any(seat.irreversible for seat in seats) else ""
    return f"{wording.person(first.email, first.name)}{_why(first)}: {', '.join(licenses)}{price}{lost}"


def _why(seat: Seat) -> str:
    if seat.reason == "inactive":
        return f", last active {seat.last_activity} ({wording.count(seat.days or 0, 'day')} ago)"
    if seat.reason == "neverSignedIn":
        invited = "invited" if seat.state == "pending" else "there"
        return f", {invited} since {seat.created} ({wording.count(seat.days or 0, 'day')})"
    return ""


def _files(found: Reclaimable, written: str) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for item in found.suggestions:
        where = f"{written.rstrip('/')}/{item.name}" if written and item.whole else item.name
        parts.append(canvas.heading(f"{wording.clean(where)} ({wording.count(item.seats, 'seat')})"))
        parts.append(canvas.line(item.about, indent=2, style=canvas.FAINT))
        parts += _yaml(item, written)
    return parts


def _yaml(item: Suggestion, written: str) -> list[RenderableType]:
    lines = item.yaml.splitlines()
    if written and item.whole:
        return []
    if len(lines) > YAML_LINES:
        return [canvas.line(f"{len(lines):,} lines: --yaml FOLDER writes the file", indent=2, style=canvas.FAINT)]
    return [canvas.line(wording.clean(line.strip()), indent=2 + len(line) - len(line.lstrip())) for line in lines]


def _csv(found: Reclaimable) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for seat in found.seats:
        values = (
            seat.reason, seat.email, seat.name, seat.state, seat.license, seat.site_url, seat.subscription_id, seat.days,
            seat.created, seat.last_activity, seat.monthly, found.currency if seat.monthly is not None else None,
            seat.freed_by, "; ".join(seat.files), "yes" if seat.irreversible else "no", seat.license_id, seat.person_id,
        )  # fmt: skip
        row = ("" if value is None else cell(value) if isinstance(value, str) else value for value in values)
        writer.writerow([*row, found.taken_at.isoformat()])
    return out.getvalue()


def _markdown(found: Reclaimable) -> str:
    document = markdown.Document(rest_is="in the other formats")
    document.add([f"### {markdown.escape(_caption(found))}", "", *map(markdown.escape, _notes(found)), ""])
    if not found.seats:
        return document.text()
    unit = f"{found.currency} a month" if found.currency else "a month"
    document.add(markdown.header(("Why",), ("People", "Seats", markdown.escape(unit))))
    for item in found.summary:
        amount = money.plain(item.monthly) if item.monthly is not None else ""
        document.add([markdown.row((REASONS[item.reason], f"{item.people:,}", f"{item.seats:,}", amount))])
    document.add(["", *markdown.header(("Why", "Person", "License", "Since", "Freed by"))])
    document.add(map(_markdown_row, found.seats), noun="seat", share=0.7)
    return document.text()


def _markdown_row(seat: Seat) -> str:
    license = wording.license_label(seat.license, seat.site_url, seat.subscription_id)
    texts = (
        REASONS[seat.reason],
        wording.person(seat.email, seat.name),
        license,
        _why(seat)[2:],
        FREED_BY[seat.freed_by],
    )
    return markdown.row(map(markdown.escape, texts))
