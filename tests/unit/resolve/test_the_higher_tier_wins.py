"""RULES 3.5: tiers among grants, and grants against tiers that are held."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.desired import Guards, Retention
from reconciler.model.live import Location, PhoneNumber
from tests.support.desired import (
    acknowledgement,
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
    ref,
    waiting,
)
from tests.support.live import AGENT, PREMIUM, PRO, RTT, SALES, SITE, STANDARD, SUPPORT, Someone, license_id

ANN = Someone("ann@acme.example")
HQ = Location("L-HQ", "HQ", True)
NUMBER = PhoneNumber("+14085550100", HQ.id, "HQ", "ACTIVE")


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("Contact center Standard Agent", "Contact Center Premium Agent"),
        ("Webex Calling - Standard", "Webex Calling - Professional"),
    ],
)
def test_built_in_tiers(lower: str, higher: str) -> None:
    """Of two tiers granted at once only the higher one is given, whichever template has the better priority."""
    both = Someone("ann@acme.example", groups=(SALES.id, SUPPORT.id), work_phone="+14085550100")
    files = desired(
        organization("groups"), members("Sales", lower, priority=1), members("Support", higher, priority=50)
    )
    found = plan(files, both, locations=(HQ,), numbers=(NUMBER,))
    assert changes(found) == [f"+ {higher}"]
    (answer,) = found.workings.answers.values()
    assert [str(item.product) for item in answer.lost] == [lower]


def test_declared_tiers() -> None:
    """A pair under `tiers` works like the built-in ones."""
    other = License(license_id("RTX", 30), "Translations Plus", 5, 0, 0, 0, "Sub-1")
    org = organization(tiers=(("Translations Plus", "Real-Time Translations"),))
    found = plan(desired(org, everyone("Real-Time Translations", "Translations Plus")), ANN, licenses=(RTT, other))
    assert changes(found) == ["+ Translations Plus"]


UPGRADE = desired(
    organization(manage=managed("Contact center Standard Agent")), everyone("Contact Center Premium Agent")
)
AGENT_HOLDER = Someone("ann@acme.example", holds=(AGENT.id,))


def test_a_held_lower_tier_is_replaced_in_the_same_call() -> None:
    """A held lower tier and the granted higher one change places in one call, even where retention preserves."""
    found = plan(UPGRADE, AGENT_HOLDER)
    assert changes(found) == ["+ Contact Center Premium Agent", "- Contact center Standard Agent"]
    assert len(found.plan.changes) == 1


def test_higher_exhausted_keeps_the_lower() -> None:
    """While no unit of the higher tier is left, the person waits and keeps the lower one, whatever retention says."""
    files = desired(
        organization(retention=Retention(manual="remove"), manage=managed("Contact center Standard Agent")),
        everyone("Contact Center Premium Agent"),
    )
    found = plan(files, AGENT_HOLDER, licenses=(msgspec.structs.replace(PREMIUM, total=0), AGENT))
    assert changes(found) == []
    assert waiting(found) == [("ann@acme.example", "Contact Center Premium Agent")]


def test_higher_exhausted_gives_no_fallback() -> None:
    """Somebody who is granted both tiers and finds the higher exhausted waits; the lower tier is no fallback."""
    files = desired(organization(), everyone("Contact Center Premium Agent", "Contact center Standard Agent"))
    found = plan(files, ANN, licenses=(msgspec.structs.replace(PREMIUM, total=0), AGENT))
    assert changes(found) == []
    assert waiting(found) == [("ann@acme.example", "Contact Center Premium Agent")]


def test_a_lower_tier_that_nobody_declared_is_not_taken() -> None:
    """A held lower tier that the files do not manage stays; the higher one is not given beside it, and a finding says why."""
    found = plan(desired(organization(), everyone("Contact Center Premium Agent")), AGENT_HOLDER)
    assert changes(found) == []
    assert codes(found) == ["lower-tier-not-managed"]


def test_a_held_higher_tier_satisfies_a_lower_grant() -> None:
    """Who keeps a higher tier is not given the lower one."""
    holder = Someone("ann@acme.example", holds=(PREMIUM.id,))
    for org in (organization(), organization(manage=managed("Contact Center Premium Agent"))):
        assert changes(plan(desired(org, everyone("Contact center Standard Agent")), holder)) == []


def test_a_held_higher_tier_that_goes_is_replaced() -> None:
    """A higher tier that retention takes away and a lower grant change places in one call."""
    holder = Someone("ann@acme.example", holds=(PREMIUM.id,))
    org = organization(retention=Retention(manual="remove"), manage=managed("Contact Center Premium Agent"))
    found = plan(desired(org, everyone("Contact center Standard Agent")), holder)
    assert changes(found) == ["+ Contact center Standard Agent", "- Contact Center Premium Agent"]


def test_professional_is_never_changed_to_standard() -> None:
    """Webex refuses Calling Professional to Standard (400112): a finding, and what is held stays."""
    holder = Someone("ann@acme.example", holds=(PRO.id,), work_phone="+14085550100")
    org = organization(retention=Retention(manual="remove"), manage=managed("Webex Calling - Professional"))
    for files in (
        desired(org, everyone("Webex Calling - Standard")),
        desired(
            org,
            everyone("Webex Calling - Standard"),
            exception("x", holder.email, deny=["Webex Calling - Professional"]),
        ),
    ):
        found = plan(files, holder, locations=(HQ,), numbers=(NUMBER,))
        assert changes(found) == []
        assert codes(found) == ["calling-downgrade"]


def test_standard_to_professional_is_one_call_and_irreversible() -> None:
    """Standard is replaced by Professional in one call, whose removal is marked irreversible."""
    holder = Someone("ann@acme.example", holds=(STANDARD.id,), extension="0100", location_id=HQ.id)
    org = organization(manage=managed("Webex Calling - Standard"))
    found = plan(desired(org, everyone("Webex Calling - Professional")), holder, locations=(HQ,), numbers=(NUMBER,))
    assert changes(found) == ["+ Webex Calling - Professional", "- Webex Calling - Standard"]
    assert found.plan.summary.irreversible == 1


CONSOLE = License(license_id("BCAC", 31), "Webex Calling - Attendant Console", 5, 0, 0, 0, "Sub-1")
ASSIST = License(license_id("BCCXE", 32), "Customer Assist", 5, 0, 0, 0, "Sub-1")
CALLING = (PRO, STANDARD, CONSOLE, ASSIST)


def test_attendant_console_needs_professional_first() -> None:
    """Attendant Console is not planned for somebody without Professional (400408): a finding."""
    found = plan(
        desired(organization(), everyone("Webex Calling - Attendant Console")), ANN, licenses=CALLING, locations=(HQ,)
    )
    assert changes(found) == []
    assert codes(found) == ["prerequisite-missing"]


def test_attendant_console_beside_held_professional() -> None:
    """Somebody who holds Professional gets Attendant Console."""
    holder = Someone("ann@acme.example", holds=(PRO.id,), extension="0100", location_id=HQ.id)
    files = desired(organization(), everyone("Webex Calling - Attendant Console"))
    found = plan(files, holder, licenses=CALLING, locations=(HQ,), numbers=(NUMBER,))
    assert changes(found) == ["+ Webex Calling - Attendant Console"]


@pytest.mark.parametrize("other", [CONSOLE, ASSIST])
def test_standard_is_not_given_beside(other: License) -> None:
    """Standard is not planned beside Attendant Console or Customer Assist (400406, 400407, 400410): a finding, nothing lost."""
    holder = Someone("ann@acme.example", holds=(other.id,), work_phone="+14085550100")
    org = organization(retention=Retention(manual="remove"), manage=managed(other.name))
    found = plan(
        desired(org, everyone("Webex Calling - Standard")), holder, licenses=CALLING, locations=(HQ,), numbers=(NUMBER,)
    )
    assert changes(found) == []
    assert codes(found) == ["calling-conflict"]


@pytest.mark.parametrize("other", [CONSOLE, ASSIST])
def test_standard_and_what_excludes_it_are_not_granted_together(other: License) -> None:
    """Standard granted together with Attendant Console or Customer Assist never reaches Webex in one plan."""
    person = Someone("ann@acme.example", work_phone="+14085550100")
    files = desired(organization(), everyone("Webex Calling - Standard", other.name))
    found = plan(files, person, licenses=CALLING, locations=(HQ,), numbers=(NUMBER,))
    assert len(changes(found)) <= 1
    assert codes(found)


def test_customer_assist_does_not_come_beside_standard_that_a_guard_keeps() -> None:
    """Standard would go and Customer Assist come; while a guard keeps Standard, Customer Assist is not given (400407)."""
    holder = Someone("ann@acme.example", holds=(STANDARD.id,), work_phone="+14085550100")
    number = msgspec.structs.replace(NUMBER, owner_type="PEOPLE", owner_id=holder.id)
    org = organization(
        retention=Retention(manual="remove"), manage=managed(STANDARD.name), guards=Guards(irreversible="hold")
    )
    found = plan(desired(org, everyone(ASSIST.name)), holder, licenses=CALLING, locations=(HQ,), numbers=(number,))
    assert changes(found) == []
    assert [guard for _, guard in held(found)] == ["irreversible"]


@pytest.mark.parametrize("units", [0, 1])
def test_customer_assist_waits_until_standard_is_gone(units: int) -> None:
    """While Professional replaces a held Standard, or waits to, Customer Assist does not come beside it (400407)."""
    holder = Someone("ann@acme.example", holds=(STANDARD.id,), work_phone="+14085550100")
    number = msgspec.structs.replace(NUMBER, owner_type="PEOPLE", owner_id=holder.id)
    files = desired(
        organization(), everyone(PRO.name, ASSIST.name), exception("y", "b@acme.example", add=[STANDARD.name])
    )
    pools = (msgspec.structs.replace(PRO, total=units), STANDARD, CONSOLE, ASSIST)
    found = plan(files, holder, licenses=pools, locations=(HQ,), numbers=(number,))
    assert changes(found) == ([f"+ {PRO.name}", f"- {STANDARD.name}"] if units else [])


GOLD, SILVER, BRONZE = (
    License(license_id(f"AN{letter}", number), f"Analytics {name}", 5, 0, 0, 0, "Sub-1")
    for letter, number, name in (("G", 41, "Gold"), ("S", 42, "Silver"), ("B", 43, "Bronze"))
)
METALS = (GOLD, SILVER, BRONZE)
CHAIN = ((GOLD.name, SILVER.name), (SILVER.name, BRONZE.name))


def test_pairs_make_a_chain() -> None:
    """With [gold, silver] and [silver, bronze], gold wins over bronze, satisfies it, and replaces it."""
    org = organization(tiers=CHAIN, manage=managed(*(pool.name for pool in METALS)))
    assert changes(plan(desired(org, everyone(GOLD.name, BRONZE.name)), ANN, licenses=METALS)) == [f"+ {GOLD.name}"]
    holder = msgspec.structs.replace(ANN, holds=(GOLD.id,))
    assert changes(plan(desired(org, everyone(BRONZE.name)), holder, licenses=METALS)) == []
    holder = msgspec.structs.replace(ANN, holds=(BRONZE.id, SILVER.id))
    assert changes(plan(desired(org, everyone(GOLD.name)), holder, licenses=METALS)) == [
        f"+ {GOLD.name}",
        f"- {BRONZE.name}",
        f"- {SILVER.name}",
    ]


def test_a_higher_tier_of_a_chain_that_stays_satisfies_though_another_goes() -> None:
    """Gold stays and silver goes by the files: bronze is satisfied by gold, and silver goes."""
    org = organization(tiers=CHAIN, manage=managed(SILVER.name), retention=Retention(manual="remove"))
    holder = msgspec.structs.replace(ANN, holds=(GOLD.id, SILVER.id))
    assert changes(plan(desired(org, everyone(BRONZE.name)), holder, licenses=METALS)) == [f"- {SILVER.name}"]


def test_tiers_are_of_one_site() -> None:
    """A pair of per-site licenses counts on each site by itself."""
    emea = "emea.webex.com"
    suite, meetings = (
        License(license_id(letters, number, site), name, 5, 0, 0, 0, "Sub-1", site, CONTROL_HUB_MANAGED)
        for letters, number, name, site in (
            ("EE", 44, "Webex Meetings Suite", SITE),
            ("MC", 45, "Webex Meetings", emea),
        )
    )
    org = organization(tiers=((suite.name, meetings.name),))
    files = desired(org, everyone(ref(suite.name, site=SITE), ref(meetings.name, site=emea)))
    assert changes(plan(files, ANN, licenses=(suite, meetings))) == [
        f"+ {meetings.name} @ {emea}",
        f"+ {suite.name} @ {SITE}",
    ]
    here = msgspec.structs.replace(meetings, id=license_id("MC", 46, SITE), site=SITE)
    files = desired(org, everyone(suite.name, meetings.name))
    found = plan(files, ANN, licenses=(suite, here))
    assert changes(found) == [f"+ {suite.name} @ {SITE}"]
    assert codes(found) == ["prerequisite-not-sold"]


def test_professional_and_attendant_console_come_in_two_plans() -> None:
    """Both granted: Professional comes, and the finding says that Attendant Console follows (400408)."""
    person = msgspec.structs.replace(ANN, work_phone=NUMBER.number)
    files = desired(organization(), everyone(PRO.name, CONSOLE.name))
    found = plan(files, person, licenses=CALLING, locations=(HQ,), numbers=(NUMBER,))
    assert changes(found) == [f"+ {PRO.name}"]
    (finding,) = [item for item in found.plan.findings if item.code == "prerequisite-missing"]
    assert "next plan" in finding.hint


@pytest.mark.parametrize("denied", [False, True])
def test_professional_stays_under_attendant_console(denied: bool) -> None:
    """Professional does not go while Attendant Console stays: a finding, whoever wants it gone; both go together."""
    holder = msgspec.structs.replace(ANN, holds=(PRO.id, CONSOLE.id))
    retention = Retention() if denied else Retention(manual="remove")
    org = organization(manage=managed(PRO.name), retention=retention)
    files = desired(org, everyone(), exception("x", ANN.email, deny=(PRO.name,) if denied else ()))
    found = plan(files, holder, licenses=CALLING, locations=(HQ,))
    assert changes(found) == []
    assert codes(found) == ["calling-conflict"]
    both = organization(manage=managed(PRO.name, CONSOLE.name), retention=Retention(manual="remove"))
    found = plan(desired(both, everyone()), holder, licenses=CALLING, locations=(HQ,))
    assert changes(found) == [f"- {CONSOLE.name}", f"- {PRO.name}"]


def test_a_second_professional_goes_from_beside_attendant_console() -> None:
    """Of two units of Professional the one outside the defaults goes: Attendant Console needs one, and one stays."""
    second = msgspec.structs.replace(PRO, id=license_id("BCSTD", 41), subscription="Sub-2")
    holder = msgspec.structs.replace(ANN, holds=(PRO.id, second.id, CONSOLE.id))
    org = organization(retention=Retention(outside_defaults="remove"))
    files = desired(org, everyone(PRO.name), acknowledgement(PRO.name, max=1))
    found = plan(files, holder, licenses=(PRO, second, CONSOLE), locations=(HQ,))
    assert [op.license_id for change in found.plan.changes for op in change.licenses] == [second.id]
    assert codes(found) == []


def test_professional_is_kept_back_with_attendant_console() -> None:
    """While a guard keeps Attendant Console, Professional is kept with it."""
    holder = msgspec.structs.replace(ANN, holds=(PRO.id, CONSOLE.id))
    org = organization(manage=managed(PRO.name, CONSOLE.name), retention=Retention(manual="remove"))
    miscounted = msgspec.structs.replace(CONSOLE, consumed=9, consumed_by_users=9)
    found = plan(desired(org, everyone()), holder, licenses=(PRO, miscounted), locations=(HQ,))
    assert changes(found) == []
    assert held(found) == [(f"- {CONSOLE.name}", "license-incomplete"), (f"- {PRO.name}", "license-incomplete")]


def test_customer_assist_waits_until_standard_is_replaced() -> None:
    """Standard held, Professional and Customer Assist granted: first Professional, because it may have no unit left (400407)."""
    holder = msgspec.structs.replace(ANN, holds=(STANDARD.id,))
    org = organization(manage=managed(STANDARD.name))
    hers = msgspec.structs.replace(NUMBER, owner_type="PEOPLE", owner_id=holder.id)
    found = plan(
        desired(org, everyone(PRO.name, ASSIST.name)), holder, licenses=CALLING, locations=(HQ,), numbers=(hers,)
    )
    assert changes(found) == [f"+ {PRO.name}", f"- {STANDARD.name}"]
    assert codes(found) == ["calling-conflict"]
