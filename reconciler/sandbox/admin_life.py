"""`/sandbox/...`: the life of an organization: people who change, invitations, groups, numbers, sites, and how fast it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from reconciler.sandbox import deeds, shapes
from reconciler.sandbox.deeds import DeedError
from reconciler.sandbox.door import Door
from reconciler.sandbox.file import aware
from reconciler.sandbox.life import plan
from reconciler.sandbox.routes_admin import Visit, answering, read, read_json
from reconciler.sandbox.state import webex_time

Handler = Callable[["_Life", Request], Awaitable[object]]


def routes(door: Door) -> list[Route]:
    """The routes of an app."""
    table: list[tuple[str, str, Handler]] = [
        ("POST", "/people/{email}", _Life.change),
        ("POST", "/people/{email}/accept", _Life.accept),
        ("POST", "/people/{email}/decline", _Life.decline),
        ("POST", "/groups", _Life.add_group),
        ("POST", "/groups/{name}", _Life.rename_group),
        ("DELETE", "/groups/{name}", _Life.delete_group),
        ("POST", "/numbers", _Life.add_number),
        ("POST", "/numbers/{number}", _Life.change_number),
        ("DELETE", "/numbers/{number}", _Life.remove_number),
        ("POST", "/sites/{site}", _Life.change_site),
        ("GET", "/life", _Life.show),
        ("POST", "/life", _Life.go_on),
        ("POST", "/life/now", _Life.now),
    ]
    return [Route(path, answering(_of(door, handler)), methods=[method]) for method, path, handler in table]


def _of(door: Door, handler: Handler) -> Callable[[Request], Awaitable[object]]:
    async def handle(request: Request) -> object:
        return await handler(_Life(door, request), request)

    return handle


class _Life(Visit):
    # -- people -----------------------------------------------------------------------------------------------------------

    async def change(self, request: Request) -> object:
        """All or nothing: what can be refused comes first."""
        person, asked = self.person(request), await read(request, shapes.PersonChangeShape)
        before, name = person.email, person.name
        if asked.name is not None and not asked.name.strip():
            raise DeedError(400, "a name cannot be empty")
        if asked.email is not None and asked.email != before:
            deeds.readdress(self.here, person, asked.email)
            self.note("readdress", person.email, **{"from": before})
        if asked.name is not None:
            deeds.rename(self.here, person, asked.name)
            self.note("rename", person.email, **{"from": name, "to": person.name})
        if asked.active is not None:
            person.active = asked.active
            self.note("reactivate" if asked.active else "deactivate", person.email)
        if asked.invite_pending is not None:
            person.invite_pending = asked.invite_pending
            self.note("inviteAgain" if asked.invite_pending else "signIn", person.email)
        if asked.site_admin_of is not None:
            deeds.set_site_admin(self.here, person, asked.site_admin_of)
            self.note("siteAdmin", person.email, siteAdminOf=list(person.site_admin_of))
        if not isinstance(asked.work_phone, msgspec.UnsetType):
            self.note("phone", person.email, **{"from": person.work_phone, "to": asked.work_phone})
            person.work_phone = asked.work_phone
        if not isinstance(asked.provision_source, msgspec.UnsetType):
            person.provision_source = asked.provision_source
        if not isinstance(asked.last_activity, msgspec.UnsetType):
            person.last_activity = webex_time(aware(asked.last_activity)) if asked.last_activity else None
        if asked.roles is not None:
            person.roles = tuple(asked.roles)
        self.here.touch(person)
        return {"id": person.id, "email": person.email}

    async def accept(self, request: Request) -> object:
        """An invitation is accepted: pending licenses and sites become the person's."""
        person, asked = self.person(request), await read(request, shapes.AcceptShape)
        waiting = [license.key for license in person.pending_licenses]
        held = deeds.accept(self.here, person, asked.licenses)
        self.note("accept", person.email, licenses=waiting if asked.licenses is None else asked.licenses, accepted=True)
        return {"email": person.email, "licenses": held, "attendeeSites": person.attendee_sites}

    async def decline(self, request: Request) -> object:
        """An invitation is declined, or was not accepted in time."""
        person = self.person(request)
        waiting = [license.key for license in person.pending_licenses]
        deeds.decline(self.here, person)
        self.note("accept", person.email, licenses=waiting, accepted=False)
        return {"email": person.email, "licenses": [license.key for license in person.licenses]}

    # -- groups -----------------------------------------------------------------------------------------------------------

    async def add_group(self, request: Request) -> object:
        """A new group, as a file would have it."""
        entry = await read(request, shapes.GroupShape)
        members = [deeds.find_person(self.here, email) for email in entry.members]
        nested = [deeds.find_group(self.here, name).key for name in entry.groups]
        group = deeds.add_group(self.here, entry.name, entry.key)
        for person in members:
            self.here.join_group(person, group)
        group.nested = nested
        self.note("newGroup", group.name, members=len(members))
        return {"id": group.id, "name": group.name, "memberSize": len(group.members) + len(nested)}

    async def rename_group(self, request: Request) -> object:
        """Another name."""
        group, asked = deeds.find_group(self.here, request.path_params["name"]), await read(request, shapes.NameShape)
        before = group.name
        deeds.rename_group(self.here, group, asked.name)
        self.note("renameGroup", group.name, **{"from": before})
        return {"id": group.id, "name": group.name}

    async def delete_group(self, request: Request) -> object:
        """The group is gone."""
        group = deeds.find_group(self.here, request.path_params["name"])
        deeds.delete_group(self.here, group)
        self.note("deleteGroup", group.name, members=len(group.members))
        return {"id": group.id, "name": group.name}

    # -- numbers and sites ------------------------------------------------------------------------------------------------

    async def add_number(self, request: Request) -> object:
        """A new number."""
        number = deeds.add_number(self.here, await read(request, shapes.NumberShape))
        self.note("newNumber", number.number, location=number.location.key)
        return {"number": number.number, "state": number.state}

    async def change_number(self, request: Request) -> object:
        """Another state, or another owner."""
        number = deeds.find_number(self.here, request.path_params["number"])
        asked = await read(request, shapes.NumberChangeShape)
        if asked.owner is not None and asked.owner.type == "PEOPLE":
            raise DeedError(400, "people get numbers with a license")
        if asked.state is not None:
            deeds.set_number_state(number, asked.state)
            self.note("numberState", number.number, to=number.state)
        if asked.release or asked.owner is not None:
            deeds.release_number(self.here, number)
            if asked.owner is not None:
                number.owner = self.here.feature(asked.owner.type, asked.owner.name or asked.owner.type)
            self.note("featureNumber", number.number, owner=asked.owner and asked.owner.name)
        return {"number": number.number, "state": number.state, "free": number.owner is None}

    async def remove_number(self, request: Request) -> object:
        """A free number is given back."""
        number = deeds.find_number(self.here, request.path_params["number"])
        deeds.remove_number(self.here, number)
        self.note("removeNumber", number.number, location=number.location.key)
        return {"number": number.number}

    async def change_site(self, request: Request) -> object:
        """The attendee feature."""
        site = request.path_params["site"].lower()
        asked = await read(request, shapes.SiteShape)
        deeds.set_attendees(self.here, site, on=asked.attendees)
        self.note("attendees", site, attendees=asked.attendees)
        return {"site": site, "attendees": asked.attendees}

    # -- by itself --------------------------------------------------------------------------------------------------------

    async def show(self, request: Request) -> object:
        """What happened, oldest first; `?since=` the number of an event gives those after it, `?org=` one organization's."""
        since = request.query_params.get("since", "0")
        if not since.isdigit():
            raise DeedError(400, "since is the number of an event")
        journal, plan = self.door.life.journal, self.door.life.plan
        items = [event for event in journal.events if event["number"] > int(since)]
        if self.org is not None:
            items = [event for event in items if event["organization"] == self.org.name]
        settings = {"perMinute": plan.per_minute, "seed": plan.seed, "weights": plan.all_weights()}
        return {**settings, "count": journal.count, "items": items}

    async def go_on(self, request: Request) -> object:
        """From now on so much happens by itself: the body is a plan, `{}` is peace."""
        made = plan(await read_json(request))
        self.door.life.set(made)
        self.door.pass_time()
        return {"perMinute": made.per_minute, "seed": made.seed, "weights": made.all_weights()}

    async def now(self, request: Request) -> object:
        """Events happen at once, whatever is planned."""
        asked = await read(request, shapes.TimesShape)
        if not 0 < asked.times <= 10_000:
            raise DeedError(400, "times is 1 to 10000")
        events = [self.door.life.happen(self.door.now()) for _ in range(asked.times)]
        return {"items": [event for event in events if event is not None]}
