"""Everything that is read from Webex, one method an endpoint. It has no way to write, so a dry run cannot.

Order is Webex's own, except where a method says otherwise. All methods raise WebexError subclasses as `errors` lists them;
a list that Webex always fills (licenses, people, organizations, roles) must be there, an empty answer is not believed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TypeVar

from reconciler.model import ids
from reconciler.model.activity import ActivityReading
from reconciler.model.attribution import AuditEvent
from reconciler.model.catalog import License
from reconciler.model.live import (
    DirectoryReading,
    Group,
    GroupMembers,
    Holder,
    Location,
    PersonReading,
    PhoneNumber,
)
from reconciler.webex import activity as of_activity
from reconciler.webex import audit, decode, people
from reconciler.webex.decode import OrganizationReading, Role
from reconciler.webex.pages import Step, counted, linked, segment
from reconciler.webex.people import DirectoryPage, PeopleDecoder
from reconciler.webex.transport import Answer, Session

_T = TypeVar("_T")

_PEOPLE_A_PAGE = 1000
_PEOPLE_WITH_CALLING_A_PAGE = 100  # Webex's cap; asking for more ends in 504.
_GROUPS_A_PAGE = 500
_MEMBERS_A_PAGE = 500
_HOLDERS_A_PAGE = 300
_USERS_A_PAGE = 100
_LOCATIONS_A_PAGE = 500
_NUMBERS_A_PAGE = 2000
_EVENTS_A_PAGE = 200


class Reader:
    """Reads one organization. Use one for a whole sync: it shares equal holdings between people."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._decoder = PeopleDecoder()

    def use_organization(self, org_id: str) -> None:
        """From now on name this organization in every call that takes one; holds for the session's writer, too."""
        self._session.org_id = org_id

    async def organizations(self) -> tuple[OrganizationReading, ...]:
        """Every organization that the token sees."""
        return (await self._get("/organizations")).understood(decode.organizations)

    async def enter(self, org_id: str) -> None:
        """Be admitted to one of several organizations: Webex forbids a partner's token everything about a customer before.

        The session asks again where that lapses. WebexNotFoundError when the token does not see it. (webex-api facts,
        section 7.)
        """
        path = f"/organizations/{segment(org_id)}"
        await self._get(path)
        self._session.customer = self._session.api(path)

    async def me(self) -> PersonReading:
        """The owner of the token."""
        return (await self._get("/people/me")).understood(self._decoder.person)

    async def roles(self) -> tuple[Role, ...]:
        """The administrator roles there are."""
        return (await self._get("/roles")).understood(decode.roles)

    async def licenses(self) -> tuple[License, ...]:
        """All pools of the organization."""
        return (await self._get("/licenses", **self._org())).understood(decode.licenses)

    async def person(self, person_id: str, *, calling_data: bool = False) -> PersonReading:
        """One person as they are now. WebexNotFoundError when there is none of this id."""
        answer = await self._get(f"/people/{segment(person_id)}", callingData=_word(calling_data))
        return answer.understood(self._decoder.person)

    async def listed(self, email: str, *, calling_data: bool = False) -> Sequence[PersonReading]:
        """Who has this address, as the list of people shows them."""
        params = {"email": email, "callingData": _word(calling_data), **self._org()}
        answer = await self._get("/people", **params)
        return answer.understood(self._decoder.page) or ()

    async def people(
        self, *, calling_data: bool = False, activity: Callable[[Sequence[ActivityReading]], None] | None = None
    ) -> AsyncIterator[Sequence[PersonReading]]:
        """Everybody, one item a page; the next page is on its way while this one is handled.

        A page may be empty. Somebody may come twice when people change while they are read. `activity` gets the last
        activity and the roles of each page; then presence is asked for, which the last activity is a part of.
        """
        size = _PEOPLE_WITH_CALLING_A_PAGE if calling_data else _PEOPLE_A_PAGE
        params = {"max": str(size), "callingData": _word(calling_data), "excludeStatus": _word(activity is None)}
        params |= self._org()
        decoded = self._decoder.page if calling_data else self._decoder.plain_page
        read_any = False
        async with aclosing(linked(self._session, self._session.api("/people"), params)) as answers:
            async for answer in answers:
                page = answer.understood(decoded)
                if page is None and not read_any:
                    raise answer.strange("Webex's answer has no list of people")
                read_any = True
                if activity is not None:
                    activity(answer.understood(of_activity.page))
                yield page or ()

    async def directory(self) -> AsyncIterator[Sequence[DirectoryReading]]:
        """Every user as SCIM knows them, one item a page. Needs the organization; asks for the token's own if none is set."""
        uuid = ids.uuid_of(self._session.org_id or await self._own_organization())
        start = 1

        def read(answer: Answer) -> Step[DirectoryPage]:
            nonlocal start
            page = answer.understood(people.directory)
            size = max(page.per_page or 0, 0) or len(page.people)
            start += size
            more = size > 0 and start <= page.total if page.total is not None else bool(page.people)
            return Step(page, size, more, tuple(person.uuid for person in page.people))

        path = self._session.scim(segment(uuid), "/Users")
        async with aclosing(counted(self._session, path, {"count": str(_USERS_A_PAGE)}, read)) as pages:
            async for page in pages:
                yield page.people

    async def groups(self) -> tuple[Group, ...]:
        """All groups, each once, sorted by name and id."""
        found: dict[str, Group] = {}
        seen = 0

        def read(answer: Answer) -> Step[None]:
            nonlocal seen
            page = answer.understood(decode.groups)
            if not page.listed and not seen:
                raise answer.strange("Webex's answer has no list of groups")
            found.update({group.id: group for group in page.groups})
            seen += len(page.groups)
            more = bool(page.groups) and (page.total is None or seen < page.total)
            return Step(None, len(page.groups), more, tuple(group.id for group in page.groups))

        params = {"count": str(_GROUPS_A_PAGE), **self._org()}
        await self._drain("/groups", params, read)
        return tuple(sorted(found.values(), key=lambda group: (group.name, group.id)))

    async def members(self, group: Group) -> GroupMembers:
        """The direct members of one group, each once: reads on until as many as Webex counts were seen, or a page is empty.

        `seen` may fall short of `member_size`; that is for a guard to judge. The group returned carries the newest count.
        """
        found: dict[str, str] = {}
        size = group.member_size

        def read(answer: Answer) -> Step[None]:
            nonlocal size
            page = answer.understood(decode.members)
            size = page.member_size if page.member_size is not None else size
            new = page.members
            found.update(new)
            more = bool(new) and (size is None or len(found) < size)
            return Step(None, page.entries, more, (next(iter(new)), next(reversed(new)), len(new)) if new else None)

        await self._drain(f"/groups/{segment(group.id)}/members", {"count": str(_MEMBERS_A_PAGE)}, read)
        return GroupMembers(
            group=Group(group.id, group.name, size),
            people=tuple(id_ for id_, kind in found.items() if kind == "user"),
            nested=tuple(id_ for id_, kind in found.items() if kind == "group"),
            seen=len(found),
        )

    async def holders(self, license_id: str) -> tuple[Holder, ...]:
        """Everybody a license is assigned to, people of other organizations included, each once."""
        params = {"includeAssignedTo": "user", "limit": str(_HOLDERS_A_PAGE)}
        found: dict[str, Holder] = {}
        for holder in await self._all(f"/licenses/{segment(license_id)}", params, decode.holders):
            found.setdefault(holder.id, holder)
        return tuple(found.values())

    async def locations(self) -> tuple[Location, ...]:
        """All locations; `calling` is whether Webex lists them as enabled for Calling."""
        params = {"max": str(_LOCATIONS_A_PAGE), **self._org()}
        found = {location.id: location for location in await self._all("/locations", params, decode.locations)}
        calling = await self._all("/telephony/config/locations", params, decode.calling_locations)
        enabled = set(map(ids.uuid_of, calling))
        return tuple(
            Location(location.id, location.name, ids.uuid_of(location.id) in enabled) for location in found.values()
        )

    async def numbers(self) -> tuple[PhoneNumber, ...]:
        """All phone numbers of the organization and extension-only rows, used and free ones."""
        found: list[PhoneNumber] = []

        def read(answer: Answer) -> Step[None]:
            rows = answer.understood(decode.numbers)
            found.extend(rows)
            # Without a link a full page may not be the last one; a short one is.
            return Step(None, len(rows), len(rows) >= _NUMBERS_A_PAGE, rows)

        params = {"max": str(_NUMBERS_A_PAGE), **self._org()}
        await self._drain("/telephony/config/numbers", params, read, position="start", first=0)
        return tuple(found)

    async def audit_events(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[AuditEvent]]:
        """What administrators did from `since` to `until` (at most a year), one item a page, in Webex's order.

        Needs the organization and the scope audit:events_read: WebexForbiddenError without it.
        """
        params = {"from": _time(since), "to": _time(until), "max": str(_EVENTS_A_PAGE), **self._org()}
        async with aclosing(linked(self._session, self._session.api("/adminAudit/events"), params)) as answers:
            async for answer in answers:
                yield answer.understood(audit.events)

    async def _get(self, path: str, **params: str) -> Answer:
        query = "&".join(f"{name}={segment(value)}" for name, value in params.items())
        return await self._session.get(self._session.api(path), query)

    async def _all(self, path: str, params: Mapping[str, str], decoder: Callable[[bytes], tuple[_T, ...]]) -> list[_T]:
        found: list[_T] = []
        async with aclosing(linked(self._session, self._session.api(path), params)) as answers:
            async for answer in answers:
                found.extend(answer.understood(decoder))
        return found

    async def _drain(
        self,
        path: str,
        params: Mapping[str, str],
        read: Callable[[Answer], Step[None]],
        *,
        position: str = "startIndex",
        first: int = 1,
    ) -> None:
        pages = counted(self._session, self._session.api(path), params, read, position=position, first=first)
        async with aclosing(pages):
            async for _ in pages:
                pass

    async def _own_organization(self) -> str:
        return (await self._get("/people/me")).understood(decode.own_organization)

    def _org(self) -> dict[str, str]:
        return {"orgId": self._session.org_id} if self._session.org_id else {}


def _time(moment: datetime) -> str:
    """Webex's spelling, to the millisecond.

    >>> _time(datetime(2026, 11, 21, 12, 0, 0, 5000, UTC))
    '2026-11-21T12:00:00.005Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _word(value: bool) -> str:
    return "true" if value else "false"
