"""docs/findings.md, written from the registry of codes, so that a code in a plan or a log can be looked up.

`python -m reconciler.report.finding_book` prints it; a test fails when docs/findings.md is not what it prints.
"""

from __future__ import annotations

import sys

from reconciler.model.codes import CODES, PARTS, Code

_HEAD = """\
# Findings and guards

Written by `make rules` from `reconciler/model/codes/`; do not edit. A finding has a code that does not change, a place, a
message and a hint. **error**: no plan is made, and the command ends with 1. **warning** and **info**: the plan is made. A guard
that **stops** keeps an apply from sending anything (exit 4); one that **holds** leaves single operations out and names them. The
number is that of the rule book, see [rules.md](rules.md).
"""


def render() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD, f"There are {len(CODES)} codes.\n"]
    for title, meaning, codes in PARTS:
        lines.append(
            f"## {title}\n\n{meaning}\n\n| code | effect | what it means | what to do | rule |\n|---|---|---|---|---|"
        )
        lines += [_row(code) for code in sorted(codes, key=lambda code: code.code)]
        lines.append("")
    return "\n".join(lines)


def _row(code: Code) -> str:
    cells = (f"`{code.code}`", ", ".join(code.effects), code.means, code.do, code.rule)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(render())
