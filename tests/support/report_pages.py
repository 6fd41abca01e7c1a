"""An organization with a past, and hostile names in it, for tests of the HTML report: real files, store and sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.load import load_desired
from reconciler.model.report import Report
from reconciler.operations.report import report
from tests.unit.operations.inventory_world import PRICES, SHAPE, World

CODE = "</script><img src=x onerror=document.title='owned'>"
TEMPLATE = "{{ 7 * 7 }} & \"quotes\" 'too' <b>"
REVERSED = "\u202eevil\u202c \u05d3\u05e0\u05d4 \u200fright to left"
LONG = "Anna " * 60 + "of Three Hundred Letters"
HOSTILE = {"code": CODE, "template": TEMPLATE, "reversed": REVERSED, "long": LONG}
GROUP = "Sales"
MORE = """apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {name: support}
spec:
  groups: [Support]
  licenses: [{license: Real-Time Translations}]
---
apiVersion: webex-licenses/v1
kind: UserException
metadata: {name: no-translations}
spec:
  users: [person.0000@acme.example, gone@acme.example]
  deny: [{license: Real-Time Translations}]
  reason: asked to do without
"""
READINGS, DAYS_BETWEEN = 9, 5


def shape(people: int) -> dict[str, Any]:
    """The people of the inventory's organization, those with hostile names, and so many more."""
    named = [
        {"email": f"{key}@acme.example", "name": name, "licenses": ["msg"], "created": "2024-01-01T00:00:00Z"}
        for key, name in HOSTILE.items()
    ]
    more = [
        {
            "email": f"person.{number:04}@acme.example",
            "name": f"Person Number {number}",
            "licenses": ["msg", "rtt"] if number < 2 else ["msg"],
            "created": "2024-01-01T00:00:00Z",
        }
        for number in range(people)
    ]
    sales = ["ann", "bob", "cy", *HOSTILE, *(f"person.{number:04}" for number in range(0, people, 4))]
    support = ["template", *(f"person.{number:04}" for number in range(3, people, 10))]
    groups = [
        {"name": GROUP, "members": [f"{name}@acme.example" for name in sales]},
        {"name": "Support", "members": [f"{name}@acme.example" for name in support]},
        SHAPE["groups"][1],
    ]
    return {"people": [*SHAPE["people"], *named, *more], "groups": groups}


@contextmanager
def organization(folder: Path, people: int = 60) -> Iterator[World]:
    """Read several times over weeks, while a license was given to one person more each time."""
    with World(folder, PRICES, **shape(people)) as made:
        (folder / "desired" / "more.yaml").write_text(MORE)
        loaded = load_desired(folder / "desired")
        assert loaded.desired is not None, loaded.findings
        made.files = loaded.desired
        for number in range(READINGS):
            made.sync(activity=number == READINGS - 1, days=DAYS_BETWEEN)
            if number % 2:
                state = made.state
                room = next(
                    item for item in state.licenses.values() if item.name == "Webex Meetings Suite" and item.total == 10
                )
                state.hold(made.person(f"person.{number:04}"), room)
        made.sync(days=1)
        yield made


def page_of(made: World) -> Report:
    """The value of the page about it."""
    return report(made.files, made.context, sync=False, inactive_days=90)
