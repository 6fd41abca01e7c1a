"""docs/rules.md, written from the rules themselves: their order, claims, sources, and the text at the top of each file.

`python -m reconciler.report.rule_book` prints it; a test fails when docs/rules.md is not what it prints.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from reconciler.guard import GUARDS
from reconciler.resolve import HOLDS, SETTLING, WISHING, CaseRule

_HEAD = """\
# The rules

Written by `make rules` from `reconciler/resolve/` and `reconciler/guard/`; do not edit. Rules act in this order,
once for everybody in the same situation. RULES 4.2 is a number of the rule book that the product was designed from, R35, C1
and F4 are rules, contradictions and failures that were found in Webex's own documents and elsewhere.
"""
_PARTS: tuple[tuple[str, str, tuple[CaseRule, ...]], ...] = (
    ("Wishing", "What should a person hold? These look at who somebody is, not yet at what they hold.", WISHING),
    (
        "Settling",
        "What becomes of the wishes and of what is held? Units are then handed out in the order of priority.",
        SETTLING,
    ),
    ("Holds", "What must not be taken away now, although the rules above would. A held removal frees no unit.", HOLDS),
)


def render() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD]
    for title, meaning, rules in _PARTS:
        lines.append(f"## {title}\n\n{meaning}\n")
        lines += [_entry(rule.claim, rule.act) for rule in rules]
    lines.append("## Guards\n\nObjections that stop an apply before anything is sent.\n")
    lines += [_entry(guard.code, guard.check) for guard in GUARDS]
    return "\n".join(lines)


def _entry(name: str, function: Callable[..., Any]) -> str:
    module = inspect.getmodule(function)
    text = inspect.getdoc(module) or ""
    file = (module.__name__ if module else "").replace(".", "/")
    return f"### {name}\n\n{text}\n\n`{file}.py`\n"


if __name__ == "__main__":
    sys.stdout.write(render())
