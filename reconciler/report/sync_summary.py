"""What a sync read, in two lines."""

from __future__ import annotations

from reconciler.model.live import Snapshot
from reconciler.report import canvas, wording


def render(
    snapshot: Snapshot,
    *,
    added: int,
    changed: int,
    gone: int,
    unchanged: int,
    calls: int,
    seconds: float,
    width: int = 120,
) -> str:
    """`added`, `changed`, `gone` and `unchanged` count people against the snapshot before; `calls` are HTTP calls."""
    people = wording.count(snapshot.people, "person", "people")
    licenses = wording.count(snapshot.licenses, "license")
    groups = wording.count(snapshot.groups, "group")
    name, when = wording.clean(snapshot.org_name), wording.moment(snapshot.taken_at)
    lines = (
        f"Read {name} as of {when}: {people}, {licenses}, {groups}; {wording.count(calls, 'call')}, {seconds:,.1f} s.",
        f"Since the snapshot before: {added:,} new, {changed:,} changed, {gone:,} gone, {unchanged:,} unchanged people.",
    )
    return canvas.draw(map(canvas.line, lines), width=width, colour=False)
