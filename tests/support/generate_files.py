"""Random files of small organizations, with every policy, and the licenses that such an organization may own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, TypeVar, cast

import msgspec

from reconciler.model import ids
from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.desired import (
    Budget,
    Calling,
    Capacity,
    Desired,
    GroupReference,
    Guards,
    Keep,
    LicenseCapacity,
    Managed,
    Organization,
    Reference,
    Retention,
    Source,
    Template,
    UserException,
)
from reconciler.model.live import Location, PhoneNumber
from tests.support.chance import Chance
from tests.support.live import (
    AGENT,
    MSG,
    NOW,
    PREMIUM,
    PRO,
    RTT,
    SALES,
    SITE,
    STANDARD,
    SUITE,
    SUITE2,
    SUPPORT,
    license_id,
)

T = TypeVar("T")

EMEA = "emea.acme.webex.com"
SPACE = License(license_id("FTM", 63), "Basic Space Meetings", 1000, 0)
SHARE = License(license_id("FSS", 64), "Free screen share", 1000, 0)
MEETINGS = License(license_id("MC", 60, SITE), "Webex Meetings", 3, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
ELSEWHERE = msgspec.structs.replace(SUITE, id=license_id("EE", 61, EMEA), site=EMEA)
RTT2 = msgspec.structs.replace(RTT, id=license_id("RTT", 62), subscription="Sub-2")
AGENT2 = msgspec.structs.replace(AGENT, id=license_id("CJPSTD", 65), subscription="Sub-2")
MESSAGING = License(license_id("MS", 66), "Messaging", 5, 0, 0, 0, "Sub-1")
ADVANCED = License(license_id("CF", 67), "Advanced Space Meetings", 5, 0, 0, 0, "Sub-1")
CONSOLE = License(license_id("BCAC", 68), "Webex Calling - Attendant Console", 5, 0, 0, 0, "Sub-1")
ASSIST = License(license_id("BCCXE", 69), "Customer Assist", 5, 0, 0, 0, "Sub-1")
FREE = (MSG, SPACE, SHARE)
PAID = (
    SUITE,
    SUITE2,
    MEETINGS,
    ELSEWHERE,
    PREMIUM,
    AGENT,
    AGENT2,
    RTT,
    RTT2,
    MESSAGING,
    ADVANCED,
    PRO,
    STANDARD,
    CONSOLE,
    ASSIST,
)
CALLING = (PRO, STANDARD, CONSOLE, ASSIST)
GROUPS = (SALES, SUPPORT)
EMAILS = tuple(f"p{n}@acme.example" for n in range(6))
HQ = Location(ids.encode("LOCATION", "44444444-4444-4444-8444-444444444444"), "HQ", True)
NUMBERS = tuple(PhoneNumber(f"+1408555010{n}", HQ.id, "HQ", "ACTIVE") for n in range(4))
PLACE = Source("files.yaml", 1)


class FileMaker:
    """Makes files. `pools` are the licenses that its organization owns."""

    def __init__(self, chance: Chance, pools: Sequence[License] | None = None) -> None:
        self.chance = chance
        self.pools = tuple(pools) if pools is not None else self._pools()
        self.paid = tuple(pool for pool in self.pools if pool.subscription)

    def yes(self, percent: int) -> bool:
        """True that often."""
        return self.chance.number(1, 100) > 100 - percent

    def some(self, options: Sequence[T], most: int) -> tuple[T, ...]:
        """Up to `most` different options, in their order."""
        found: list[int] = []
        for _ in range(self.chance.number(0, min(most, len(options)))):
            index = self.chance.number(0, len(options) - 1)
            if index not in found:
                found.append(index)
        return tuple(options[index] for index in sorted(found))

    def _pools(self) -> tuple[License, ...]:
        paid = self.some(PAID, 7) or (RTT,)
        free = (MSG,) if self.yes(30) else self.some(FREE, 3)
        return (*free, *(msgspec.structs.replace(x, total=self.chance.number(0, 3)) for x in paid))

    def sites(self) -> tuple[str, ...]:
        """The sites that the organization's licenses are on."""
        return tuple(sorted({pool.site for pool in self.pools if pool.site}))

    def reference(self) -> Reference:
        """A license as a template names it."""
        pool = self.chance.one(
            self.paid if self.yes(85) else [p for p in self.pools if not same(p, SHARE)] or self.paid
        )
        fields: dict[str, Any] = {"source": PLACE}
        if pool.site:
            if self.yes(40):
                fields["site"] = pool.site
            if self.yes(30):
                fields["account_type"] = "attendee"
        if pool.subscription and self.yes(15):
            fields["subscription"] = pool.subscription
        if pool.name in {x.name for x in CALLING}:
            fields["calling"] = self.calling()
        if self.yes(5) and "account_type" not in fields:
            return Reference(id=pool.id, calling=fields.get("calling"), source=PLACE)
        return Reference(pool.name, **fields)

    def calling(self) -> Calling | None:
        """How a Calling license gets its number."""
        return self.chance.one(
            (Calling(), None, Calling(number="none", location="HQ", extension="fromDirectory"),
             Calling(location="HQ", extension="lastDigits", last_digits=3), Calling(extension="fromDirectory"))
        )  # fmt: skip

    def references(self, most: int = 4) -> tuple[Reference, ...]:
        """The licenses of one template, each with its own line."""
        drawn = [self.reference() for _ in range(self.chance.number(1, most))]
        names = {pool.id: pool.name for pool in self.pools}
        found = {(item.license or names[item.id or ""], item.site, item.account_type): item for item in drawn}.values()
        return tuple(
            msgspec.structs.replace(item, source=Source("files.yaml", line)) for line, item in enumerate(found, 1)
        )

    def template(self, name: str, groups: tuple[str, ...]) -> Template:
        """A template for everybody (`groups` empty) or for these groups."""
        existing = self.yes(75)
        return Template(
            name,
            "group" if groups else "organization",
            self.references(),
            tuple(GroupReference(group, source=PLACE) for group in groups),
            existing_users=existing,
            preserve_licenses=not existing or self.yes(50),
            priority=self.chance.one((100, 50, 1)),
            active_from=self.chance.one((None, None, date(2026, 11, 20), date(2026, 11, 23))) if not existing else None,
            explicitly_licensed_newcomers="skip" if not groups and self.yes(25) else "apply",
            source=PLACE,
        )

    def templates(self, before: Sequence[Template] = ()) -> tuple[Template, ...]:
        """One to four templates. Names repeat from one set of files to the next, and many stay what they were."""
        old = {template.name: template for template in before}
        found: list[Template] = []
        for name, groups in (
            ("everyone", ()), ("sales", ("Sales",)), ("both", ("Sales", "Support")), ("support", ("Support",)),
        ):  # fmt: skip
            if name in old and self.yes(45):
                found.append(old[name])
            elif name in old and self.yes(50):
                found.append(self._edited(old[name], groups))
            elif self.yes(45):
                found.append(self.template(name, groups))
        for template in before:
            if template.name not in {other.name for other in found} and self.yes(15):
                found.append(self._renamed(template, found))
        return tuple(found) or (self.template("everyone", ()),)

    @staticmethod
    def _renamed(template: Template, others: Sequence[Template]) -> Template:
        """The same template under a new name."""
        names = {template.name, *(other.name for other in others)}
        name = next(name for name in ("renamed", "anew", "again", "other", "last") if name not in names)
        return msgspec.structs.replace(template, name=name)

    def _edited(self, template: Template, groups: tuple[str, ...]) -> Template:
        """The template with a license dropped or added, or retention turned."""
        licenses = template.licenses
        if len(licenses) > 1 and self.yes(50):
            licenses = licenses[:-1]
        elif self.yes(50):
            licenses = self.references()
        preserve = not template.existing_users or self.yes(30)
        if len(groups) == 2 and self.yes(40):
            listed: tuple[GroupReference, ...] = (GroupReference(self.chance.one(groups), source=PLACE),)
        else:
            listed = template.groups
        return msgspec.structs.replace(template, licenses=licenses, preserve_licenses=preserve, groups=listed)

    def exceptions(self) -> tuple[UserException, ...]:
        """None, one or two exceptions."""
        found = []
        for name in ("x", "y"):
            if not self.yes(35):
                continue
            what = self.chance.one(("add", "deny", "add", "deny", "exempt"))
            users = tuple((email, PLACE) for email in self.some(EMAILS, 2)) or ((EMAILS[0], PLACE),)
            found.append(
                UserException(
                    name, users, "because",
                    exempt=what == "exempt",
                    add=self.references(2) if what == "add" else (),
                    deny=tuple(self.managed() for _ in range(self.chance.number(1, 2))) if what == "deny" else (),
                    until=self.chance.one((None, None, NOW.date(), date(2026, 11, 20))),
                    source=PLACE,
                )
            )  # fmt: skip
        return tuple(found)

    def managed(self) -> Managed:
        """An entry of `manage` or `deny`."""
        sites = self.sites()
        if sites and self.yes(20):
            return Managed(attendee_site=self.chance.one(sites), source=PLACE)
        if self.yes(15):
            return Managed(reference=self.reference(), source=PLACE)
        return Managed(self.chance.one([p for p in self.pools if not same(p, SHARE)] or self.paid).name, source=PLACE)

    def organization(self) -> Organization:
        """An Organization document with any of the policies."""
        one, yes = self.chance.one, self.yes
        names, sites = {pool.name for pool in self.pools}, self.sites()
        mode = one(("groupsThenOrganization", "organization", "groups"))
        return Organization(
            "acme",
            cast(Literal["organization", "groups", "groupsThenOrganization"], mode),
            default_subscription=one(("Sub-1",) * 6 + ("Sub-2",) * 3 + (None,)),
            default_site=one((SITE,) * 6 + (EMEA,) * 2 + (None,)),
            subscription_policy=cast(Any, one(("defaultOnly", "oldestFirst"))),
            subscription_order=one((("Sub-1", "Sub-2"), ("Sub-2", "Sub-1"), ("Sub-1",))),
            retention=self.retention(),
            deactivated_users=cast(Any, one(("keep", "remove"))),
            manage=tuple(self.managed() for _ in range(self.chance.number(0, 2))),
            tiers=((SUITE.name, MEETINGS.name),) if {SUITE.name, MEETINGS.name} <= names and yes(30) else (),
            attendee_off=frozenset((one(sites),)) if sites and yes(8) else frozenset(),
            capacity=self.capacity(),
            guards=Guards(
                protected=(one(EMAILS),) if yes(15) else (),
                shrinkage_percent=one((100.0,) * 5 + (20.0,)),
                first_apply=cast(Any, one(("all", "additions"))),
                irreversible=cast(Any, one(("stop", "hold"))),
            ),
            source=PLACE,
        )

    def retention(self) -> Retention:
        """Any of the 192 combinations."""
        keep: tuple[Keep, ...] = ("preserve", "remove")
        one, moved = self.chance.one, cast(Any, self.chance.one((*keep, "removeAll")))
        return Retention(one(keep), moved, one(keep), one(keep), one(keep), self.yes(25))

    def capacity(self) -> Capacity:
        """Hard pools mostly; sometimes overage, no limit, or budgets."""
        policies = (LicenseCapacity(), LicenseCapacity("overage", 50.0), LicenseCapacity("uncapped"))
        names = sorted({pool.name for pool in self.paid})
        budgets = tuple(
            Budget(self.chance.one(names), GroupReference(group, source=PLACE), self.chance.number(0, 2), PLACE)
            for group in ("Sales", "Support")
            if self.yes(20)
        )
        return Capacity(
            self.chance.one((policies[0],) * 8 + policies[1:]),
            {self.chance.one(names): self.chance.one(policies)} if self.yes(10) else {},
            budgets,
        )

    def files(self, before: Desired | None = None) -> Desired:
        """The files of one moment; with `before`, often much of the earlier ones."""
        if before is None:
            return Desired(self.organization(), self.templates(), self.exceptions())
        if self.yes(35):
            return before
        return Desired(
            before.organization if self.yes(40) else self.organization(),
            self.templates(before.templates),
            before.exceptions if self.yes(30) else self.exceptions(),
        )


def is_calling(pool: License) -> bool:
    """Whether it is one of the Calling licenses, whatever its units."""
    return any(same(pool, other) for other in CALLING)


def same(pool: License, other: License) -> bool:
    """Whether two are one license, whatever their units."""
    return pool.id == other.id
