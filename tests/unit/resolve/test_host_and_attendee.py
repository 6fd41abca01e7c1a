"""RULES 3.3, 3.4: host and attendee on one site."""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.desired import Managed, Retention
from reconciler.model.memory import Memory
from tests.support.desired import (
    applied,
    attendee,
    changes,
    codes,
    desired,
    everyone,
    exception,
    held,
    managed,
    members,
    organization,
    plan,
    waiting,
)
from tests.support.live import MSG, NOW, SALES, SITE, SUITE, SUITE2, Someone, license_id

ANN = Someone("ann@acme.example", groups=(SALES.id,))
FULL = msgspec.structs.replace(SUITE, total=0)
BOTH = desired(organization("groups"), members("Sales", "Webex Meetings Suite", attendee()))
ROLE = desired(organization(), everyone(attendee()))
HOST = f"Webex Meetings Suite @ {SITE}"


def test_attendee_costs_no_unit() -> None:
    """The attendee role is given although not one host unit is left."""
    found = plan(ROLE, ANN, licenses=(FULL, MSG))
    assert changes(found) == [f"+ attendee @ {SITE}"]


def test_a_held_role_satisfies() -> None:
    """Who has the role already gets nothing."""
    assert changes(plan(ROLE, msgspec.structs.replace(ANN, attendee=(SITE,)))) == []


def test_host_beats_attendee() -> None:
    """Granted both for one site, a person becomes host only."""
    assert changes(plan(BOTH, ANN)) == [f"+ {HOST}"]


def test_attendee_while_no_host_unit_is_left() -> None:
    """Granted both while no unit is left, a person becomes attendee and waits for the unit."""
    found = plan(BOTH, ANN, licenses=(FULL,))
    assert changes(found) == [f"+ attendee @ {SITE}"]
    assert waiting(found) == [(ANN.email, "Webex Meetings Suite")]


def test_the_waiting_attendee_is_promoted_in_one_call() -> None:
    """Once a unit is free, the waiting attendee becomes host and the role goes, in one call, with cause `promoted`."""
    person = msgspec.structs.replace(ANN, attendee=(SITE,), given={f"attendee:{SITE}": ("template:sales",)})
    memory = msgspec.structs.replace(applied(BOTH), waiting={(person.id, HOST): NOW})
    found = plan(BOTH, person, memory=memory)
    assert changes(found) == [f"+ {HOST}", f"- attendee @ {SITE}"]
    assert {op.cause for op in found.plan.changes[0].attendee_sites} == {"promoted"}


def test_promotion_takes_a_role_given_by_hand() -> None:
    """A host license granted to an attendee takes the role along, whoever gave it; nobody is both."""
    found = plan(
        desired(organization(), everyone("Webex Meetings Suite")), msgspec.structs.replace(ANN, attendee=(SITE,))
    )
    assert changes(found) == [f"+ {HOST}", f"- attendee @ {SITE}"]


def test_the_role_stays_while_no_unit_is_left() -> None:
    """Without a unit the attendee keeps the role and waits."""
    found = plan(
        desired(organization(), everyone("Webex Meetings Suite")),
        msgspec.structs.replace(ANN, attendee=(SITE,)),
        licenses=(FULL,),
    )
    assert changes(found) == []
    assert waiting(found) == [(ANN.email, "Webex Meetings Suite")]


def test_nobody_is_demoted_by_an_attendee_grant() -> None:
    """A host license that stays satisfies an attendee grant, declared or not."""
    holder = msgspec.structs.replace(ANN, holds=(SUITE.id,))
    for org in (organization(), organization(manage=managed("Webex Meetings Suite"))):
        assert changes(plan(desired(org, everyone(attendee())), holder)) == []


LOSES_HOST = desired(
    organization(retention=Retention(manual="remove"), manage=managed("Webex Meetings Suite")), everyone(attendee())
)


def test_demotion_is_one_call() -> None:
    """Where retention takes the host license and attendee is granted, both happen in one call."""
    found = plan(LOSES_HOST, msgspec.structs.replace(ANN, holds=(SUITE.id,)))
    assert changes(found) == [f"+ attendee @ {SITE}", f"- {HOST}"]
    assert len(found.plan.changes) == 1


def test_a_held_demotion_gives_no_role() -> None:
    """While the removal of the host license is held back, the role that would follow it is held back as well."""
    found = plan(LOSES_HOST, msgspec.structs.replace(ANN, holds=(SUITE.id,)), memory=Memory())
    assert changes(found) == []
    assert held(found) == [(f"+ attendee @ {SITE}", "first-apply"), (f"- {HOST}", "first-apply")]


def test_a_demotion_held_for_one_of_two_units_gives_no_role() -> None:
    """Who holds two host units and keeps one of them, because its license was read incompletely, gets no role."""
    short = msgspec.structs.replace(SUITE2, consumed_by_users=5)
    policy = Retention(manual="remove", outside_defaults="remove")
    org = organization(retention=policy, manage=managed("Webex Meetings Suite"))
    person = msgspec.structs.replace(ANN, holds=(SUITE.id, SUITE2.id))
    found = plan(desired(org, everyone(attendee())), person, licenses=(SUITE, short))
    assert changes(found) == [f"- {HOST}"]


def test_declaring_the_host_does_not_declare_the_role() -> None:
    """A role that no file declares stays, although the site's host license is declared."""
    org = organization(retention=Retention(manual="remove"), manage=managed("Webex Meetings Suite"))
    found = plan(desired(org, everyone("Real-Time Translations")), msgspec.structs.replace(ANN, attendee=(SITE,)))
    assert changes(found) == ["+ Real-Time Translations"]


def test_a_managed_role_follows_retention() -> None:
    """A role declared under `manage` and given by hand goes with `retention.manual: remove`."""
    org = organization(retention=Retention(manual="remove"), manage=(Managed(attendee_site=SITE),))
    found = plan(desired(org, everyone("Real-Time Translations")), msgspec.structs.replace(ANN, attendee=(SITE,)))
    assert changes(found) == ["+ Real-Time Translations", f"- attendee @ {SITE}"]


def test_a_denied_role_goes() -> None:
    """An exception that denies the role takes it and keeps it from being granted."""
    role = exception("x", ANN.email, deny=(Managed(attendee_site=SITE),))
    found = plan(desired(organization(), everyone(attendee()), role), msgspec.structs.replace(ANN, attendee=(SITE,)))
    assert changes(found) == [f"- attendee @ {SITE}"]


def test_a_site_administrator_is_not_made_attendee() -> None:
    """A site administrator cannot be attendee of that site: a finding, nothing planned, other licenses come."""
    found = plan(
        desired(organization(), everyone(attendee(), "Real-Time Translations")),
        msgspec.structs.replace(ANN, admin_of=(SITE,)),
    )
    assert changes(found) == ["+ Real-Time Translations"]
    assert codes(found) == ["site-admin"]


def test_an_administrator_of_another_site_is() -> None:
    """Being administrator of another site is no obstacle."""
    assert changes(plan(ROLE, msgspec.structs.replace(ANN, admin_of=("other.webex.com",)))) == [f"+ attendee @ {SITE}"]


def test_a_site_administrator_waits_without_the_fallback() -> None:
    """A site administrator granted host and attendee waits for the unit and gets no role meanwhile."""
    found = plan(BOTH, msgspec.structs.replace(ANN, admin_of=(SITE,)), licenses=(FULL,))
    assert changes(found) == []
    assert waiting(found) == [(ANN.email, "Webex Meetings Suite")]


def test_the_attendee_feature_is_off() -> None:
    """A site whose Attendee feature is off gives no role: a finding, nothing planned."""
    found = plan(desired(organization(attendee_off=frozenset({SITE})), everyone(attendee())), ANN)
    assert changes(found) == []
    assert codes(found) == ["attendee-off"]


def test_a_granted_role_that_is_held_stays() -> None:
    """Where the role could not be given (site administrator, feature off), one that is held and granted is not taken."""
    retention = Retention(manual="remove")
    held_role = msgspec.structs.replace(ANN, attendee=(SITE,))
    off = organization(retention=retention, attendee_off=frozenset({SITE}))
    assert changes(plan(desired(off, everyone(attendee())), held_role)) == []
    administrator = msgspec.structs.replace(held_role, admin_of=(SITE,))
    assert changes(plan(desired(organization(retention=retention), everyone(attendee())), administrator)) == []


def test_no_fallback_beside_a_host_license_that_is_kept() -> None:
    """Who waits to be moved to another subscription stays host and does not become attendee as well."""
    org = organization("groups", retention=Retention(outside_defaults="remove"))
    files = desired(org, members("Sales", "Webex Meetings Suite", attendee()))
    found = plan(files, msgspec.structs.replace(ANN, holds=(SUITE2.id,)), licenses=(FULL, SUITE2))
    assert changes(found) == []
    assert waiting(found) == [(ANN.email, "Webex Meetings Suite")]


def test_no_fallback_beside_a_lower_tier_of_the_site() -> None:
    """Who waits for a higher host tier keeps the lower one and does not become attendee as well."""
    lower = License(license_id("MC", 40, SITE), "Webex Meetings", 10, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
    org = organization("groups", tiers=(("Webex Meetings Suite", "Webex Meetings"),), manage=managed("Webex Meetings"))
    files = desired(org, members("Sales", "Webex Meetings Suite", attendee()))
    found = plan(files, msgspec.structs.replace(ANN, holds=(lower.id,)), licenses=(FULL, lower))
    assert changes(found) == []


def test_what_webex_refused_is_not_tried_again() -> None:
    """After 400216 for a site nobody is sent there again, until the files say that it is switched on."""
    memory = msgspec.structs.replace(applied(ROLE), attendee_refused={SITE: NOW})
    found = plan(ROLE, ANN, memory=memory)
    assert changes(found) == []
    assert codes(found) == ["attendee-off"]
    assert f"{NOW:%Y-%m-%d}" in found.plan.findings[0].message
    assert found.plan.findings[0].hint == (
        f"ask Cisco TAC to enable the Attendee feature, then set `attendeeFeature: {{{SITE}: on}}`; without that it is "
        "tried again 30 days after the refusal"
    )
    switched_on = desired(organization(attendee_on=frozenset({SITE})), everyone(attendee()))
    assert changes(plan(switched_on, ANN, memory=memory)) == [f"+ attendee @ {SITE}"]


WEBINARS = License(license_id("WBN", 90, SITE), "Webex Webinars", 1, 0, 0, 0, "Sub-1", SITE, CONTROL_HUB_MANAGED)
SPEAKER = desired(
    organization("groups"), members("Sales", "Webex Meetings Suite", "Webex Webinars", attendee(), priority=1)
)


def test_no_role_stands_in_beside_another_host_license() -> None:
    """Who gets webinars while waiting for the meetings license of the site is a host there, and gets no attendee role."""
    found = plan(SPEAKER, ANN, licenses=(MSG, FULL, WEBINARS))
    assert changes(found) == [f"+ Webex Webinars @ {SITE}"]
    assert waiting(found) == [(ANN.email, "Webex Meetings Suite")]


def test_the_role_goes_once_with_two_host_licenses() -> None:
    """An attendee who becomes host by two licenses of a site loses the role in that call, once."""
    found = plan(SPEAKER, msgspec.structs.replace(ANN, attendee=(SITE,)), licenses=(MSG, SUITE, WEBINARS))
    assert changes(found) == [f"+ {HOST}", f"+ Webex Webinars @ {SITE}", f"- attendee @ {SITE}"]
