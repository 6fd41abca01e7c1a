"""The one way to change anything in Webex: `PATCH /licenses/users`, all operations of one person in one call.

It sends and reports; it decides nothing, repeats nothing whose effect is unknown (see `transport.Session.patch`), and
believes no answer: `execute` compares and reads back. Implements `ports.LicenseWriter`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from reconciler.model import ids
from reconciler.model.live import PersonReading
from reconciler.model.plan import CallingProperties, Change, LicenseOperation
from reconciler.ports import PatchAnswer
from reconciler.webex import decode
from reconciler.webex.reader import Reader
from reconciler.webex.transport import Session


class Writer:
    """Writes to one organization."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reader = Reader(session)

    async def patch(self, change: Change, *, ready: Callable[[], None] = lambda: None) -> PatchAnswer:
        """Send one person's change once, and again only after 429 or 423; `ready` is asked before each sending.

        WebexRefusedError carries Webex's codes. After WebexServerError, WebexUnreachableError and WebexShapeError nobody
        knows whether it took effect. ValueError for a change without operations, which Webex would refuse.
        """
        if not change.licenses and not change.attendee_sites:
            raise ValueError("a change without operations is not sent")
        body = msgspec.json.encode(request(change, self._session.org_id))
        answer = await self._session.patch(self._session.api("/licenses/users"), body, ready=ready)
        return answer.understood(lambda content: decode.patched(content, answer.status, answer.tracking_id))

    async def read(self, person_id: str, *, calling: bool = False) -> PersonReading:
        """The person as they are now, without Calling data unless `calling`."""
        return await self._reader.person(person_id, calling_data=calling)

    async def read_listed(self, person_id: str, email: str, *, calling: bool = False) -> PersonReading | None:
        """The person as the list of people shows them; None when it does not."""
        found = await self._reader.listed(email, calling_data=calling)
        return next((person for person in found if ids.same(person.id, person_id)), None)

    def everybody(self) -> AsyncIterator[Sequence[PersonReading]]:
        """All people, a page at a time, without Calling data."""
        return self._reader.people()


def request(change: Change, org_id: str | None) -> dict[str, Any]:
    """The body of the PATCH. Here `orgId` goes into the body, other than everywhere else."""
    body: dict[str, Any] = {"personId": change.person_id}
    if org_id:
        body["orgId"] = org_id
    if change.licenses:
        body["licenses"] = [_license(operation) for operation in change.licenses]
    if change.attendee_sites:
        body["siteUrls"] = [
            {"siteUrl": operation.site_url, "accountType": "attendee", "operation": operation.operation}
            for operation in change.attendee_sites
        ]
    return body


def _license(operation: LicenseOperation) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": operation.license_id, "operation": operation.operation}
    if operation.operation == "add" and operation.calling is not None:
        entry["properties"] = _properties(operation.calling)
    return entry


def _properties(calling: CallingProperties) -> dict[str, str]:
    values = {
        "locationId": calling.location_id,
        "phoneNumber": calling.phone_number,
        "extension": calling.extension,
    }
    return {name: value for name, value in values.items() if value}
