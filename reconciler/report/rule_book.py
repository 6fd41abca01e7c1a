"""docs/rules.md, written from the rules themselves: their order, claims, sources, and the text at the top of each file.

`python -m reconciler.report.rule_book` prints it; a test fails when docs/rules.md is not what it prints.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from reconciler.book.binding import BINDING, MANAGING
from reconciler.book.groups import GROUPS
from reconciler.guard import FIRST, GUARDS
from reconciler.resolve import HOLDS, SETTLING, WISHING
from reconciler.resolve.calling import GIVING, KEEPING
from reconciler.resolve.capacity import CAPACITY

_HEAD = """\
# The rules

Written by `make rules` from the files named below; do not edit. Rules act in this order, once for everybody in the same
situation. RULES 4.2 is a number of the rule book that the product was designed from; R35, C1 and F4 are rules, contradictions
and failures that were found in Webex's own documents and elsewhere. Every example is run by the tests; the organization it
speaks of is described in `tests/support/example.py`.
"""


class Part(NamedTuple):
    """A chapter: what its rules are about, and the tables they stand in, as (claim, number, function)."""

    title: str
    meaning: str
    entries: tuple[tuple[str, str, Callable[..., Any]], ...]


def _of(*tables: Sequence[Any]) -> tuple[tuple[str, str, Callable[..., Any]], ...]:
    """Rules of several tables, each once, in their order."""
    found = {rule.claim: (rule.claim, rule.number, rule.act) for table in tables for rule in table}
    return tuple(found.values())


PARTS: tuple[Part, ...] = (
    Part(
        "Binding",
        "Which groups and licenses does a name in the files mean? Once per name.",
        _of(GROUPS, BINDING, MANAGING),
    ),
    Part(
        "Wishing", "What should a person hold? These look at who somebody is, not yet at what they hold.", _of(WISHING)
    ),
    Part("Settling", "What becomes of the wishes and of what is held?", _of(SETTLING)),
    Part(
        "Holds",
        "What must not be taken away now, although the rules above would. A held removal frees no unit.",
        _of(HOLDS),
    ),
    Part(
        "Calling",
        "Which number, location and extension goes with a Calling license? Each check that fails is a finding of its own.",
        _of(KEEPING, GIVING),
    ),
    Part(
        "Capacity",
        "Who gets the last units? What there is to give, who competes for it, in which order, and what becomes of the others.",
        _of(CAPACITY),
    ),
    Part(
        "Guards",
        "Objections that end a command, or stop an apply before anything is sent.",
        (*_of(FIRST), *((guard.code, guard.number, guard.check) for guard in GUARDS)),
    ),
)

ELSEWHERE: tuple[tuple[str, str, str], ...] = (
    ("addresses-and-sites-compare-in-one-form", "1.8", "reconciler/model/canonical.py"),
    ("products-and-pools", "2.2", "reconciler/model/catalog.py"),
    ("family-and-tier-come-from-the-type", "2.7", "reconciler/book/catalog.py"),
    ("policies-name-what-exists", "1.1, 2.1", "reconciler/book/policies_name_what_exists.py"),
    ("another-writer-is-told", "4.6", "reconciler/diff/notes.py"),
    ("calling-readiness-lists-every-candidate", "6.7", "reconciler/operations/calling_candidates.py"),
    ("readings-are-held-against-counters", "7.3", "reconciler/book/population.py"),
    ("only-what-both-plans-want-is-sent", "7.5", "reconciler/execute/reconcile.py"),
    ("errors-in-a-row-stop-a-run", "7.8", "reconciler/execute/run.py"),
    ("what-a-new-policy-releases-is-told", "7.9", "reconciler/diff/released.py"),
)
"""What the rule book says and no table of rules holds, because it is a noun, a reading, a report or a run: with its file."""


def render() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD, _index()]
    for part in PARTS:
        lines.append(f"## {part.title}\n\n{part.meaning}\n")
        lines += [_entry(claim, act) for claim, _, act in part.entries]
    return "\n".join(lines)


def _index() -> str:
    """Every number of the rule book, and where it is to be found."""
    places: dict[str, list[str]] = {}
    for part in PARTS:
        for claim, numbers, _ in part.entries:
            for number in numbers.split(", "):
                places.setdefault(number, []).append(f"[{claim}](#{claim})")
    for claim, numbers, file in ELSEWHERE:
        for number in numbers.split(", "):
            places.setdefault(number, []).append(f"{claim} (`{file}`)")
    rows = [f"| {number} | {', '.join(places[number])} |" for number in sorted(places)]
    return "\n".join(["## By number\n", "| RULES | rule |", "|---|---|", *rows, ""])


def _entry(name: str, function: Callable[..., Any]) -> str:
    module = inspect.getmodule(function)
    text, example = _split(inspect.getdoc(module) or "")
    file = (module.__name__ if module else "").replace(".", "/")
    shown = f"```python\n{example}\n```\n\n" if example else ""
    return f"### {name}\n\n{text}\n\n{shown}`{file}.py`\n"


def _split(text: str) -> tuple[str, str]:
    """The prose of a docstring and its example, without the import that every example needs."""
    prose, start, example = text.partition(">>> ")
    lines = (start + example).splitlines()
    shown = [line for line in lines if not line.startswith(">>> from tests.support.")]
    return prose.strip(), "\n".join(shown).strip()


if __name__ == "__main__":
    sys.stdout.write(render())
