"""The matrix of names in policies: whatever names something that live does not have says so, with its place."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from reconciler.errors import UnknownNameError
from reconciler.load import load_desired
from reconciler.model.finding import Finding
from reconciler.model.live import Group
from reconciler.model.memory import KnownGroup, Memory
from reconciler.planner import make_plan
from tests.support.desired import live
from tests.support.live import NOW, SALES, SUPPORT, Someone

BASE = """\
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec:
  assignment: groupsThenOrganization
  defaults: {subscription: Sub-1, siteUrl: acme.webex.com}
"""
TEMPLATE = """\
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec:
  licenses: [license: Real-Time Translations]
"""
PAPER = """\
---
apiVersion: webex-licenses/v1
kind: Acknowledgement
metadata: {name: paper}
spec: {%s, reason: x, until: 2027-01-01}
"""
TEST = """\
---
apiVersion: webex-licenses/v1
kind: TemplateTest
metadata: {name: t}
spec: {given: %s, expect: {licenses: %s}}
"""
DENY = """\
---
apiVersion: webex-licenses/v1
kind: UserException
metadata: {name: x}
spec: {users: [ann@acme.example], reason: x, deny: [%s]}
"""


def _told(directory: Path, text: str, memory: Memory | None = None, groups: tuple[Group, ...] = ()) -> list[Finding]:
    """Errors, or else warnings, of the files and of the plan made from them."""
    (directory / "acme.yaml").write_text(text, encoding="utf-8")
    loaded = load_desired(directory)
    if loaded.desired is None:
        return list(loaded.findings)
    snapshot = live(Someone("ann@acme.example"), groups=groups or (SALES, SUPPORT))
    try:
        plan = make_plan(loaded.desired, snapshot, memory or Memory(), NOW, "0").plan
    except UnknownNameError as error:
        return [item for item in error.findings if item.severity == "error"]
    ordinary = ("template-speaks-for-nobody", "acknowledgement-unused")
    found = [item for item in plan.findings if item.severity != "info" and item.code not in ordinary]
    return [*loaded.findings, *found]


ERRORS = [
    (
        "  capacity: {licenses: {RTT: {enforcement: hard}}}\n",
        "unknown-license",
        "acme.yaml:7:25",
        "see `webex-licenses",
    ),
    ("  capacity: {budgets: [{license: L, group: Sales, max: 1}]}\n", "unknown-license", "acme.yaml:7:24", "inventory"),
    (
        "  capacity: {budgets: [{license: Real-Time Translations, group: Sale, max: 1}]}\n",
        "unknown-group",
        "acme.yaml:7:65",
        "'Sales'",
    ),
    (
        "  tiers: [[Real-Time Translation, Webex Calling - Standard]]\n",
        "unknown-license",
        "acme.yaml:7:11",
        "'Real-Time",
    ),
    ("  attendeeFeature: {other.webex.com: off}\n", "unknown-site", "acme.yaml:7:21", "acme.webex.com"),
    ("  manage: [Real-Time Translation]\n", "unknown-license", "acme.yaml:7:12", "'Real-Time Translations'"),
    ("  manage: [{attendee: other.webex.com}]\n", "unknown-site", "acme.yaml:7:12", "acme.webex.com"),
    (
        "  manage: [{license: Webex Meetings Suite, site: o.webex.com}]\n",
        "unknown-site",
        "acme.yaml:7:12",
        "acme.webex.com",
    ),
    (TEMPLATE + DENY % "L", "unknown-license", "acme.yaml:17:53", "see `webex-licenses"),
    (
        "  capacity: {licenses: {Customer Assist: {}, Single License - CX Essentials: {}, Real-Time Translations: {}}}\n",
        "license-twice",
        "acme.yaml:7:46",
        "keep one",
    ),
]


@pytest.mark.parametrize(("text", "code", "where", "hint"), ERRORS, ids=[f"{e[1]}-{n}" for n, e in enumerate(ERRORS)])
def test_names_that_change_decisions_are_errors(tmp_path: Path, text: str, code: str, where: str, hint: str) -> None:
    """No plan is made, and the error stands at the name, with what to do."""
    text = BASE + text if "---" in text else BASE + text + TEMPLATE
    found = [item for item in _told(tmp_path, text) if item.code == code]
    assert [(item.severity, item.where) for item in found] == [("error", where)]
    assert hint in found[0].hint


WARNINGS = [
    ("  prices: {RTT: {amount: 1, currency: USD, per: month}}\n", "unknown-license", "acme.yaml:7:12", "`prices`"),
    ("  aliases: {Old: New}\n", "unknown-license", "acme.yaml:7:13", "'New'"),
    ("  guards: {protected: [bob@acme.example]}\n", "unknown-person", "acme.yaml:7", "bob@acme.example"),
    (
        "  subscriptions: {policy: oldestFirst, order: [Sub-1, Sub-9]}\n",
        "unknown-subscription",
        "acme.yaml:7:55",
        "'Sub-9'",
    ),
    (TEMPLATE + PAPER % "license: RTT, max: 1", "unknown-license", "acme.yaml:14:1", "acknowledgement 'paper'"),
    (TEMPLATE + PAPER % "group: Sale", "unknown-group", "acme.yaml:17:15", "acknowledgement 'paper'"),
    (TEMPLATE + TEST % ("{}", "[RTT]"), "unknown-license", "acme.yaml:14:1", "test 't'"),
    (TEMPLATE + TEST % ("{groups: [Sale]}", "[]"), "unknown-group", "acme.yaml:14:1", "test 't'"),
    (TEMPLATE + TEST % ("{siteAdminOf: [o.webex.com]}", "[]"), "unknown-site", "acme.yaml:14:1", "o.webex.com"),
    (
        TEMPLATE + TEST % ("{}", "[Webex Meetings Suite @ o.webex.com]"),
        "unknown-site",
        "acme.yaml:14:1",
        "'Webex Meetings Suite' does not exist on site",
    ),
    (TEMPLATE + DENY.replace("ann@", "bob@") % "Real-Time Translations", "unknown-person", "acme.yaml:17", "bob@"),
]


@pytest.mark.parametrize(
    ("text", "code", "where", "says"), WARNINGS, ids=[f"{w[1]}-{n}" for n, w in enumerate(WARNINGS)]
)
def test_names_that_only_tell_or_permit_warn(tmp_path: Path, text: str, code: str, where: str, says: str) -> None:
    """The plan is made, and the warning stands at the name."""
    text = BASE + text if "---" in text else BASE + text + TEMPLATE
    found = [item for item in _told(tmp_path, text) if item.code == code]
    assert [(item.severity, item.where) for item in found] == [("warning", where)]
    assert says in found[0].message


@pytest.mark.parametrize("key", ["subscription: Sub-9", "siteUrl: gone.webex.com"])
def test_a_default_that_nobody_needs_warns_at_its_line(tmp_path: Path, key: str) -> None:
    """A default that live does not know and no reference needs is told where it stands."""
    text = BASE.replace("{subscription: Sub-1, siteUrl: acme.webex.com}", f"{{{key}}}") + TEMPLATE
    found = _told(tmp_path, text)
    assert [(item.code, item.severity, item.where) for item in found] == [("unknown-default", "warning", "acme.yaml:6")]


def test_a_price_for_an_old_name_is_no_mistake(tmp_path: Path) -> None:
    """Names of before Webex's renames are known names, in policies as in templates."""
    aliases = "  aliases: {Translations: Real-Time Translations}\n"
    prices = "  prices: {Translations: {amount: 1, currency: USD, per: month}}\n"
    assert _told(tmp_path, BASE + aliases + prices + TEMPLATE) == []
    twice = prices.replace("}}", "}, Real-Time Translations: {amount: 2, currency: USD, per: month}}")
    (found,) = _told(tmp_path, BASE + aliases + twice + TEMPLATE)
    assert (found.code, found.severity) == ("license-twice", "warning")
    assert found.message == "`prices`: 'Real-Time Translations' and 'Translations' are the same license"


def test_a_remembered_group_is_known_to_acknowledgements(tmp_path: Path) -> None:
    """An Acknowledgement is written for a group that is gone: that group is no unknown name."""
    memory = Memory(known_groups=(KnownGroup(SUPPORT.id, "Support", True),))
    text = BASE + TEMPLATE + PAPER % "group: Support"
    assert _told(tmp_path, text, memory, (SALES,)) == []
    (found,) = _told(tmp_path, text, Memory(), (SALES,))
    assert found.code == "unknown-group"


def test_a_template_test_may_name_groups_by_id(tmp_path: Path) -> None:
    """`given.groups` takes names and ids alike."""
    assert _told(tmp_path, BASE + TEMPLATE + TEST % (f"{{groups: [Sales, {SUPPORT.id}]}}", "[]")) == []


def test_a_template_test_may_name_the_site_of_a_license(tmp_path: Path) -> None:
    """A license of a site that it has, with the site or without, is no unknown name, and what follows is still checked."""
    listed = "[Webex Meetings Suite @ acme.webex.com, Webex Meetings Suite, Zoom]"
    (found,) = _told(tmp_path, BASE + TEMPLATE + TEST % ("{}", listed))
    assert "'Zoom'" in found.message


def test_an_acknowledgement_that_ended_is_not_checked(tmp_path: Path) -> None:
    """What it permitted may long be gone; that it ended is told already."""
    text = BASE + TEMPLATE + (PAPER % "license: RTT, max: 1").replace("2027", "2026")
    assert _told(tmp_path, text) == []


def test_the_same_budget_under_two_names_is_an_error(tmp_path: Path) -> None:
    """Two budgets for one license and group contradict each other, however the two are spelled."""
    rows = [
        f"{{license: {name}, group: {group}, max: 1}}"
        for name, group in (("RT", f"{{id: {SALES.id}}}"), ("RTT", "Sales"))
    ]
    aliases = "  aliases: {RT: Real-Time Translations, RTT: Real-Time Translations}\n"
    text = BASE + aliases + f"  capacity: {{budgets: [{', '.join(rows)}]}}\n" + TEMPLATE
    (found,) = _told(tmp_path, text)
    assert (found.code, found.severity) == ("budget-twice", "error")


def test_places_do_not_make_a_plan_stale(tmp_path: Path) -> None:
    """Where a key stands is not part of what the files say."""
    one, other = (tmp_path / name for name in ("one", "other"))
    digests = []
    for directory, text in ((one, BASE + TEMPLATE), (other, "# moved\n\n" + BASE + TEMPLATE)):
        directory.mkdir()
        (directory / "acme.yaml").write_text(text, encoding="utf-8")
        desired = load_desired(directory).desired
        assert desired is not None
        digests.append(desired.digest)
        assert msgspec.structs.replace(desired, digest="") != desired
    assert digests[0] == digests[1]
