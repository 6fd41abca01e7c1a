"""`/sandbox/tokens` and `/sandbox/organizations`: tokens made, ended and revoked while the server runs, and where there is
what. No answer shows a secret; a token is known by its name, or to whoever has it by its text.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from reconciler.sandbox.credentials import token_of
from reconciler.sandbox.door import Door
from reconciler.sandbox.routes_admin import AdminError, answering, organization, read
from reconciler.sandbox.shapes import TokenChoiceShape, TokenShape
from reconciler.sandbox.state import webex_time
from reconciler.sandbox.tokens import Access, Refresh


def routes(door: Door) -> list[Route]:
    """The routes of an app."""
    tokens = _Tokens(door)
    table = [
        ("GET", "/organizations", tokens.organizations),
        ("GET", "/tokens", tokens.show),
        ("POST", "/tokens", tokens.add),
        ("POST", "/tokens/revoke", tokens.revoke),
        ("POST", "/tokens/expire", tokens.expire),
    ]
    return [Route(path, answering(handler), methods=[method]) for method, path, handler in table]


class _Tokens:
    def __init__(self, door: Door) -> None:
        self.door = door
        self.keys = door.keys

    async def organizations(self, request: Request) -> object:
        items = [
            {"id": state.org_id, "name": state.name, "people": len(state.people)} for state in self.door.world.states
        ]
        return {"items": items}

    async def show(self, request: Request) -> object:
        return {"items": [self._described(access) for access in self.keys.accesses.values()]}

    async def add(self, request: Request) -> object:
        entry = await read(request, TokenShape)
        home = organization(self.door, request) or self.door.world.first
        if entry.token in self.keys.accesses:
            raise AdminError(409, "this token is there already")
        for name in entry.manages or ():
            if self.door.world.find(name) is None:
                raise AdminError(400, f"no organization is called {name}")
        return self._described(self.keys.add(token_of(entry), home))

    async def revoke(self, request: Request) -> object:
        """Access tokens and a client's refresh tokens: worth nothing from now on."""
        accesses, refreshes = await self._chosen(request)
        every: list[Access | Refresh] = [*accesses, *refreshes]
        for found in every:
            found.revoked = True
        return {"accessTokens": len(accesses), "refreshTokens": len(refreshes)}

    async def expire(self, request: Request) -> object:
        """The same tokens end now, as if their time had come. Refresh tokens only if named by their text or `refresh`."""
        accesses, refreshes = await self._chosen(request, expiring=True)
        every: list[Access | Refresh] = [*accesses, *refreshes]
        for found in every:
            found.until = self.door.now()
        return {"accessTokens": len(accesses), "refreshTokens": len(refreshes)}

    async def _chosen(self, request: Request, *, expiring: bool = False) -> tuple[list[Access], list[Refresh]]:
        asked = await read(request, TokenChoiceShape)
        if sum(value is not None for value in (asked.token, asked.name, asked.client)) != 1:
            raise AdminError(400, "name one of token, name, client")
        if self.keys.open and asked.token is not None:
            self.keys.accept(asked.token)
        accesses = [
            access
            for text, access in self.keys.accesses.items()
            if text == asked.token or _is(access.token.name, asked.name) or _is(access.client, asked.client)
        ]
        whole = asked.refresh or not expiring
        refreshes = [
            refresh
            for text, refresh in self.keys.refreshes.items()
            if text == asked.token or (whole and refresh.client.id == asked.client)
        ]
        if not accesses and not refreshes:
            raise AdminError(404, "there is no such token")
        return accesses, refreshes

    def _described(self, access: Access) -> dict[str, Any]:
        token = access.token
        body: dict[str, Any] = {"name": token.name, "organization": access.home.name, "partner": token.partner}
        body |= {"scopes": token.scopes, "readOnly": token.read_only, "revoked": access.revoked}
        if token.partner:
            body["customers"] = [state.name for state in self.keys.seen_by(access) if state is not access.home]
        if access.until is not None:
            body |= {"expiresAt": webex_time(access.until), "expired": access.until <= self.door.now()}
        return body | ({"client": access.client} if access.client else {}) | _person(token.person)


def _person(address: str | None) -> dict[str, str]:
    return {"person": address} if address else {}


def _is(value: str | None, asked: str | None) -> bool:
    return asked is not None and value == asked
