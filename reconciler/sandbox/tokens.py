"""The access and refresh tokens in force: who is calling, until when that counts, and what replaces it.

A token is known by its text alone and lives here, not in `State`: an organization does not change because somebody logs in.
What is issued comes from a counter, so that the same calls give the same tokens. Sources: webex-api facts, sections 7 and 8.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reconciler.sandbox.nouns import Client, Token
from reconciler.sandbox.state import State
from reconciler.sandbox.world import World


@dataclass(slots=True, eq=False)
class Access:
    """An access token in force or past. `home` is its owner's organization, `until` the moment it ends (None: never).

    `client` is the id of the client it was issued to. `entered`: organization UUID -> when (monotonic seconds) a partner's
    token last asked for that customer.
    """

    token: Token
    home: State
    until: datetime | None = None
    client: str | None = None
    revoked: bool = False
    entered: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Refresh:
    """A refresh token. `used` is when (monotonic seconds) it was first used; it may go on working for a grace."""

    client: Client
    home: State
    until: datetime | None
    used: float | None = None
    revoked: bool = False


@dataclass(slots=True, frozen=True)
class Issued:
    """What a client gets: both secrets, and how long each lasts, in seconds."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: float
    refresh_expires_in: float


class Keys:
    """All tokens and clients of a world. `now` and `clock` (monotonic seconds) are the server's clocks."""

    def __init__(self, world: World, now: Callable[[], datetime], clock: Callable[[], float]) -> None:
        self.world = world
        self.now = now
        self.clock = clock
        self.reset()

    def reset(self) -> None:
        """As the organizations' files say, counted from now on."""
        states = self.world.states
        self.open = not any(state.tokens or state.clients for state in states)
        self.accesses: dict[str, Access] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.clients: dict[str, tuple[Client, State]] = {}
        self._codes: dict[str, tuple[Client, State]] = {}
        self._issued = 0
        for state in states:
            for token in state.tokens:
                self.add(token, state)
            for client in state.clients:
                self.clients[client.id] = (client, state)
                if client.refresh_token:
                    until = self._after(client.refresh_expires_in)
                    self.refreshes[client.refresh_token] = Refresh(client, state, until)

    def add(self, token: Token, home: State) -> Access:
        """One more token that counts."""
        until = token.expires_at
        if token.expires_in is not None:
            until = self._after(token.expires_in)
        named = token if token.name else replace(token, name=f"token-{len(self.accesses) + 1}")
        self.accesses[token.token] = access = Access(named, home, until)
        return access

    def _after(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)

    # -- access -----------------------------------------------------------------------------------------------------------

    def accept(self, text: str) -> Access | None:
        """Whose call this is; None for a token that is unknown, has ended or was revoked.

        Where nobody listed a token any text will do: an administrator of the first organization, a partner if there are more.
        """
        access = self.accesses.get(text)
        if access is None and self.open and text:
            access = self.add(Token(text, partner=self.world.several), self.world.first)
        return access if access and not access.revoked and self._lasts(access.until) else None

    def _lasts(self, until: datetime | None) -> bool:
        return until is None or self.now() < until

    def seen_by(self, access: Access) -> tuple[State, ...]:
        """The organizations of this token, in the order of the world."""
        return self.world.seen_by(access.token, access.home)

    def enter(self, access: Access, state: State) -> None:
        """A partner's token asked for this customer, and may work on it from now on."""
        access.entered[state.org_uuid] = self.clock()

    def reaches(self, access: Access, state: State, lasts: float | None) -> bool:
        """Whether a token that sees `state` may work on it; `lasts`: for how many seconds asking for a customer counts."""
        if state is access.home or not access.token.partner:
            return True
        entered = access.entered.get(state.org_uuid)
        return entered is not None and (lasts is None or self.clock() - entered < lasts)

    # -- clients ----------------------------------------------------------------------------------------------------------

    def client(self, client_id: object, secret: object) -> tuple[Client, State] | None:
        """The client that proves itself with its secret."""
        found = self.clients.get(client_id) if isinstance(client_id, str) else None
        return found if found and found[0].secret == secret else None

    def refreshed(self, client: Client, text: object, grace: float) -> Issued | None:
        """New tokens for a refresh token of this client, which has done its service then; None where it is worth nothing."""
        refresh = self.refreshes.get(text) if isinstance(text, str) else None
        if refresh is None or refresh.client is not client or refresh.revoked or not self._lasts(refresh.until):
            return None
        if refresh.used is not None and self.clock() - refresh.used >= grace:
            return None
        if refresh.used is None:
            refresh.used = self.clock()
        return self.issue(client, refresh.home)

    def issue(self, client: Client, home: State) -> Issued:
        """A new access token and a new refresh token. What was issued before goes on until it ends."""
        access, refresh = self._text("access", client, home), self._text("refresh", client, home)
        token = replace(client.rights, token=access, name=f"{client.id}-{len(self.accesses) + 1}")
        self.accesses[access] = Access(token, home, self._after(client.expires_in), client.id)
        self.refreshes[refresh] = Refresh(client, home, self._after(client.refresh_expires_in))
        return Issued(access, refresh, client.expires_in, client.refresh_expires_in)

    def authorize(self, client: Client, home: State) -> str:
        """A code that is worth tokens once."""
        code = self._text("code", client, home)
        self._codes[code] = (client, home)
        return code

    def redeemed(self, client: Client, code: object) -> Issued | None:
        """The tokens for a code of this client, which is worth nothing afterwards."""
        found = self._codes.get(code) if isinstance(code, str) else None
        if found is None or found[0] is not client:
            return None
        del self._codes[str(code)]
        return self.issue(*found)

    def _text(self, kind: str, client: Client, home: State) -> str:
        """A secret that looks like Webex's: 64 characters, a mark, and the organization."""
        self._issued += 1
        digest = hashlib.sha384(f"{kind}:{client.id}:{client.secret}:{self._issued}".encode()).digest()
        return f"{base64.urlsafe_b64encode(digest).decode()}_SBX_{home.org_uuid}"
