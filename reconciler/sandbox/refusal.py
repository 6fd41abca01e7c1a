"""Refusals of `PATCH /licenses/users`: the documented error codes, each with the class of its message.

Webex documents codes for wrong combinations and none for units, numbers and extensions that are gone; those refusals carry
no `errorCode` here, so that no client comes to rely on a code that Webex never promised. (webex-api facts, section 1.3.)
"""

from __future__ import annotations

from dataclasses import dataclass

LOCATION_UNKNOWN = 400
LICENSE_UNKNOWN = 400000
PROFESSIONAL_TO_STANDARD = 400112
MESSENGER = 400118
SITE_INVALID = 400216
PROFESSIONAL_AND_STANDARD = 400404
STANDARD_AND_CONSOLE = 400406
STANDARD_AND_CX = 400407
CONSOLE_ALONE = 400408
CX_TO_STANDARD = 400410
PROPERTIES_MISSING = 400411
EXCLUSIVE = 400413
FREE_MESSAGING_FOR_PAID = 700003
FREE_MEETING_FOR_PAID = 700004
FREE_MESSAGING_FOR_MEETING = 700005
SCREEN_SHARE_STAYS = 700006

_MESSAGES = {
    LOCATION_UNKNOWN: "Unable to find location",
    LICENSE_UNKNOWN: "License not recognized",
    PROFESSIONAL_TO_STANDARD: "License assignment failed",
    MESSENGER: "License management not supported",
    SITE_INVALID: "Invalid site URL",
    PROFESSIONAL_AND_STANDARD: "License conflict",
    STANDARD_AND_CONSOLE: "License conflict",
    STANDARD_AND_CX: "License conflict",
    CONSOLE_ALONE: "License prerequisite missing",
    CX_TO_STANDARD: "License downgrade not allowed",
    PROPERTIES_MISSING: "License properties missing",
    EXCLUSIVE: "License conflict",
    FREE_MESSAGING_FOR_PAID: "License prerequisite missing",
    FREE_MEETING_FOR_PAID: "License prerequisite missing",
    FREE_MESSAGING_FOR_MEETING: "License prerequisite missing",
    SCREEN_SHARE_STAYS: "License removal not allowed",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one item of a request was not done. `code` None: Webex documents none."""

    code: int | None
    description: str

    @property
    def message(self) -> str:
        """The top line of the error body."""
        return _MESSAGES.get(self.code or 0, "License assignment failed")

    def body(self) -> dict[str, object]:
        """The entry of the error body's `errors`."""
        code: dict[str, object] = {} if self.code is None else {"errorCode": self.code}
        return code | {"description": self.description}
