"""The inventory in slices, the holders of a license, and the administrators, as tables, JSON, CSV and Markdown.

Tables show the first of a long list and say how many more there are; CSV and JSON hold everybody.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from reconciler.model.inventory_views import (
    Administrators,
    HeldLicense,
    InventoryBy,
    LicenseHolder,
    LicenseHolders,
    Slice,
)
from reconciler.model.plan import OrganizationRef
from reconciler.report import canvas, inventory, markdown, sections, wording
from reconciler.report.inventory import Format
from reconciler.report.jsontext import pretty
from reconciler.report.spreadsheet import cell

View = InventoryBy | LicenseHolders | Administrators

SLICE_COLUMNS = (
    "Slice", "People", "Licensed", "Name", "Site URL", "Site Type", "Subscription ID", "Total", "Consumed", "Available",
    "Over", "% used", "By users", "By workspaces", "Holders", "Counted", "License ID", "Snapshot",
)  # fmt: skip
HOLDER_COLUMNS = (
    "Email", "Name", "State", "Since", "Or longer", "Given by", "Location", "Last activity", "License", "Site URL",
    "Subscription ID", "License ID", "Person ID", "Snapshot",
)  # fmt: skip
ADMINISTRATOR_COLUMNS = ("Role", "Site URL", "Email", "Name", "State", "Person ID", "Snapshot")
SLICES, PEOPLE, LICENSES = 40, 40, 8
_NOBODYS = {"subscription": "no subscription", "site": "no site", "location": "no location", "group": "no name"}
_NOUNS = {"subscription": "subscription", "site": "site", "location": "location", "group": "group"}
BY_HAND = "by hand, or before this tool"


def render(view: View, format: Format = "table", *, width: int = 80, colour: bool = False) -> str:
    """One view; `width` and `colour` matter for the table only."""
    if format == "json":
        return pretty(view).decode()
    if format == "csv":
        return _csv(view)
    if format == "markdown":
        return _markdown(view)
    return canvas.draw(_text(view, width), width=width, colour=colour)


def _text(view: View, width: int) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(_caption(view), style=canvas.STRONG)]
    parts += (canvas.line(note, style=canvas.FAINT) for note in _notes(view))
    if isinstance(view, InventoryBy):
        return parts + _slices(view, width)
    return parts + (_holders(view, width) if isinstance(view, LicenseHolders) else _administrators(view))


def _caption(view: View) -> str:
    when = f"as of {wording.moment(view.taken_at)} (snapshot {wording.clean(view.snapshot)})"
    whose = _whose(view.organization)
    if isinstance(view, InventoryBy):
        return f"Licenses of {whose} by {view.by}: {wording.count(len(view.slices), _NOUNS[view.by])}, {when}"
    if isinstance(view, LicenseHolders):
        return (
            f"Holders of {wording.clean(view.asked)} in {whose}: {wording.count(len(view.holders), 'holder')}, {when}"
        )
    people = len({one.person_id for one in view.administrators})
    return f"Administrators of {whose}: {wording.count(people, 'person', 'people')}, {when}"


def _whose(organization: OrganizationRef) -> str:
    return wording.clean(organization.name)


def _notes(view: View) -> Iterator[str]:
    if isinstance(view, InventoryBy):
        if view.by in ("subscription", "site"):
            yield inventory.WHICH + " Sums are of counted licenses."
        elif view.by == "location":
            yield (
                "Calling licenses, by the location of their holders."
                if view.locations_read
                else "Locations were not read: they are where the files grant a Calling license."
            )
    elif isinstance(view, LicenseHolders):
        if view.unseen:
            yield f"Webex counts {view.unseen:,} more users of it: of other organizations, or its counter lags."
        if view.activity_read_at is not None:
            yield f"Last activity as read {wording.moment(view.activity_read_at)}."
    else:
        read = view.roles_read_at
        yield (
            f"Roles as read {wording.moment(read)}."
            if read
            else "Roles were never read: `webex-licenses inventory --administrators --sync` reads them."
        )
        if not view.sites_read:
            yield "Site administrators were not read: they are where the files give Calling licenses or attendee roles."


def _slices(view: InventoryBy, width: int) -> list[RenderableType]:
    if view.by in ("subscription", "site"):
        parts: list[RenderableType] = []
        for item in view.slices:
            parts += [canvas.heading(_sums(view, item)), canvas.indented(inventory.grid(item.rows, width - 2))]
        return parts
    table = canvas.table((_NOUNS[view.by].title(), "Held by how many"), ("People", "Licensed"))
    for item in view.slices[:SLICES]:
        counts = (wording.units(item.people), wording.units(item.licensed) if item.read else "not read")
        table.add_row(Text(_name(view, item)), Text(_held(item)), *[Text(count) for count in counts])
    more = sections.more(len(view.slices) - SLICES, "--format csv")
    return [Text(""), table, *more] if view.slices else []


def _name(view: InventoryBy, item: Slice) -> str:
    return wording.clean(item.name) or _NOBODYS[view.by]


def _sums(view: InventoryBy, item: Slice) -> str:
    percent = "" if item.used_percent is None else f" ({item.used_percent:.1f} %)"
    facts = [f"{wording.units(item.consumed)} of {wording.units(item.total)} units in use{percent}"]
    facts.append(f"{wording.units(item.available)} left")
    facts += [f"{item.over:,} over"] if item.over else []
    return (
        f"{_name(view, item)}: {', '.join(facts)}"
        if any(r.counted for r in item.rows)
        else f"{_name(view, item)}: free"
    )


def _held(item: Slice) -> str:
    """Licenses with their holders, one a line, the most held first; free ones are in CSV and JSON."""
    counted = sorted((held for held in item.held if held.counted), key=lambda held: -held.holders)
    lines = [f"{_label(held)}: {held.holders:,}" for held in counted[:LICENSES]]
    if len(counted) > LICENSES:
        lines.append(f"and {len(counted) - LICENSES} more")
    return "\n".join(lines)


def _label(held: HeldLicense) -> str:
    return wording.license_label(held.name, held.site_url, held.subscription_id)


def _holders(view: LicenseHolders, width: int) -> list[RenderableType]:
    parts: list[RenderableType] = [Text(""), inventory.grid(view.rows, width), Text("")]
    several = len(view.rows) > 1
    table = canvas.table(("Person", *(("Subscription",) if several else ()), "State", "Since", "Given by", "Location"))
    for holder in view.holders[:PEOPLE]:
        from_ = (holder.subscription_id or "",) if several else ()
        texts = (*from_, holder.state, _since(holder), _given(holder), holder.location or "")
        person = wording.person(holder.email, holder.name)
        table.add_row(Text(person), *[Text(wording.clean(text)) for text in texts])
    if view.holders:
        parts += [table, *sections.more(len(view.holders) - PEOPLE, "--format csv")]
    return parts


def _since(holder: LicenseHolder) -> str:
    if holder.since is None:
        return ""
    day = f"{holder.since:%Y-%m-%d}"
    return f"{day} or longer" if holder.at_first_sight else day


def _given(holder: LicenseHolder) -> str:
    named = [claim.partition(":")[2] if claim.startswith("template:") else claim for claim in holder.given_by]
    return ", ".join(named) or ("" if holder.state == "external" else BY_HAND)


def _administrators(view: Administrators) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for (role, site), group in groupby(view.administrators, key=lambda one: (one.role, one.site_url)):
        same = list(group)
        place = f" @ {site}" if site else ""
        parts.append(canvas.heading(wording.clean(f"{role}{place} ({len(same):,})")))
        for one in same[:PEOPLE]:
            state = f", {one.state}" if one.state != "active" else ""
            parts.append(canvas.line(f"{wording.person(one.email, one.name)}{state}", indent=2))
        parts += sections.more(len(same) - PEOPLE, "--format csv")
    return parts


def _table(view: View) -> tuple[Sequence[str], Iterator[Sequence[object]]]:
    """The columns of the CSV, and its rows without the snapshot's time."""
    if isinstance(view, InventoryBy):
        return SLICE_COLUMNS, (row for item in view.slices for row in _slice_rows(item))
    if isinstance(view, LicenseHolders):
        names = {row.license_id: row.name for row in view.rows}
        return HOLDER_COLUMNS, (_holder_row(holder, names[holder.license_id]) for holder in view.holders)
    return ADMINISTRATOR_COLUMNS, (
        (one.role, one.site_url, one.email, one.name, one.state, one.person_id) for one in view.administrators
    )


def _slice_rows(item: Slice) -> Iterator[Sequence[object]]:
    front = (item.name, item.people, item.licensed)
    for row in item.rows:
        yield (
            *front, row.name, row.site_url, row.site_type, row.subscription_id, row.total, row.consumed, row.available,
            row.over, row.used_percent, row.by_users, row.by_workspaces, None, _yes(row.counted), row.license_id,
        )  # fmt: skip
    for held in item.held:
        yield (
            *front, held.name, held.site_url, None, held.subscription_id, *(None,) * 7, held.holders,
            _yes(held.counted), held.license_id,
        )  # fmt: skip
    if not item.rows and not item.held:
        yield (*front, *(None,) * 14)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _holder_row(holder: LicenseHolder, license: str) -> Sequence[object]:
    return (
        holder.email, holder.name, holder.state, holder.since.isoformat() if holder.since else None,
        _yes(holder.at_first_sight), "; ".join(holder.given_by), holder.location, holder.last_activity, license,
        holder.site_url, holder.subscription_id, holder.license_id, holder.person_id,
    )  # fmt: skip


def _csv(view: View) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns, rows = _table(view)
    writer.writerow(columns)
    taken_at = view.taken_at.isoformat()
    for row in rows:
        writer.writerow([*map(_written, row), taken_at])
    return out.getvalue()


def _written(value: object) -> object:
    if value is None:
        return ""
    return cell(value) if isinstance(value, str) else value


def _markdown(view: View) -> str:
    document = markdown.Document(rest_is="in the other formats")
    document.add([f"### {markdown.escape(_caption(view))}", "", *map(markdown.escape, _notes(view)), ""])
    if isinstance(view, InventoryBy):
        _markdown_slices(document, view)
        return document.text()
    if isinstance(view, LicenseHolders):
        titles: tuple[str, ...] = ("Person", "Subscription", "State", "Since", "Given by", "Location")
        lines: list[tuple[str, ...]] = [
            (wording.person(h.email, h.name), h.subscription_id or "", h.state, _since(h), _given(h), h.location or "")
            for h in view.holders
        ]
    else:
        titles = ("Role", "Site", "Person", "State")
        lines = [(a.role, a.site_url or "", wording.person(a.email, a.name), a.state) for a in view.administrators]
    document.add(markdown.header(titles))
    document.add((markdown.row(map(markdown.escape, line)) for line in lines), noun="line")
    return document.text()


def _markdown_slices(document: markdown.Document, view: InventoryBy) -> None:
    if view.by in ("subscription", "site"):
        for item in view.slices:
            document.add([f"**{markdown.escape(_sums(view, item))}**", ""])
            document.add([*markdown.header(inventory.TEXTS, inventory.NUMBERS)])
            document.add([*map(inventory.markdown_row, item.rows), ""], noun="license")
        return
    document.add(markdown.header((_NOUNS[view.by].title(), "Held by how many"), ("People", "Licensed")))
    escape: Callable[[str], str] = markdown.escape
    rows = (
        markdown.row((
            escape(_name(view, item)), "<br>".join(map(escape, _held(item).splitlines())), wording.units(item.people),
            wording.units(item.licensed) if item.read else "not read",
        ))
        for item in view.slices
    )  # fmt: skip
    document.add(rows, noun=_NOUNS[view.by])
