"""Which operations of a call a refusal is about, so that one bad license does not keep a person from the others.

Webex refuses a call as a whole with 400. Where its words name a license or a site of the call, or its code can only mean
one of the operations, the others are sent once more without that one (ARCHITECTURE, Apply). Where that is not certain,
nothing is sent again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconciler.errors import WebexError, WebexRefusedError
from reconciler.execute.operation import AnyOperation, bare, only, operations_of
from reconciler.execute.replacement import replacements
from reconciler.model import canonical
from reconciler.model.plan import AttendeeOperation, Change, LicenseOperation

_SITE_REFUSED = 400216


def without_the_blamed(change: Change, error: WebexError) -> Change | None:
    """What can be sent without the operations that `error` is about; None when it blames nothing, or everything.

    Both sides of a replacement go together, or not at all.
    """
    if not isinstance(error, WebexRefusedError) or error.status != 400:
        return None
    items = operations_of(change)
    blamed = [item for item in items if _named(item, error.said, items)]
    if not blamed and error.codes == (_SITE_REFUSED,):
        blamed = [item for item in items if _gives_role(item)]
    if not blamed:
        return None
    for pair in replacements(change):
        if any(item in blamed for item in pair.operations):
            blamed.extend(pair.operations)
    rest = [item for item in items if item not in blamed]
    return only(change, rest) if rest else None


def _named(item: AnyOperation, said: str, items: Sequence[AnyOperation]) -> bool:
    """Whether the words name this operation: its site, the id of its license, or a name that no other license shares."""
    if isinstance(item, AttendeeOperation):
        return canonical.site(item.site_url) in said.lower()
    if bare(item.license_id) in said:
        return True
    others = [other for other in items if isinstance(other, LicenseOperation) and other != item]
    shared = any(item.license in other.license for other in others)
    return not shared and re.search(rf"(?<!\w){re.escape(item.license)}(?!\w)", said) is not None


def _gives_role(item: AnyOperation) -> bool:
    return isinstance(item, AttendeeOperation) and item.operation == "add"
