"""`tokens:` and `clients:` of a sandbox file, read and written: who may talk to which organization, and what they may do.

Two entries cannot share a secret, in the whole file: nobody could say whose call it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from reconciler.sandbox import shapes
from reconciler.sandbox.nouns import Client, Token
from reconciler.sandbox.shapes import Problems, read_section
from reconciler.sandbox.state import State

Whose = Callable[[str | None], State | None]
Entry = TypeVar("Entry", shapes.TokenShape, shapes.ClientShape)


def read(document: Mapping[str, Any], problems: Problems, whose: Whose) -> None:
    """Give the organizations the tokens and clients of a document. `whose` knows them by name; None: the one meant if none
    is named."""
    for where, entry in read_section(document, "tokens", shapes.TokenShape, problems):
        state = _home(entry, where, problems, whose)
        if state is not None:
            state.tokens = (*state.tokens, token_of(entry))
    for where, client in read_section(document, "clients", shapes.ClientShape, problems):
        state = _home(client, where, problems, whose)
        if state is not None:
            state.clients = (*state.clients, client_of(client))


def _home(entry: shapes.TokenShape | shapes.ClientShape, where: str, problems: Problems, whose: Whose) -> State | None:
    state = whose(entry.organization)
    if state is None:
        hint = "only the list beside `organizations` names one"
        problems.add(f"{where}.organization", f"no organization here is called {entry.organization}", hint)
    elif entry.person and entry.person.lower() not in state.by_email:
        problems.add(f"{where}.person", f"no person has the address {entry.person}")
    if entry.manages is not None and not entry.partner:
        problems.add(f"{where}.manages", "only a partner manages organizations", "partner: true")
    return state


def token_of(entry: shapes.TokenShape) -> Token:
    """The token of an entry; a moment without a zone is UTC."""
    until = entry.expires_at
    return Token(
        entry.token, _tuple(entry.scopes), entry.person, entry.name, entry.read_only, entry.partner,
        _tuple(entry.manages), entry.expires_in, until.replace(tzinfo=UTC) if until and not until.tzinfo else until,
    )  # fmt: skip


def client_of(entry: shapes.ClientShape) -> Client:
    """The client of an entry."""
    rights = Token(
        "", _tuple(entry.scopes), entry.person, entry.id, entry.read_only, entry.partner, _tuple(entry.manages)
    )
    return Client(
        entry.id, entry.secret, rights, entry.refresh_token, entry.redirect_uri, entry.expires_in,
        entry.refresh_expires_in,
    )  # fmt: skip


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def check(states: Sequence[State], problems: Problems) -> None:
    """A finding for every secret and client id that stands for two things (the secret is not told), and for every customer
    who is not there."""
    _check_secrets(states, problems)
    _check_customers(states, problems)


def _check_secrets(states: Sequence[State], problems: Problems) -> None:
    secrets: set[str] = set()
    clients: set[str] = set()
    for state in states:
        for token in state.tokens:
            if token.token in secrets:
                problems.add("tokens", f"a token of {state.name} is listed twice")
            secrets.add(token.token)
        for client in state.clients:
            if client.id in clients:
                problems.add("clients", f"the client {client.id} is listed twice")
            clients.add(client.id)


def _check_customers(states: Sequence[State], problems: Problems) -> None:
    names = {state.name for state in states}
    for state in states:
        for rights in (*state.tokens, *(client.rights for client in state.clients)):
            for name in rights.manages or ():
                if name not in names:
                    problems.add("manages", f"no organization is called {name}")


def write(state: State) -> dict[str, Any]:
    """The sections `tokens` and `clients` as far as there are any, secrets included."""
    shape: dict[str, Any] = {}
    if state.tokens:
        shape["tokens"] = [
            {"token": token.token}
            | ({"name": token.name} if token.name else {})
            | _rights(token)
            | ({"expiresIn": token.expires_in} if token.expires_in is not None else {})
            | ({"expiresAt": _text(token.expires_at)} if token.expires_at else {})
            for token in state.tokens
        ]
    if state.clients:
        shape["clients"] = [_client(client) for client in state.clients]
    return shape


def _client(client: Client) -> dict[str, Any]:
    optional = {"refreshToken": client.refresh_token, "redirectUri": client.redirect_uri}
    lifetimes = {"expiresIn": client.expires_in, "refreshExpiresIn": client.refresh_expires_in}
    whole = {"id": client.id, "secret": client.secret, **lifetimes, **_rights(client.rights)}
    return whole | {key: value for key, value in optional.items() if value is not None}


def _rights(token: Token) -> dict[str, Any]:
    lists = {"scopes": token.scopes, "manages": token.manages}
    flags = {"readOnly": token.read_only, "partner": token.partner}
    written: dict[str, Any] = {key: list(value) for key, value in lists.items() if value is not None}
    written |= {key: True for key, value in flags.items() if value}
    return written | ({"person": token.person} if token.person else {})


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
