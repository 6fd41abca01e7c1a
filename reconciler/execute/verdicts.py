"""What a call came to, from Webex's answer or error and from what was read back. Pure.

An answer is never proof (facts 1.3): `done` is only what a reading shows. A call whose effect is unknown (no answer, a
5xx, an answer that we do not understand) is judged by the reading alone.
"""

from __future__ import annotations

from reconciler.errors import WebexError, WebexNotFoundError, WebexRefusedError
from reconciler.execute import codes
from reconciler.execute.ended import Verdict
from reconciler.execute.operation import AnyOperation, bare, holdings, is_so, operations_of
from reconciler.execute.reading import Seen
from reconciler.model.plan import Change, LicenseOperation
from reconciler.model.result import OperationResult, Outcome
from reconciler.ports import PatchAnswer

_LATER = "The next apply looks again."
_PENDING = "Pending in Webex: the person has not accepted the invitation."


def answered(change: Change, answer: PatchAnswer, seen: Seen) -> Verdict:
    """Webex answered 200 or 206, and the person was read back as far as possible."""
    now = seen.now
    results = tuple(
        OperationResult(item, "done") if is_so(item, now) and seen.reading else _missing(item, answer, seen)
        for item in operations_of(change)
    )
    unread = f"The person could not be read back: {seen.problem}" if seen.problem and not seen.gone else ""
    fatal = unread if seen.fatal else ""
    return Verdict(results, answer.status, answer.tracking_id, seen.reading, unread, fatal, seen.gone, bool(unread))


def refused(change: Change, error: WebexError, seen: Seen) -> Verdict:
    """Webex refused the call (400, 404, 409, 410, 428)."""
    given = error.codes if isinstance(error, WebexRefusedError) else ()
    words = codes.in_words(given)
    detail = f"{words}. {error.message}" if words else error.message
    if isinstance(error, WebexNotFoundError) and seen.gone:
        detail = f"The person is gone. {error.message}"
    now = seen.now
    results = tuple(
        OperationResult(item, "done", f"It is so, although Webex refused the call: {detail}")
        if seen.reading and is_so(item, now)
        else OperationResult(item, "refused", detail, codes=tuple(given))
        for item in operations_of(change)
    )
    unexpected = "" if codes.documented(given) else detail
    fatal = seen.problem if seen.fatal else ""
    return Verdict(results, error.status, error.tracking_id, seen.reading, unexpected, fatal, seen.gone)


def turned_away(change: Change, error: WebexError, *, unexpected: str = "", fatal: str = "") -> Verdict:
    """Webex turned the call away at the door (401, 403, 429, 423): no effect, nothing to read."""
    outcomes = everything(change, "failed", error.message)
    return Verdict(outcomes, error.status, error.tracking_id, None, unexpected, fatal)


def uncertain(change: Change, error: WebexError, seen: Seen) -> Verdict:
    """Nobody knows whether the call took effect; the reading decides, and where it cannot, the outcome is `unknown`."""
    now = seen.now
    items = operations_of(change)
    so = [seen.reading is not None and is_so(item, now) for item in items]
    results = tuple(_guess(item, done, any(so), error.message, seen) for item, done in zip(items, so, strict=True))
    fatal = seen.problem if seen.fatal else ""
    unread = bool(seen.problem) and not seen.gone
    return Verdict(results, error.status, error.tracking_id, seen.reading, error.message, fatal, seen.gone, unread)


def everything(change: Change, outcome: Outcome, detail: str) -> tuple[OperationResult, ...]:
    """The same outcome for every operation of a change."""
    return tuple(OperationResult(item, outcome, detail) for item in operations_of(change))


def _missing(item: AnyOperation, answer: PatchAnswer, seen: Seen) -> OperationResult:
    if seen.gone:
        return OperationResult(item, "unknown", f"Webex answered {answer.status}, and then the person was gone.")
    if seen.problem:
        detail = f"Webex answered {answer.status}, but the person could not be read back: {seen.problem} {_LATER}"
        return OperationResult(item, "unknown", detail)
    pending = {bare(license_id) for license_id in answer.pending_licenses}
    if isinstance(item, LicenseOperation) and bare(item.license_id) in pending:
        return OperationResult(item, "ignored", _PENDING, state="pending")
    if is_so(item, holdings(answer.licenses, answer.attendee_sites)):
        detail = f"Webex confirmed it with {answer.status}, but the person read back is as before."
    else:
        detail = f"Webex answered {answer.status} and left this out, without saying why."
    return OperationResult(item, "ignored", detail)


def _guess(item: AnyOperation, so: bool, any_so: bool, said: str, seen: Seen) -> OperationResult:
    if so:
        return OperationResult(item, "done", f"The call ended in an error, but it took effect: {said}")
    if seen.problem:
        return OperationResult(
            item, "unknown", f"{said} The person could not be read: {seen.problem} The next apply looks again."
        )
    if any_so:
        return OperationResult(item, "unknown", f"Only a part of the call can be seen so far: {said}")
    return OperationResult(item, "failed", f"No effect: {said}")
