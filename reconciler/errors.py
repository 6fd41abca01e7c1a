"""Every exception of the product.

Ordinary outcomes are values (`model.finding.Finding`), collected, sorted and shown together. An exception is raised
only where going on makes no sense:

    ReconcilerError                 exit code 1 unless noted
    +-- InputError                  what the user handed in cannot be used; carries findings
    |   +-- SchemaError             a file breaks its schema, or is not YAML
    |   +-- UnknownNameError        a name that the organization does not have
    |   +-- PlanFileError           a plan file that is damaged, edited, of another organization or version
    +-- BlockedPlanError            exit 4: a stopping guard
    +-- StalePlanError              exit 4: the files or the organization moved on
    +-- StoreError                  the store cannot be read or written
    |   +-- LockedError             exit 4: somebody else is writing to this organization
    +-- WebexError                  Webex answered, but not with what was asked
    |   +-- WebexAuthError          401: the token is missing, wrong or expired
    |   +-- WebexForbiddenError     403: the token lacks a scope or a role
    |   +-- WebexNotFoundError      404
    |   +-- WebexConflictError      409, 410, 428
    |   +-- WebexRefusedError       400 with Webex's license error codes
    |   +-- WebexThrottledError     429 or 423 for longer than we are ready to wait
    |   +-- WebexServerError        5xx after all retries
    |   +-- WebexUnreachableError   no connection, no answer in time
    |   +-- WebexShapeError         an answer we do not understand
    +-- ApplyError                  exit 5: an apply that cannot go on after what an earlier run left

Messages say what happened, where, and what to do next. They never hold a token or a whole response body.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.finding import Finding


class ReconcilerError(Exception):
    """Base of everything this package raises on purpose. `exit_code` is what the command line ends with."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(ReconcilerError):
    """What the user handed in cannot be used. `findings` holds every problem found, not just the first."""

    def __init__(self, message: str, *, hint: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


class SchemaError(InputError):
    """A file is not YAML as we accept it, or breaks the schema of its kind."""


class UnknownNameError(InputError):
    """A license, group, site or subscription that the organization does not have."""


class PlanFileError(InputError):
    """A plan file that is damaged, edited, of another organization or of an unknown version."""


class BlockedPlanError(ReconcilerError):
    """A stopping guard objects; nothing was sent."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


class StalePlanError(ReconcilerError):
    """The files or the organization moved on since the plan was made; nothing was sent."""

    exit_code = 4


class StoreError(ReconcilerError):
    """The store cannot be opened, read or written."""


class LockedError(StoreError):
    """Another process holds the lease of this organization; nothing was sent."""

    exit_code = 4


class WebexError(ReconcilerError):
    """Webex did not answer as asked. Carries method, path, status and Webex's tracking id, never a token or a body."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
        tracking_id: str | None = None,
    ) -> None:
        where = f"{method} {path}".strip()
        facts = [part for part in (where, f"status {status}" if status else "") if part]
        if tracking_id:
            facts.append(f"tracking id {tracking_id}")
        super().__init__(f"{message} ({', '.join(facts)})" if facts else message, hint=hint)
        self.method = method
        self.path = path
        self.status = status
        self.tracking_id = tracking_id


class WebexAuthError(WebexError):
    """401: the access token is missing, wrong or expired."""


class WebexForbiddenError(WebexError):
    """403: the token lacks a scope or its owner lacks a role."""


class WebexNotFoundError(WebexError):
    """404: the thing is not there."""


class WebexConflictError(WebexError):
    """409, 410 or 428: the thing is in a state that does not allow the call."""


class WebexRefusedError(WebexError):
    """400: Webex refused the call. `codes` are its license error codes (e.g. 400404), empty when it gave none.

    `said`: everything Webex's answer says in words, to be searched and never shown.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
        tracking_id: str | None = None,
        codes: Sequence[int] = (),
        said: str = "",
    ) -> None:
        super().__init__(message, hint=hint, method=method, path=path, status=status, tracking_id=tracking_id)
        self.codes = tuple(codes)
        self.said = said


class WebexThrottledError(WebexError):
    """429 or 423 for longer than we are ready to wait."""


class WebexServerError(WebexError):
    """A 5xx answer that outlasted all retries."""


class WebexUnreachableError(WebexError):
    """No connection, or no answer in time."""


class WebexShapeError(WebexError):
    """An answer that we do not understand: not JSON, or JSON of another shape than documented."""


class ApplyError(ReconcilerError):
    """An apply that cannot go on, with something of an earlier run undone."""

    exit_code = 5
