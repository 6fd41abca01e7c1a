"""Files for Control Hub's import of users (Management > Users > Manage users by CSV): the columns that change, and no other.

Names of columns and limits are those of help.webex.com afv3q8 and nlkiw8e. Only the address is mandatory; an empty cell
changes nothing. Unlike in other CSV files nothing is put before a plus sign, because Control Hub takes it as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from reconciler.model.calling_readiness import CallingReadiness, Fix
from reconciler.report import wording

COLUMNS = ("User ID/Email (Required)", "Extension", "Phone Number", "Location")
ROWS = 1_000
"""Rows a file: Control Hub takes 20,000 users, but only 1,000 where they have Calling data."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def files(fixes: Sequence[Fix], out: Path) -> list[tuple[Path, bytes]]:
    """Name and content of each file: `out`, or `out-1`, `out-2`, ... where one is not enough. None for no fixes."""
    fixes = [fix for fix in fixes if is_safe(fix)]
    parts = [fixes[start : start + ROWS] for start in range(0, len(fixes), ROWS)]
    if len(parts) <= 1:
        return [(out, _content(part)) for part in parts]
    return [(out.with_name(f"{out.stem}-{number}{out.suffix}"), _content(part)) for number, part in enumerate(parts, 1)]


def is_safe(fix: Fix) -> bool:
    """Whether a spreadsheet would take no cell for a formula; such rows are left out, for quoting would change them."""
    texts = (fix.email, fix.location or "")
    return not any(text.lstrip().startswith(_FORMULA) or wording.clean(text) != text for text in texts)


def _content(fixes: Sequence[Fix]) -> bytes:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for fix in fixes:
        writer.writerow((fix.email, fix.extension or "", fix.number or "", fix.location or ""))
    return out.getvalue().encode()


def told(found: CallingReadiness, written: Sequence[Path]) -> str:
    """What was written, what to do with it, and what it does not mend."""
    blocked = {item.person_id for item in found.candidates if item.obstacles and item.verdict not in _WAITING}
    safe = [fix for fix in found.fixes if is_safe(fix)]
    rest = len(blocked - {fix.person_id for fix in safe})
    if not written:
        text = "Nobody can be helped by Control Hub's CSV import; nothing was written.\n"
    else:
        names = ", ".join(wording.clean(str(path)) for path in written)
        text = (
            f"Wrote {wording.count(len(safe), 'row')} to {names}.\n"
            'Look through it, then import it in Control Hub: Management > Users > Manage users by CSV, "Add services only"'
            f"{', one file after the other' if len(written) > 1 else ''}. Then run `webex-licenses calling-readiness --sync`.\n"
        )
    if rest:
        text += f"{wording.count(rest, 'other person', 'other people')} cannot be helped by it: see --format table.\n"
    return text


_WAITING = ("waitingForUnit", "waitingForBudget")
