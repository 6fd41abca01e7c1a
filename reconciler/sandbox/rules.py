"""`PATCH /licenses/users` as Webex does it: check everything, do what is allowed, answer with what the person now holds.

Something done and something not: 206. Nothing done: 400 with the reasons. Everything done: 200. Adding what is held and
removing what is not count as done. `Manners` change what of this is not documented. Which checks come first is not documented
either; the order here is the one of `assign`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox import calling, checks, refusal
from reconciler.sandbox.calling import Place
from reconciler.sandbox.file import location_group
from reconciler.sandbox.nouns import License, Person
from reconciler.sandbox.offers import Offer, is_calling, is_free, needs_properties, offer
from reconciler.sandbox.order import Item, LicenseItem, Order, SiteItem
from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.state import State


@dataclass(frozen=True, slots=True)
class Outcome:
    """Status 200, 206 or 400, the body, and why each refused item was refused."""

    status: int
    body: dict[str, Any]
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Manners:
    """How Webex behaves today where nothing says how it does.

    `over_allocation`: more units are given than there are. `ignored` are keys of licenses that are answered with success and
    left as they are. `some_refused` and `all_refused` are the status when a part, or everything, is refused; 400 does nothing.
    `remove_not_held` 400 refuses to take away what the person does not hold.
    """

    over_allocation: bool = False
    ignored: Collection[str] = ()
    some_refused: int = 206
    all_refused: int = 400
    remove_not_held: int = 200


def assign(state: State, person: Person, order: Order, manners: Manners = Manners()) -> Outcome:
    """Carry out an order."""
    assignment = _Assignment(state, person, order, manners)
    assignment.check()
    reasons = tuple(dict.fromkeys(assignment.refused.values()))
    status = 200
    if reasons:
        everything = len(assignment.refused) == len(order.licenses) + len(order.sites)
        status = manners.all_refused if everything else manners.some_refused
    if status == 400:
        return Outcome(400, {"message": reasons[0].message, "errors": [reason.body() for reason in reasons]}, reasons)
    assignment.carry_out()
    return Outcome(status, holdings(state, person), tuple(assignment.refused.values()))


def refusals(state: State, person: Person, order: Order, *, over_allocation: bool = False) -> tuple[Refusal, ...]:
    """Why Webex would not do this order, or not all of it; nothing is changed. A 206 does not say it."""
    assignment = _Assignment(state, person, order, Manners(over_allocation))
    assignment.check()
    return tuple(assignment.refused.values())


def holdings(state: State, person: Person) -> dict[str, Any]:
    """The answer to a PATCH: all licenses and site roles the person has, whatever was asked."""
    sites = [{"siteUrl": site, "accountType": "host"} for site in person.host_sites()]
    sites += [{"siteUrl": site, "accountType": "attendee"} for site in person.attendee_sites]
    body: dict[str, Any] = {
        "orgId": state.org_id,
        "personId": person.id,
        "email": person.email,
        "licenses": [license.id for license in person.licenses],
        "siteUrls": sites,
    }
    if person.pending_licenses:
        body["pendingLicenses"] = [license.id for license in person.pending_licenses]
    if person.pending_sites:
        body["pendingSiteUrls"] = [{"siteUrl": site, "accountType": "attendee"} for site in person.pending_sites]
    return body


class _Assignment:
    def __init__(self, state: State, person: Person, order: Order, manners: Manners) -> None:
        self.state = state
        self.person = person
        self.order = order
        self.manners = manners
        self.refused: dict[Item, Refusal] = {}
        self.places: dict[LicenseItem, Place] = {}

    def check(self) -> None:
        """Fill `refused` and `places`; changes nothing."""
        self._recognize()
        self._combinations()
        # A refused addition may have been what made a removal fine, so combinations are looked at again.
        for item in self._open():
            if item.operation == "add" and item.license and not self.person.holds(item.license):
                self._addition(item, item.license)
        self._combinations()
        for site in self.order.sites:
            self._site(site)

    def _open(self) -> list[LicenseItem]:
        return [item for item in self.order.licenses if item not in self.refused]

    def _recognize(self) -> None:
        for item in self.order.licenses:
            item.license = self.state.license(item.id)
            if item.license is None or (item.operation == "add" and offer(item.license) is Offer.NOT_FOR_PEOPLE):
                self.refused[item] = Refusal(refusal.LICENSE_UNKNOWN, f"License not recognized: {item.id}")
            elif self.person.external and not item.license.site:
                self.refused[item] = Refusal(None, "People of other organizations can hold meeting licenses only.")
            elif item.operation == "remove" and self.manners.remove_not_held == 400 and not self._has(item.license):
                self.refused[item] = Refusal(None, f"The person does not hold this license: {item.license.id}")

    def _has(self, license: License) -> bool:
        return self.person.holds(license) or license in self.person.pending_licenses

    def _combinations(self) -> None:
        if not self.person.external:
            self.refused.update(checks.refused(self.state, self.person, self._open()))

    def _addition(self, item: LicenseItem, license: License) -> None:
        if license.consumed >= license.total and not self.manners.over_allocation and not is_free(license):
            self.refused[item] = Refusal(None, f"No unit of {license.name} is left. Not applied: {license.id}")
        elif needs_properties(license) and not item.properties:
            self.refused[item] = Refusal(refusal.PROPERTIES_MISSING, f"{license.name} needs properties of its own.")
        elif is_calling(license):
            found = calling.place(self.state, self.person, item, moving=self._gives_up_calling())
            if isinstance(found, Refusal):
                self.refused[item] = found
            else:
                self.places[item] = found

    def _gives_up_calling(self) -> bool:
        going = {item.license for item in self._open() if item.operation == "remove"}
        return all(license in going for license in self.person.licenses if is_calling(license))

    def _site(self, item: SiteItem) -> None:
        if item.account_type != "attendee":
            self.refused[item] = Refusal(refusal.SITE_INVALID, f"accountType must be attendee: {item.site}")
        elif item.operation == "add" and item.site not in self.person.attendee_sites:
            hosts = {license.site for license in checks.outlook(self.state, self.person, self._open()).after}
            known = item.site in self.state.managed_sites()
            if not known or item.site in hosts or item.site in self.person.site_admin_of:
                self.refused[item] = Refusal(refusal.SITE_INVALID, f"Not a valid attendee site here: {item.site}")

    def carry_out(self) -> None:
        """Additions first: who swaps one Calling license for another keeps number and extension, as nothing is freed between."""
        if self.person.external:
            self._invite()
            return
        doing = [item for item in self._open() if item.license and item.license.key not in self.manners.ignored]
        for item in doing:
            if item.operation == "add" and item.license:
                self.state.hold(self.person, item.license)
                self._move_in(self.places.get(item))
        for item in doing:
            if item.operation == "remove" and item.license:
                self.state.release(self.person, item.license)
        self._attend()

    def _move_in(self, place: Place | None) -> None:
        if place is None:
            return
        same = self.person.location is place.location
        number = place.number or (self.person.number if same else None)
        extension = place.extension or (self.person.extension if same else None)
        self.state.claim(self.person, place.location, number, extension)
        self.state.join_group(self.person, location_group(self.state, place.location))

    def _attend(self) -> None:
        sites = list(self.person.attendee_sites)
        for item in self.order.sites:
            if item in self.refused:
                continue
            if item.operation == "add" and item.site not in sites:
                sites.append(item.site)
            if item.operation == "remove" and item.site in sites:
                sites.remove(item.site)
        if sites != self.person.attendee_sites:
            self.state.set_attendee(self.person, sites)

    def _invite(self) -> None:
        """What an external person is given waits for their consent and costs no unit until then; both can be taken away."""
        waiting, sites = self.person.pending_licenses, self.person.pending_sites
        for item in self._open():
            assert item.license is not None
            if item.operation == "remove":
                self.state.release(self.person, item.license)
                waiting[:] = [license for license in waiting if license is not item.license]
            elif not self.person.holds(item.license) and item.license not in waiting:
                waiting.append(item.license)
        for site in self.order.sites:
            if site in self.refused:
                continue
            if site.operation == "remove":
                sites[:] = [pending for pending in sites if pending != site.site]
                kept = [held for held in self.person.attendee_sites if held != site.site]
                self.state.set_attendee(self.person, kept)
            elif site.site not in sites and site.site not in self.person.attendee_sites:
                sites.append(site.site)
