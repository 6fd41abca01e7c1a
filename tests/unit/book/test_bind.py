"""RULES section 2: from a name in the files to licenses; every mistake is an error with what to do."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.book.binding import BINDING, MANAGING, Binder
from reconciler.book.catalog import Catalog
from reconciler.model.catalog import License, Product, attendee
from reconciler.model.desired import Managed, Organization, Reference
from reconciler.model.expected import Grant
from tests.support.desired import organization, ref
from tests.support.live import MSG, PRO, RTT, SITE, SUITE, SUITE2, license_id

EMEA = "emea.acme.webex.com"
ELSEWHERE = msgspec.structs.replace(SUITE, id=license_id("EE", 20, EMEA), site=EMEA)
LINKED = msgspec.structs.replace(
    SUITE, id=license_id("EE", 21, "linked.webex.com"), site="linked.webex.com", site_type="Linked site"
)
ROOMS = License(license_id("SD", 22), "Webex Room Kit", 5, 0, 0, 0, "Sub-1")
SHARE = License(license_id("FSS", 23), "Screen Share", 100, 0)
ALL = (MSG, SUITE, SUITE2, ELSEWHERE, LINKED, ROOMS, SHARE, PRO, RTT)


def _bind(
    reference: Reference, org: Organization | None = None, licenses: tuple[License, ...] = ALL
) -> tuple[Grant | None, Binder]:
    org = org or organization()
    binder = Binder(org, Catalog(licenses, org.aliases, org.tiers))
    return binder.bind(reference, template="t", priority=5), binder


def _error(reference: Reference, org: Organization | None = None) -> tuple[str, str]:
    grant, binder = _bind(reference, org)
    assert grant is None
    (finding,) = binder.findings
    assert finding.severity == "error"
    assert finding.where == "templates.yaml:5:7"
    return finding.code, finding.hint


def test_a_name_binds_with_its_reason() -> None:
    """A name binds to its product and pool, and carries template, priority and place."""
    grant, binder = _bind(ref("Real-Time Translations"))
    assert grant is not None
    assert (grant.product, grant.ladder, grant.priority) == (Product("Real-Time Translations"), (RTT.id,), 5)
    assert (grant.because.template, grant.because.source) == ("t", "templates.yaml:5")
    assert binder.findings == []


def test_an_unknown_name_is_an_error_with_the_nearest() -> None:
    """An unknown name is an error that offers the nearest names, also where only the case differs."""
    assert _error(ref("Real-Time Translation")) == (
        "unknown-license", "did you mean 'Real-Time Translations'? If Webex renamed it, add the pair to `aliases`.",
    )  # fmt: skip
    assert "'Real-Time Translations'" in _error(ref("real-time translations"))[1]


@pytest.mark.parametrize(
    ("sold", "written"),
    [
        ("Customer Assist", "Single License - CX Essentials"),
        ("Single License - CX Essentials", "Customer Assist"),
        ("Customer Experience - Essential", "Single License - CX Essentials"),
        ("Webex Suite", " Webex Suite "),
    ],
)
def test_renamed_licenses_match_both_ways(sold: str, written: str) -> None:
    """Old and new names of Webex's renames mean the same license, in files and in live, in both directions."""
    grant, _ = _bind(ref(written), licenses=(License(license_id("XX", 24), sold, 5, 0, 0, 0, "Sub-1"),))
    assert grant is not None


def test_aliases_of_the_files() -> None:
    """A pair under `aliases` makes an old name find the new one."""
    org = organization(aliases={"Translations": "Real-Time Translations"})
    grant, _ = _bind(ref("Translations"), org)
    assert grant is not None
    assert grant.product.name == "Real-Time Translations"


@pytest.mark.parametrize("spelling", [RTT.id, RTT.id + "==", RTT.id.rstrip("=")])
def test_an_id_binds_in_every_spelling(spelling: str) -> None:
    """A license id finds its pool, padded or not."""
    grant, _ = _bind(Reference(id=spelling))
    assert grant is not None
    assert grant.ladder == (RTT.id,)


def test_an_unknown_id_is_an_error() -> None:
    """An id that the organization does not have is an error."""
    assert _error(msgspec.structs.replace(ref(""), license=None, id="nope"))[0] == "unknown-license"


@pytest.mark.parametrize("name", ["Webex Room Kit", "Screen Share"])
def test_what_a_person_cannot_hold(name: str) -> None:
    """Workspace and device licenses and implicit screen share cannot be granted."""
    assert _error(ref(name))[0] == "not-assignable"


def test_sites_not_managed_in_control_hub() -> None:
    """A license on a linked site cannot be granted."""
    assert _error(ref("Webex Meetings Suite", site="linked.webex.com"))[0] == "site-not-managed"


def test_the_site_of_the_reference_else_the_default_else_an_error() -> None:
    """A per-site license binds on the reference's site, else on the default site; without either it is an error."""
    on = {site: _bind(ref("Webex Meetings Suite", site=site))[0] for site in (None, EMEA)}
    assert [grant.product.site for grant in on.values() if grant] == [SITE, EMEA]
    code, hint = _error(ref("Webex Meetings Suite"), organization(default_site=None))
    assert code == "site-needed"
    assert "defaults.siteUrl" in hint
    assert _error(ref("Webex Meetings Suite", site="other.webex.com"))[0] == "unknown-site"


def test_unknown_defaults_warn_unless_needed() -> None:
    """A default that live does not know warns where no reference needs it, and is an error where one does."""
    org = organization(default_site="gone.webex.com", default_subscription="Sub-9")
    _, binder = _bind(ref("Real-Time Translations"), org)
    binder.check_defaults()
    assert [(f.code, f.severity) for f in binder.findings] == [("unknown-default", "warning")] * 2
    assert _error(ref("Webex Meetings Suite"), org)[0] == "unknown-site"


def test_attendee_is_a_role_of_the_site() -> None:
    """`accountType: attendee` binds to the role of the site and draws on no pool; without a site it is an error."""
    grant, _ = _bind(ref("Webex Meetings Suite", account_type="attendee"))
    assert grant is not None
    assert (grant.product, grant.ladder) == (attendee(SITE), ())
    assert _error(ref("Real-Time Translations", account_type="attendee"))[0] == "attendee-without-site"


def test_an_unknown_subscription_names_the_sellers() -> None:
    """A subscription that does not sell the license is an error that names those that do."""
    code, hint = _error(ref("Webex Meetings Suite", subscription="Sub-7"))
    assert code == "unknown-subscription"
    assert "Sub-1, Sub-2" in hint


def test_a_site_beside_a_license_without_site_is_an_error() -> None:
    """`site` beside a license that belongs to no site is not overlooked."""
    code, hint = _error(ref("Real-Time Translations", site=SITE))
    assert code == "unknown-site"
    assert "no site" in hint


@pytest.mark.parametrize(
    ("field", "value", "code"), [("site", EMEA, "unknown-site"), ("subscription", "Sub-2", "unknown-subscription")]
)
def test_what_stands_beside_an_id_must_agree_with_it(field: str, value: str, code: str) -> None:
    """An id means one site and one subscription; a reference that says another is an error."""
    reference = msgspec.structs.replace(ref(""), license=None, id=SUITE.id)
    assert _error(msgspec.structs.replace(reference, **{field: value}))[0] == code


def test_a_default_that_does_not_have_the_license_is_named_with_its_place() -> None:
    """Where the default site lacks a license, the error stands at the reference and cites the default's line."""
    org = organization(default_site="gone.webex.com")
    _, binder = _bind(ref("Webex Meetings Suite"), org)
    (finding,) = binder.findings
    assert "'gone.webex.com', the default of org.yaml:1" in finding.message
    assert "defaults.siteUrl" in finding.hint


def test_attendees_need_no_subscription() -> None:
    """A role costs nothing, so several sellers without a default do not matter to it."""
    org = organization(default_subscription=None)
    grant, binder = _bind(ref("Webex Meetings Suite", account_type="attendee"), org)
    assert grant is not None
    assert binder.findings == []


def test_every_rule_has_one_file_and_one_claim() -> None:
    """A rule's claim is the name of its file, and each file of rules is listed exactly once."""
    rules = dict.fromkeys((*BINDING, *MANAGING))
    modules = [inspect.getmodule(rule.act) for rule in rules]
    names = [module.__name__.rpartition(".")[2] for module in modules if module is not None]
    assert names == [rule.claim.replace("-", "_") for rule in rules]
    directory = Path(inspect.getfile(Binder)).parent
    assert sorted(names) == sorted({path.stem for path in directory.glob("*.py")} - {"__init__", "search"})


def _managed(**fields: Any) -> tuple[frozenset[Product], list[str]]:
    binder = Binder(organization(), Catalog(ALL, {}, ()))
    return binder.managed(Managed(**fields)), [finding.code for finding in binder.findings]


def test_manage_entries() -> None:
    """`manage` takes a bare name (all sites), a reference (one site), a role of a site; what is unknown is an error."""
    everywhere = frozenset(Product("Webex Meetings Suite", site) for site in (SITE, EMEA, "linked.webex.com"))
    one = frozenset({Product("Webex Meetings Suite", EMEA)})
    assert _managed(name="Webex Meetings Suite") == (everywhere, [])
    assert _managed(reference=ref("Webex Meetings Suite", site=EMEA)) == (one, [])
    assert _managed(attendee_site=SITE) == (frozenset({attendee(SITE)}), [])
    assert _managed(reference=ref("Webex Meetings Suite", site=EMEA, account_type="attendee"))[0] == {attendee(EMEA)}
    assert _managed(name="Nothing")[1] == ["unknown-license"]
    assert _managed(attendee_site="other.webex.com")[1] == ["unknown-site"]
    assert _managed(reference=ref("Webex Meetings Suite", site="other.webex.com"))[1] == ["unknown-site"]


def test_manage_entries_mean_all_subscriptions_and_say_so() -> None:
    """An entry that names one of several subscriptions, or an id, means all of them and warns; a wrong one is an error."""
    suite = frozenset({Product("Webex Meetings Suite", SITE)})
    there = ref("Webex Meetings Suite", site=SITE)
    assert _managed(reference=msgspec.structs.replace(there, subscription="Sub-2")) == (suite, ["all-subscriptions"])
    assert _managed(reference=Reference(id=SUITE2.id)) == (suite, ["all-subscriptions"])
    assert _managed(reference=Reference(id=RTT.id)) == (frozenset({Product("Real-Time Translations")}), [])
    assert _managed(reference=msgspec.structs.replace(there, subscription="Sub-9"))[1] == ["unknown-subscription"]


@pytest.mark.parametrize("name", ["Webex Room Kit", "Screen Share"])
def test_managing_what_nobody_can_hold_warns(name: str) -> None:
    """`manage` and `deny` of what is never assigned to people do nothing, and say so."""
    assert _managed(name=name) == (frozenset(), ["not-assignable"])
