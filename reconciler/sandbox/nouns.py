"""The things the sandbox remembers: people, licenses, groups, locations, numbers.

They are mutable on purpose (the sandbox is the one place that *is* Webex), hold each other by reference so that no
request has to look anything up, and keep their JSON once it was written, because a benchmark reads 100,000 people and
the server must not be what is measured. Shapes are the sandbox's own: sharing them with the client would hide mistakes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True, eq=False)
class License:
    """A license of `GET /licenses`. `total` and `workspaces` are units; `holders` are people by UUID, oldest first.

    `site` is a lower-case host name. `listing` is the holders as a list, kept until they change.
    """

    key: str
    id: str
    name: str
    type: str
    total: int
    subscription: str | None = None
    site: str | None = None
    site_type: str | None = None
    workspaces: int = 0
    holders: dict[str, Person] = field(default_factory=dict)
    listing: list[Person] | None = None

    @property
    def consumed(self) -> int:
        """Units in use: holders and workspaces."""
        return len(self.holders) + self.workspaces

    def listed(self) -> list[Person]:
        """The holders as a list that nobody changes; a page cursor may hold on to it."""
        if self.listing is None:
            self.listing = list(self.holders.values())
        return self.listing


@dataclass(slots=True, eq=False)
class Location:
    """A place. `calling` tells whether it is enabled for Webex Calling; `prefix` goes before extensions."""

    key: str
    id: str
    name: str
    calling: bool = True
    prefix: str | None = None


@dataclass(slots=True, eq=False)
class Feature:
    """An owner of a number that is not a person, e.g. type `HUNT_GROUP`."""

    id: str
    type: str
    name: str


@dataclass(slots=True, eq=False)
class Number:
    """A phone number of the organization, in E.164. No owner means that it is free."""

    number: str
    location: Location
    state: str = "ACTIVE"
    owner: Person | Feature | None = None
    main: bool = False
    mobile: bool = False
    toll_free: bool = False
    service: bool = False
    reserved: bool = False


@dataclass(slots=True, eq=False)
class Person:
    """Somebody of the organization, a bot, or (`external`) somebody of another organization who holds a license here.

    `created`, `modified` and `last_activity` are Webex's text (ISO 8601, milliseconds, Z). `attendee_sites` and
    `site_admin_of` are host names, `roles` administrator roles as their ids name them (`id_full_admin`). `pending_*` wait
    for an external person's consent. The `json_*` are kept answers; `touch()` forgets them.
    """

    uuid: str
    id: str
    email: str
    name: str
    first: str
    last: str
    created: str
    modified: str
    other_emails: tuple[str, ...] = ()
    active: bool = True
    invite_pending: bool = False
    type: str = "person"
    external: bool = False
    work_phone: str | None = None
    extension: str | None = None
    location: Location | None = None
    number: Number | None = None
    licenses: list[License] = field(default_factory=list)
    attendee_sites: list[str] = field(default_factory=list)
    site_admin_of: list[str] = field(default_factory=list)
    provision_source: str | None = None
    roles: tuple[str, ...] = ()
    pending_licenses: list[License] = field(default_factory=list)
    pending_sites: list[str] = field(default_factory=list)
    last_activity: str | None = None
    json_plain: bytes | None = None
    json_shown: bytes | None = None
    json_calling: bytes | None = None
    json_scim: bytes | None = None
    json_member: bytes | None = None

    def touch(self, modified: str) -> None:
        """Something changed: the kept answers are no longer true."""
        self.modified = modified
        self.json_plain = self.json_shown = self.json_calling = self.json_scim = None

    def holds(self, license: License) -> bool:
        """Whether this person holds that very license."""
        return self.uuid in license.holders

    def host_sites(self) -> Iterator[str]:
        """The sites this person is a host on, each once."""
        seen = set()
        for license in self.licenses:
            if license.site and license.site not in seen:
                seen.add(license.site)
                yield license.site


@dataclass(slots=True, eq=False)
class Group:
    """A group: people by UUID and the keys of groups nested in it. `key` is the name unless two groups share one.

    `usage` is `security`, or `location` for the groups that Webex makes by itself of those who have Calling at a location.
    """

    key: str
    uuid: str
    id: str
    name: str
    created: str
    members: dict[str, Person] = field(default_factory=dict)
    nested: list[str] = field(default_factory=list)
    usage: str = "security"
    listing: list[Person] | None = None

    def listed(self) -> list[Person]:
        """The people as a list that nobody changes."""
        if self.listing is None:
            self.listing = list(self.members.values())
        return self.listing


@dataclass(slots=True, frozen=True)
class Token:
    """An access token the file lists. `scopes` None: all. `person` is an address, for `/people/me`.

    `read_only`: its owner is a read-only administrator. `partner`: its owner administers a partner organization and thereby
    the customers named in `manages` (None: all organizations there are). It ends `expires_in` seconds after the start, or at
    `expires_at`. `name` is what it is called where the secret must not be seen.
    """

    token: str = field(repr=False)
    scopes: tuple[str, ...] | None = None
    person: str | None = None
    name: str | None = None
    read_only: bool = False
    partner: bool = False
    manages: tuple[str, ...] | None = None
    expires_in: float | None = None
    expires_at: datetime | None = None


@dataclass(slots=True, frozen=True)
class Client:
    """An integration or a service app that an administrator of the organization has authorized.

    `rights` is what its access tokens may do (its own text is empty). Lifetimes are seconds. `refresh_token` is the one that
    the authorization gave; `redirect_uri` is where `/authorize` may send a browser.
    """

    id: str
    secret: str = field(repr=False)
    rights: Token
    refresh_token: str | None = field(default=None, repr=False)
    redirect_uri: str | None = None
    expires_in: float = 1_209_599
    refresh_expires_in: float = 7_775_999
