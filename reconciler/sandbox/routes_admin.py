"""`/sandbox/...`: what happens to an organization outside of the Webex API: hiring, leaving, moving, clicking, buying.

No token is asked for and nothing is checked against Webex's rules: Control Hub and time produce odd organizations too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.errors import InputError
from reconciler.sandbox import shapes
from reconciler.sandbox.door import Door
from reconciler.sandbox.faults import describe
from reconciler.sandbox.file import add_person, place_calling
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.offers import is_calling
from reconciler.sandbox.shapes import Problems
from reconciler.sandbox.wire import encode

T = TypeVar("T")


class _AdminError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def routes(door: Door) -> list[Route]:
    """The admin routes of an app."""
    admin = _Admin(door)
    table: list[tuple[str, str, Callable[[Request], Awaitable[object]]]] = [
        ("GET", "/state", admin.state),
        ("GET", "/requests", admin.requests),
        ("POST", "/people", admin.hire),
        ("DELETE", "/people/{email}", admin.leave),
        ("POST", "/groups/{name}/members", admin.move),
        ("POST", "/assign", admin.assign),
        ("POST", "/licenses/{key}", admin.buy),
        ("GET", "/faults", admin.show_faults),
        ("POST", "/faults", admin.set_faults),
        ("POST", "/reset", admin.reset),
    ]
    return [Route(path, _answering(handler), methods=[method]) for method, path, handler in table]


def _answering(handler: Callable[[Request], Awaitable[object]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        status, body = 200, None
        try:
            body = await handler(request)
        except _AdminError as error:
            status, body = error.status, {"message": str(error)}
        except InputError as error:
            status, body = 400, {"message": error.message}
        return Response(encode(body), status, media_type="application/json")

    return answer


async def _read(request: Request, shape: type[T]) -> T:
    problems = Problems()
    entry = shapes.read_entry(await _json(request), shape, "", problems)
    if entry is None:
        raise _AdminError(400, f"{problems.findings[0].where} {problems.findings[0].message}".strip())
    return entry


async def _json(request: Request) -> Any:
    try:
        return msgspec.json.decode(await request.body() or b"{}")
    except msgspec.DecodeError as error:
        raise _AdminError(400, f"the body is not JSON: {error}") from error


class _Admin:
    def __init__(self, door: Door) -> None:
        self.door = door
        self.here = door.state
        shape = None if self.here.origin else self.here.to_file_shape()
        self.origin = self.here.origin or (lambda: type(self.here).from_shape(shape))

    async def state(self, request: Request) -> object:
        return self.here.to_file_shape(tokens=False)

    async def requests(self, request: Request) -> object:
        return {"items": self.door.requests}

    async def hire(self, request: Request) -> object:
        entry = await _read(request, shapes.PersonShape)
        problems = Problems()
        if entry.email.lower() in self.here.by_email:
            raise _AdminError(409, f"the address {entry.email} is taken")
        if entry.location is not None and entry.location not in self.here.locations:
            raise _AdminError(400, f"no location has the key {entry.location}")
        person = add_person(self.here, entry, "", problems)
        if person is not None:
            place_calling(self.here, person, entry, "", problems, {})
        if problems.findings:
            if person is not None:
                self.here.remove_person(person)
            raise _AdminError(400, problems.findings[0].message)
        assert person is not None
        return {"id": person.id, "email": person.email}

    async def leave(self, request: Request) -> object:
        person = self._person(request.path_params["email"])
        self.here.remove_person(person)
        return {"id": person.id, "email": person.email}

    async def move(self, request: Request) -> object:
        group = self.here.groups.get(request.path_params["name"])
        if group is None:
            raise _AdminError(404, f"no group is called {request.path_params['name']}")
        asked = await _read(request, shapes.MembersShape)
        coming = [self._person(email) for email in asked.add]
        going = [self._person(email) for email in asked.remove]
        for person in coming:
            self.here.join_group(person, group)
        for person in going:
            self.here.leave_group(person, group)
        return {"name": group.name, "memberSize": len(group.members) + len(group.nested)}

    async def assign(self, request: Request) -> object:
        asked = await _read(request, shapes.AssignShape)
        person = self._person(asked.email)
        for key in (*asked.add, *asked.remove):
            if key not in self.here.licenses:
                raise _AdminError(400, f"no license has the key {key}")
        for key in asked.remove:
            self.here.release(person, self.here.licenses[key])
        for key in asked.add:
            self.here.hold(person, self.here.licenses[key])
        if person.location is None and any(is_calling(self.here.licenses[key]) for key in asked.add):
            place_calling(self.here, person, shapes.PersonShape(email=person.email), "", Problems(), {})
        gone = {site.lower() for site in asked.remove_attendee}
        sites = [site for site in person.attendee_sites if site not in gone]
        sites += [site for site in (new.lower() for new in asked.add_attendee) if site not in sites]
        self.here.set_attendee(person, sites)
        licenses = [license.key for license in person.licenses]
        return {"email": person.email, "licenses": licenses, "attendeeSites": person.attendee_sites}

    async def buy(self, request: Request) -> object:
        license = self.here.licenses.get(request.path_params["key"])
        if license is None:
            raise _AdminError(404, f"no license has the key {request.path_params['key']}")
        license.total = (await _read(request, shapes.UnitsShape)).total
        return {"key": license.key, "total": license.total, "consumed": license.consumed}

    async def show_faults(self, request: Request) -> object:
        return self.door.faults.shape()

    async def set_faults(self, request: Request) -> object:
        self.door.faults.set(describe(await _json(request)))
        return self.door.faults.shape()

    async def reset(self, request: Request) -> object:
        self.here.become(self.origin())
        self.door.requests.clear()
        self.door.faults.set(describe({}))
        return {"people": len(self.here.people), "licenses": len(self.here.licenses), "groups": len(self.here.groups)}

    def _person(self, email: str) -> Person:
        person = self.here.by_email.get(email.strip().lower())
        if person is None:
            raise _AdminError(404, f"no person has the address {email}")
        return person
