"""Filters of SCIM searches: `userName sw "ann" and (active...)`, read into a question that can be put to one user.

Webex does not support every operator for every attribute; what its documentation lists is understood, the rest is refused as
a real client would find out. (webex-api facts, section 3.2; OpenAPI: SCIM 2 Users, `filter`; RFC 7644, 3.4.2.2.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Question = Callable[[Mapping[str, Any]], bool]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ORGANIZATION = "urn:scim:schemas:extension:cisco:webexidentity:2.0:user:meta.organizationid"
_ALL, _START = ("eq", "sw", "ew"), ("eq", "sw")
OPERATORS: dict[str, tuple[str, ...]] = {
    "id": ("eq",),
    "username": _ALL,
    "name.familyname": _ALL,
    "name.givenname": _START,
    "name.middlename": _START,
    "name.formatted": _START,
    "displayname": _ALL,
    "nickname": _ALL,
    "emails.display": _ALL,
    "emails.value": _ALL,
    "phonenumbers.display": _ALL,
    "phonenumbers.value": _ALL,
    "emails.type": ("eq",),
    "phonenumbers.type": ("eq",),
    "employeenumber": _ALL,
    "costcenter": _ALL,
    "organization": _ALL,
    "division": _ALL,
    "department": _ALL,
    "manager.value": ("eq",),
    "manager.displayname": _ALL,
    ORGANIZATION: ("eq",),
}
"""What may be asked, in lower case; `type` only inside brackets."""

_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda have, want: have == want,
    "sw": lambda have, want: have.startswith(want),
    "ew": lambda have, want: have.endswith(want),
}
_TOKEN = re.compile(r'\s*(?:(?P<mark>[()\[\]])|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s()\[\]"]+))')
_DEEPEST = 20


class FilterError(Exception):
    """A filter that Webex would not understand."""


def read(text: str) -> Question:
    """The question that a filter asks; FilterError when it is none, or one that is not supported."""
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise FilterError(f"The filter cannot be read from character {at + 1} on.")
            self.tokens.append(match.group().strip())
            at = match.end()
        self.at = self.depth = 0

    def whole(self) -> Question:
        question = self.either("")
        if self.at < len(self.tokens):
            raise FilterError(f"{self.tokens[self.at]} was not expected.")
        return question

    def _next(self, expected: str) -> str:
        if self.at >= len(self.tokens):
            raise FilterError(f"The filter ends where {expected} was expected.")
        self.at += 1
        return self.tokens[self.at - 1]

    def _comes(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at].lower() == word:
            self.at += 1
            return True
        return False

    def either(self, prefix: str) -> Question:
        """Parts joined by `or`; `prefix` is the attribute in front of brackets, with a dot."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise FilterError("The filter is nested too deeply.")
        parts = [self.all_of(prefix)]
        while self._comes("or"):
            parts.append(self.all_of(prefix))
        self.depth -= 1
        return lambda user: any(part(user) for part in parts)

    def all_of(self, prefix: str) -> Question:
        parts = [self.one(prefix)]
        while self._comes("and"):
            parts.append(self.one(prefix))
        return lambda user: all(part(user) for part in parts)

    def one(self, prefix: str) -> Question:
        if self._comes("("):
            inner = self.either(prefix)
            self._close(")")
            return inner
        name = self._next("an attribute")
        if self._comes("["):
            if prefix or name.lower() not in ("emails", "phonenumbers"):
                raise FilterError(f"{name} cannot be asked in brackets.")
            inner = self.either(f"{name.lower()}.")
            self._close("]")
            return lambda user: any(inner(entry) for entry in _entries(user, name.lower()))
        return self.comparison(prefix, name.lower().removeprefix(f"{ENTERPRISE.lower()}:"))

    def _close(self, mark: str) -> None:
        if not self._comes(mark):
            raise FilterError(f"{mark} is missing.")

    def comparison(self, prefix: str, name: str) -> Question:
        operator, whole = self._next("an operator").lower(), prefix + name
        if operator not in OPERATORS.get(whole, ()) or (name in ("emails.type", "phonenumbers.type") and not prefix):
            raise FilterError(f"{name} cannot be asked with {operator}.")
        text = self._next("a value")
        if not text.startswith('"') or len(text) < 2:
            raise FilterError("A value must stand in quotation marks.")
        wanted = re.sub(r"\\(.)", r"\1", text[1:-1]).casefold()
        compare = _COMPARE[operator]
        return lambda entry: any(compare(value.casefold(), wanted) for value in _values(entry, name))


def _entries(user: Mapping[str, Any], name: str) -> Iterable[Mapping[str, Any]]:
    return next((value for key, value in user.items() if key.lower() == name and isinstance(value, list)), [])


def _values(entry: Mapping[str, Any], name: str) -> list[str]:
    """The texts that an attribute has: none, one, or one for each entry of a list."""
    if name == ORGANIZATION:
        return [str(entry.get("meta", {}).get("organizationID", ""))]
    found: list[Any] = [entry]
    for step in name.split("."):
        found = [
            value for one in found if isinstance(one, Mapping) for key, value in one.items() if key.lower() == step
        ]
        found = [one for value in found for one in (value if isinstance(value, list) else [value])]
    return [value for value in found if isinstance(value, str)]
