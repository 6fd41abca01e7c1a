"""What the checks look at: one person, what the files want for them, and what the organization has, as values.

A check is a function of an `Ask` and of nothing else, so that each stands alone in a file of its own, and an answer says
everything that is wrong at once. Source: RULES 6.1, 6.2.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from reconciler.model import ids
from reconciler.model.calling_readiness import FixIn
from reconciler.model.desired import Calling, CallingAssignment
from reconciler.model.finding import Finding
from reconciler.model.live import Location, Person, PhoneNumber
from reconciler.model.plan import CallingProperties
from reconciler.model.rule import Rule

_DIRECTORIES = {"AD": "Active Directory", "AAD": "Microsoft Entra ID", "OKTA": "Okta", "BROADWORKS": "BroadWorks"}


class Problem(msgspec.Struct, frozen=True):
    """A check that failed: a code of its own, the message (about one person), what to do, and where."""

    code: str
    message: str
    hint: str
    fix_in: tuple[FixIn, ...]

    def finding(self, email: str) -> Finding:
        """The same as a finding."""
        return Finding(self.code, "warning", email, self.message, self.hint)


class Ask(msgspec.Struct, frozen=True):
    """What one person should get, looked up but not judged.

    `text` is the number as it is written (None: no number is wanted, empty: there is none), `number` the same in E.164,
    `listed` its rows. `named` is the location that the files name, `location` where the person would be. `owners` are the ids
    of those who have the extension there already, `extension_taken`. `number_goes_to` and `extension_goes_to` are the
    addresses of others to whom this plan has given them. `rows` are those that name the person.
    """

    person: Person
    wanted: Calling
    rows: tuple[CallingAssignment, ...] = ()
    text: str | None = None
    number: str | None = None
    listed: tuple[PhoneNumber, ...] = ()
    named: Location | None = None
    location: Location | None = None
    extension: str | None = None
    owners: tuple[str | None, ...] = ()
    number_goes_to: str = ""
    extension_goes_to: str = ""
    locations: tuple[str, ...] = ()

    def is_me(self, owner_id: str | None) -> bool:
        """Whether an owner is the very person."""
        return owner_id is not None and ids.same(owner_id, self.person.id)

    @property
    def properties(self) -> CallingProperties:
        """What to send once nothing is wrong."""
        return CallingProperties(self.number, self.extension, self.location.id if self.location else None)

    @property
    def written_in(self) -> str:
        """Where the number is written, in words: the directory that a work phone comes from, or the file and line."""
        return self.directory if self.wanted.number == "workPhone" else str(self.wanted.source)

    @property
    def number_is_in(self) -> FixIn:
        """The same as a place."""
        return "directory" if self.wanted.number == "workPhone" else "files"

    @property
    def directory(self) -> str:
        """Where the person's record is kept, in words."""
        return directory(self.person)


def directory(person: Person) -> str:
    """The directory that feeds a person's record, by `provisionSource`; without one, somebody types it into Control Hub.

    >>> directory(Person("P1", "ann@acme.example", "Ann", 1, provision_source="AAD"))
    'Microsoft Entra ID'
    >>> directory(Person("P2", "bob@acme.example", "Bob", 1))
    "the person's record in Control Hub"
    """
    source = person.provision_source
    if not source:
        return "the person's record in Control Hub"
    return _DIRECTORIES.get(source.upper(), f"the directory ({source})")


Check = Callable[[Ask], Problem | None]
CallingCheck = Rule[Check]
"""A check of one person's number, location or extension; None when nothing is wrong."""
