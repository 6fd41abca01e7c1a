"""Parts that several texts share: findings grouped by kind, and the line that says how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType

from reconciler.model.finding import Finding
from reconciler.report import canvas, grouping, wording
from reconciler.report.canvas import BAD, FAINT, WARN

SAME_FINDING = 5
_STYLE = {"error": BAD, "warning": WARN, "info": FAINT}

Section = list[RenderableType]


def findings(items: Sequence[Finding], *, all_of_them: str, shown: int = SAME_FINDING) -> Section:
    """Every kind of finding with the first `shown` of it; `all_of_them` says how to see the others."""
    if not items:
        return []
    parts: Section = [canvas.heading(f"Findings ({len(items):,})")]
    for (severity, code), same in grouping.findings_by_code(items).items():
        number = f" ({len(same):,} times)" if len(same) > 1 else ""
        parts.append(canvas.line(f"{severity} {code}{number}", indent=2, style=_STYLE[severity]))
        for finding in same[:shown]:
            where = f"{wording.clean(finding.where)}: " if finding.where else ""
            parts.append(canvas.line(f"{where}{wording.clean(finding.message)}", indent=4))
        parts += more(len(same) - shown, all_of_them, indent=4)
        hints = dict.fromkeys(finding.hint for finding in same[:shown] if finding.hint)
        parts += [canvas.line(f"-> {wording.clean(hint)}", indent=4, style=FAINT, hang=3) for hint in hints]
    return parts


def more(number: int, all_of_them: str, *, indent: int = 2) -> Section:
    """How many are not shown, and how to see them; nothing when all are."""
    if number <= 0:
        return []
    return [canvas.line(f"... and {number:,} more: {all_of_them}", indent=indent, style=FAINT)]
