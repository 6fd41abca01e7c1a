"""Which organization the files mean."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from reconciler.errors import InputError, StoreError
from reconciler.model import ids
from reconciler.model.desired import Desired, Organization
from reconciler.operations.organization import resolve_organization, stored_organization
from reconciler.webex import OrganizationReading

if TYPE_CHECKING:
    from reconciler.store import Store
    from reconciler.webex import Reader

ACME, OTHER = ("org-acme", "Acme"), ("org-other", "Other")


class Known:
    """A token and a store that know these organizations."""

    def __init__(self, *known: tuple[str, str]) -> None:
        self.known = known

    async def organizations_of_token(self) -> tuple[OrganizationReading, ...]:
        return tuple(OrganizationReading(org_id, name) for org_id, name in self.known)

    def organizations(self) -> object:
        raise NotImplementedError


class AsReader(Known):
    def __init__(self, *known: tuple[str, str]) -> None:
        super().__init__(*known)
        self.entered: list[str] = []

    def organizations(self) -> object:
        return self.organizations_of_token()

    async def enter(self, org_id: str) -> None:
        self.entered.append(org_id)


class AsStore(Known):
    def organizations(self) -> object:
        return self.known


def desired(org_id: str | None = None) -> Desired:
    """Files that name this organization, or none."""
    return Desired(Organization("acme", "organization", org_id=org_id), ())


def asked(org_id: str | None, *known: tuple[str, str]) -> tuple[str, str]:
    """The answer, when the token sees `known`."""
    return asyncio.run(resolve_organization(desired(org_id), cast("Reader", AsReader(*known))))


def test_the_only_one_needs_no_name() -> None:
    """The files may leave the id out while there is nothing to choose."""
    assert asked(None, ACME) == ACME
    assert stored_organization(desired(), cast("Store", AsStore(ACME))) == ACME


def test_the_files_choose_among_several_in_any_spelling_of_the_id() -> None:
    """Padded, unpadded and bare ids are one."""
    uuid = "1eb65fdf-9643-417f-9974-ad72cae0e10f"
    long = (ids.encode("ORGANIZATION", uuid), "Acme")
    assert asked(uuid, OTHER, long) == long


@pytest.mark.parametrize(("known", "entered"), [([ACME], []), ([OTHER, ACME], ["org-acme"])])
def test_one_of_several_is_entered_first(known: list[tuple[str, str]], entered: list[str]) -> None:
    """A partner's token is forbidden everything about a customer before; the only organization costs no call."""
    reader = AsReader(*known)
    asyncio.run(resolve_organization(desired("org-acme"), cast("Reader", reader)))
    assert reader.entered == entered


@pytest.mark.parametrize("org_id", [None, "org-unknown"])
def test_no_guess_among_several(org_id: str | None) -> None:
    """The choices are listed, and where to write the choice."""
    with pytest.raises(InputError) as caught:
        asked(org_id, OTHER, ACME)
    assert "Acme (org-acme), Other (org-other)" in caught.value.message
    assert "spec.orgId" in caught.value.message + caught.value.hint


def test_a_store_without_a_reading_says_to_sync() -> None:
    """And a store of another organization is not taken for this one."""
    with pytest.raises(StoreError) as caught:
        stored_organization(desired(), cast("Store", AsStore()))
    assert "sync" in caught.value.hint
    with pytest.raises(StoreError, match="Other"):
        stored_organization(desired("org-acme"), cast("Store", AsStore(OTHER)))
