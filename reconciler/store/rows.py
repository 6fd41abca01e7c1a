"""Rows of people as values: the columns that make a `Person`, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reconciler.model import canonical
from reconciler.model.live import Person
from reconciler.store.packing import broken, from_ms

if TYPE_CHECKING:
    from sqlalchemy import FromClause


class _Row(msgspec.Struct, array_like=True, gc=False):
    id: str
    email: str
    name: str
    situation: int
    created: int | None
    other_emails: str
    phone: str | None
    extension: str | None
    location_id: str | None
    provision_source: str | None


def columns(people: FromClause) -> list[Any]:
    """The columns of `people` that `person_of` reads, in its order."""
    names = ("person_id", "email", "name", "situation", "created", "other_emails", "phone", "extension", "location_id")
    return [people.c[name] for name in (*names, "provision_source")]


def addresses(person: Person) -> set[str]:
    """All of a person's addresses, canonical."""
    return {canonical.email(address) for address in (person.email, *person.other_emails)}


def person_of(row: tuple[Any, ...]) -> Person:
    """The person of a row of `columns`; StoreError when it is not what we write."""
    try:
        kept = msgspec.convert(row, _Row)
        created = None if kept.created is None else from_ms(kept.created)
    except (msgspec.ValidationError, OverflowError) as error:
        raise broken("person") from error
    return Person(
        id=kept.id,
        email=kept.email,
        name=kept.name,
        situation=kept.situation,
        created=created,
        other_emails=tuple(kept.other_emails.split("\n")) if kept.other_emails else (),
        work_phone=kept.phone,
        extension=kept.extension,
        location_id=kept.location_id,
        provision_source=kept.provision_source,
    )
