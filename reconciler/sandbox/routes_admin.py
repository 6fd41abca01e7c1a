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
from reconciler.sandbox import deeds, shapes
from reconciler.sandbox.deeds import DeedError
from reconciler.sandbox.door import Door
from reconciler.sandbox.faults import describe
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.shapes import Problems
from reconciler.sandbox.state import State
from reconciler.sandbox.wire import encode

T = TypeVar("T")


AdminError = DeedError
"""What a call under `/sandbox/` is refused with: a status and a message."""


def routes(door: Door) -> list[Route]:
    """The admin routes of an app."""
    table: list[tuple[str, str, Callable[[_Admin, Request], Awaitable[object]]]] = [
        ("GET", "/state", _Admin.state),
        ("GET", "/requests", _Admin.requests),
        ("POST", "/people", _Admin.hire),
        ("DELETE", "/people/{email}", _Admin.leave),
        ("POST", "/groups/{name}/members", _Admin.move),
        ("POST", "/assign", _Admin.assign),
        ("POST", "/licenses/{key}", _Admin.buy),
        ("GET", "/faults", _Admin.show_faults),
        ("POST", "/faults", _Admin.set_faults),
        ("POST", "/reset", _Admin.reset),
    ]
    return [Route(path, answering(_of(door, handler)), methods=[method]) for method, path, handler in table]


def _of(door: Door, handler: Callable[[_Admin, Request], Awaitable[object]]) -> Callable[[Request], Awaitable[object]]:
    async def handle(request: Request) -> object:
        return await handler(_Admin(door, request), request)

    return handle


def answering(handler: Callable[[Request], Awaitable[object]]) -> Callable[[Request], Awaitable[Response]]:
    """A handler as an endpoint: what it gives as JSON, AdminError and InputError as an error with a message."""

    async def answer(request: Request) -> Response:
        status, body = 200, None
        try:
            body = await handler(request)
        except AdminError as error:
            status, body = error.status, {"message": str(error)}
        except InputError as error:
            status, body = 400, {"message": error.message}
        return Response(encode(body), status, media_type="application/json")

    return answer


def organization(door: Door, request: Request) -> State | None:
    """The organization that `?org=` names by name or id; None where it names none. 404 when there is no such one."""
    org = request.query_params.get("org")
    if org is None:
        return None
    state = door.world.find(org)
    if state is None:
        raise AdminError(404, f"no organization is called {org}")
    return state


async def read(request: Request, shape: type[T]) -> T:
    """The body as this shape; 400 when it is not."""
    problems = Problems()
    entry = shapes.read_entry(await read_json(request), shape, "", problems)
    if entry is None:
        raise AdminError(400, f"{problems.findings[0].where} {problems.findings[0].message}".strip())
    return entry


async def read_json(request: Request) -> Any:
    """The body, `{}` when there is none; 400 when it is not JSON."""
    try:
        return msgspec.json.decode(await request.body() or b"{}")
    except msgspec.DecodeError as error:
        raise AdminError(400, f"the body is not JSON: {error}") from error


class Visit:
    """One call under `/sandbox/`. `here` is the organization it is about: the one that `?org=` names, else the first."""

    def __init__(self, door: Door, request: Request) -> None:
        door.pass_time()
        self.door = door
        self.org = organization(door, request)
        self.here = self.org or door.world.first

    def person(self, request: Request) -> Person:
        """Whom the path names."""
        return deeds.find_person(self.here, request.path_params["email"])

    def note(self, what: str, who: str, admin: str | None = None, /, **detail: object) -> None:
        """Write into the journal what was just done; `admin` as in `Journal.note`."""
        self.door.life.journal.note(what, who, self.door.now(), "call", self.here, detail, admin)


class _Admin(Visit):
    async def state(self, request: Request) -> object:
        return self.here.to_file_shape(tokens=False)

    async def requests(self, request: Request) -> object:
        """All calls; with `?org=` those about that organization."""
        if self.org is None or not self.door.world.several:
            return {"items": self.door.requests}
        return {"items": [call for call in self.door.requests if call["organization"] == self.org.name]}

    async def hire(self, request: Request) -> object:
        person = deeds.hire(self.here, await read(request, shapes.PersonShape))
        self.note("hire", person.email, licenses=[license.key for license in person.licenses])
        return {"id": person.id, "email": person.email}

    async def leave(self, request: Request) -> object:
        person = self.person(request)
        self.here.remove_person(person)
        self.note("leave", person.email)
        return {"id": person.id, "email": person.email}

    async def move(self, request: Request) -> object:
        group = deeds.find_group(self.here, request.path_params["name"])
        asked = await read(request, shapes.MembersShape)
        coming = [deeds.find_person(self.here, email) for email in asked.add]
        going = [deeds.find_person(self.here, email) for email in asked.remove]
        for person in coming:
            self.here.join_group(person, group)
            self.note("move", person.email, joined=group.name)
        for person in going:
            self.here.leave_group(person, group)
            self.note("move", person.email, left=group.name)
        return {"name": group.name, "memberSize": len(group.members) + len(group.nested)}

    async def assign(self, request: Request) -> object:
        asked = await read(request, shapes.AssignShape)
        person = deeds.find_person(self.here, asked.email)
        deeds.click(
            self.here, person, add=asked.add, remove=asked.remove,
            add_attendee=asked.add_attendee, remove_attendee=asked.remove_attendee,
        )  # fmt: skip
        self.note("click", person.email, asked.by, added=asked.add, removed=asked.remove)
        licenses = [license.key for license in person.licenses]
        return {"email": person.email, "licenses": licenses, "attendeeSites": person.attendee_sites}

    async def buy(self, request: Request) -> object:
        license = deeds.find_license(self.here, request.path_params["key"], status=404)
        before, license.total = license.total, (await read(request, shapes.UnitsShape)).total
        self.note("buy", license.key, **{"from": before, "to": license.total})
        return {"key": license.key, "total": license.total, "consumed": license.consumed}

    async def show_faults(self, request: Request) -> object:
        return self.door.faults.shape()

    async def set_faults(self, request: Request) -> object:
        self.door.faults.set(describe(await read_json(request)))
        return self.door.faults.shape()

    async def reset(self, request: Request) -> object:
        """Everything back to the file; with `?org=` that organization only."""
        self.door.world.reset(self.org)
        if self.org is None:
            self.door.keys.reset()
            self.door.requests.clear()
            self.door.life.reset()
            self.door.faults.set(describe({}))
        return {"people": len(self.here.people), "licenses": len(self.here.licenses), "groups": len(self.here.groups)}
