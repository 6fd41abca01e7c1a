"""One person, one PATCH: intent, call, read back, outcome. Nothing here is ever sent twice.

A call whose effect is unknown (no answer, a 5xx, an answer we do not understand) is settled by reading. If that shows
no effect the operation is `failed` and the next plan asks for it again; this run does not. Only what Webex took without
giving what was to come in its place is given back at once (see `redress`).
"""

from __future__ import annotations

from reconciler.errors import (
    WebexAuthError,
    WebexConflictError,
    WebexError,
    WebexForbiddenError,
    WebexNotFoundError,
    WebexRefusedError,
    WebexThrottledError,
)
from reconciler.execute import codes
from reconciler.execute.ended import Ended, Record, Verdict, result_of
from reconciler.execute.operation import AnyOperation, bare, holdings, is_so, operations_of
from reconciler.execute.reading import Delays, Seen, Sleep, look, watch
from reconciler.execute.redress import Redress
from reconciler.execute.replacement import owed
from reconciler.model.plan import Change, LicenseOperation
from reconciler.model.result import OperationResult, Outcome
from reconciler.ports import Clock, Journal, LicenseWriter, PatchAnswer

_GATEWAY_TIMEOUT = 504


class Sender:
    """Carries out the change of one person after another, for one run."""

    def __init__(
        self, writer: LicenseWriter, journal: Journal, clock: Clock, run: str, sleep: Sleep, delays: Delays
    ) -> None:
        self._writer, self._sleep, self._delays = writer, sleep, delays
        self._record = Record(journal, clock, run)
        self._redress = Redress(self._call, self._record)

    async def send(self, change: Change) -> Ended:
        """Intent, PATCH, read back, outcome. An intent that cannot be written means that nothing is sent."""
        seq, trouble = self._record.intend(change)
        if trouble:
            return Ended(result_of(change, _all(change, "notSent", trouble)), fatal=trouble)
        verdict = await self._call(change)
        taken = () if verdict.gone else owed(change, verdict.outcomes)
        if taken:
            return await self._redress.make_good(change, seq, verdict, taken)
        result = result_of(change, verdict.outcomes, verdict.status, verdict.tracking_id)
        trouble = self._record.settle(seq, result, verdict.reading)
        return Ended(result, verdict.unexpected, trouble or verdict.fatal)

    async def _call(self, change: Change) -> Verdict:
        try:
            answer = await self._writer.patch(change)
        except (WebexAuthError, WebexForbiddenError) as error:
            return _failed(change, error, fatal=". ".join(filter(None, (error.message, error.hint))))
        except WebexThrottledError as error:
            return _failed(change, error, unexpected=error.message)
        except (WebexRefusedError, WebexNotFoundError, WebexConflictError) as error:
            return _refused(change, error, await look(self._writer, change.person_id))
        except WebexError as error:
            return _uncertain(change, error, await self._watch(change, self._patience(error)))
        return _answered(change, answer, await self._watch(change, self._delays.polls, some=bool(answer.licenses)))

    async def _watch(self, change: Change, moments: tuple[float, ...], *, some: bool = False) -> Seen:
        return await watch(self._writer, change, moments, self._sleep, some=some)

    def _patience(self, error: WebexError) -> tuple[float, ...]:
        polls = self._delays.polls
        if error.status in (None, _GATEWAY_TIMEOUT):  # nobody answered, so the call may still be on its way
            return (*polls, max(polls, default=0.0) + self._delays.grace)
        return polls


def _answered(change: Change, answer: PatchAnswer, seen: Seen) -> Verdict:
    now = seen.now
    results = tuple(
        OperationResult(item, "done") if is_so(item, now) and seen.reading else _missing(item, answer, seen)
        for item in operations_of(change)
    )
    unread = f"The person could not be read back: {seen.problem}" if seen.problem and not seen.gone else ""
    fatal = unread if seen.fatal else ""
    return Verdict(results, answer.status, answer.tracking_id, seen.reading, unread, fatal, seen.gone)


def _missing(item: AnyOperation, answer: PatchAnswer, seen: Seen) -> OperationResult:
    if seen.gone:
        return OperationResult(item, "unknown", f"Webex answered {answer.status}, and then the person was gone.")
    if seen.problem:
        detail = f"Webex answered {answer.status}, but the person could not be read back: {seen.problem}"
        return OperationResult(item, "unknown", detail)
    pending = {bare(license_id) for license_id in answer.pending_licenses}
    if isinstance(item, LicenseOperation) and bare(item.license_id) in pending:
        return OperationResult(item, "ignored", "Pending in Webex: the person has not accepted the invitation.")
    if is_so(item, holdings(answer.licenses, answer.attendee_sites)):
        detail = f"Webex confirmed it with {answer.status}, but the person read back is as before."
    else:
        detail = f"Webex answered {answer.status} and left this out, without saying why."
    return OperationResult(item, "ignored", detail)


def _refused(change: Change, error: WebexError, seen: Seen) -> Verdict:
    given = error.codes if isinstance(error, WebexRefusedError) else ()
    words = codes.in_words(given)
    detail = f"{words}. {error.message}" if words else error.message
    if isinstance(error, WebexNotFoundError) and seen.gone:
        detail = f"The person is gone. {error.message}"
    now = seen.now
    results = tuple(
        OperationResult(item, "done", f"It is so, although Webex refused the call: {detail}")
        if seen.reading and is_so(item, now)
        else OperationResult(item, "refused", detail)
        for item in operations_of(change)
    )
    unexpected = "" if codes.documented(given) else detail
    fatal = seen.problem if seen.fatal else ""
    return Verdict(results, error.status, error.tracking_id, seen.reading, unexpected, fatal, seen.gone)


def _failed(change: Change, error: WebexError, *, unexpected: str = "", fatal: str = "") -> Verdict:
    """Webex turned the call away at the door (401, 403, 429, 423): no effect, nothing to read."""
    outcomes = _all(change, "failed", error.message)
    return Verdict(outcomes, error.status, error.tracking_id, None, unexpected, fatal)


def _uncertain(change: Change, error: WebexError, seen: Seen) -> Verdict:
    now = seen.now
    items = operations_of(change)
    so = [seen.reading is not None and is_so(item, now) for item in items]
    results = tuple(_guess(item, done, any(so), error, seen) for item, done in zip(items, so, strict=True))
    fatal = seen.problem if seen.fatal else ""
    return Verdict(results, error.status, error.tracking_id, seen.reading, error.message, fatal, seen.gone)


def _guess(item: AnyOperation, so: bool, any_so: bool, error: WebexError, seen: Seen) -> OperationResult:
    if so:
        return OperationResult(item, "done", f"The call ended in an error, but it took effect: {error.message}")
    if seen.problem:
        return OperationResult(item, "unknown", f"{error.message} The person could not be read: {seen.problem}")
    if any_so:
        return OperationResult(item, "unknown", f"Only a part of the call can be seen so far: {error.message}")
    return OperationResult(item, "failed", f"No effect: {error.message}")


def _all(change: Change, outcome: Outcome, detail: str) -> tuple[OperationResult, ...]:
    return tuple(OperationResult(item, outcome, detail) for item in operations_of(change))
