"""A long list as data for the page's script: a column at a time, what repeats written once. JSON that cannot end its element.

`v` are texts as they are. Where few texts repeat, `d` are the distinct ones and `i` the place of each row's. Where rows hold
sets, `s` are the members, `d` sets of places in `s`, and `i` as before. `of`: the texts are the first column of
another list. 100,000 people are some megabytes that way.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from markupsafe import Markup

from reconciler.report.html.page import Column, LongList

T = TypeVar("T")
Places = Mapping[str, int]
"""Address -> its row in the list of everybody; empty where the page has none."""
PEOPLE_LIST = "people-list"
_WIDTHS = {"xs": 0.75, "s": 1.05, "m": 1.45, "l": 2.3, "xl": 2.6}  # shares of the table
_REPEATS_FROM = 0.5  # distinct texts a row; above it, places cost more than they save


def told(items: Iterable[T], of: Callable[[T], Hashable], text: Callable[[T], str]) -> list[str]:
    """The text of each item; `text` is asked once for all that are equal in `of`."""
    known: dict[Hashable, str] = {}
    found = []
    for item in items:
        key = of(item)
        if key not in known:
            known[key] = text(item)
        found.append(known[key])
    return found


def plain(values: Sequence[str]) -> dict[str, Any]:
    """A column of texts."""
    places: dict[str, int] = {}
    found = [places.setdefault(value, len(places)) for value in values]
    if len(places) > len(values) * _REPEATS_FROM and len(values) > 8:
        return {"v": list(values)}
    return {"d": list(places), "i": found}


def persons(emails: Sequence[str], places: Places) -> dict[str, Any]:
    """A column of addresses: places in the list of everybody where the page has that, so that none is written twice."""
    found = [places.get(email, -1) for email in emails]
    return {"of": PEOPLE_LIST, "i": found} if places and min(found, default=0) >= 0 else plain(emails)


def indexed(distinct: Sequence[str], places: Sequence[int]) -> dict[str, Any]:
    """A column whose distinct texts are known."""
    return {"d": list(distinct), "i": places}


def sets(distinct: Sequence[Sequence[str]], places: Sequence[int]) -> dict[str, Any]:
    """A column of sets of texts."""
    members: dict[str, int] = {}
    found = [[members.setdefault(text, len(members)) for text in one] for one in distinct]
    return {"s": list(members), "d": found, "i": places}


def long_list(
    key: str, caption: str, columns: Sequence[Column], data: Iterable[dict[str, Any]], number: int, noun: str
) -> LongList:
    """The list with its data."""
    heads = [
        {
            "l": column.label,
            "n": int(column.number),
            "f": int(column.facet),
            "w": _WIDTHS[column.width],
            "t": dict(column.tones),
        }
        for column in columns
    ]
    body = {"rows": number, "noun": noun, "columns": [head | one for head, one in zip(heads, data, strict=True)]}
    return LongList(key, caption, tuple(columns), script_json(body), number, noun)


def script_json(value: Any) -> Markup:
    """JSON for a script element: nothing in it can be read as markup.

    >>> script_json(["</script>"])
    Markup('["\\\\u003c/script\\\\u003e"]')
    """
    raw = msgspec.json.encode(value).decode()
    escaped = raw.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 - the three characters that markup begins with are written as JSON escapes
