"""The whole core: what `make_plan` refuses, and what every plan says of itself."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.errors import InputError, UnknownNameError
from reconciler.model.memory import Memory
from reconciler.model.plan import digest_of
from reconciler.planner import make_plan
from tests.support.desired import codes, desired, everyone, live, members, organization, plan, ref
from tests.support.live import ALL, MSG, NOW, PRO, RTT, SUITE, SUITE2, Someone

ANN = Someone("ann@acme.example")
FILES = desired(organization(), everyone("Real-Time Translations"), digest="sha256:files")


def test_every_error_at_once() -> None:
    """Names that live does not have stop the plan, all of them named together and in order."""
    files = desired(organization("groups"), members("Nobody", "No Such License", ref("Neither", site="x"), name="t"))
    with pytest.raises(UnknownNameError) as caught:
        make_plan(files, live(ANN), Memory(), NOW, "0")
    assert [finding.code for finding in caught.value.findings] == [
        "unknown-group",
        "unknown-license",
        "unknown-license",
    ]


def test_no_people() -> None:
    """An empty reading is refused, not taken for an empty organization."""
    with pytest.raises(InputError, match="no people"):
        make_plan(FILES, live(), Memory(), NOW, "0")


def test_no_template() -> None:
    """Files without any template are refused: they would declare nothing."""
    with pytest.raises(InputError, match="no template"):
        make_plan(desired(organization()), live(ANN), Memory(), NOW, "0")


def test_templates_that_speak_for_nobody_warn() -> None:
    """A template whose group has no members is a warning."""
    found = plan(desired(organization("groups"), members("Sales", "Real-Time Translations")), ANN)
    assert "template-speaks-for-nobody" in {finding.code for finding in found.plan.findings}


def test_the_first_run_says_so() -> None:
    """A store without an earlier apply is a finding; with one it is not."""
    assert "first-run" in {f.code for f in plan(FILES, ANN, memory=Memory()).plan.findings}
    assert "first-run" not in {f.code for f in plan(FILES, ANN).plan.findings}


def test_the_plan_says_what_it_was_made_from() -> None:
    """Digest of the files, snapshot, its counts, time and version stand in the plan, and its own digest fits."""
    found = plan(FILES, ANN).plan
    assert (found.format_version, found.kind, found.tool.version) == ("1.0", "Plan", "0")
    assert (found.desired.digest, found.live.snapshot, found.live.people, found.live.licenses) == (
        "sha256:files",
        "s1",
        1,
        len(ALL),
    )
    assert found.created_at == NOW
    assert found.digest == digest_of(found)


def test_the_same_values_give_the_same_plan() -> None:
    """Two plans of the same values are equal byte for byte."""
    one, two = (msgspec.json.encode(plan(FILES, ANN, Someone("bob@acme.example")).plan) for _ in range(2))
    assert one == two


def test_pools_lists_what_is_declared_in_order() -> None:
    """Every pool of a declared product is listed, by name, site and subscription, whether or not it changes."""
    found = plan(desired(organization(), everyone("Webex Meetings Suite", "Real-Time Translations")), ANN).plan
    assert [line.license_id for line in found.pools] == [MSG.id, RTT.id, SUITE.id, SUITE2.id]


def test_findings_come_in_order_and_once() -> None:
    """Findings are sorted, errors first, and nothing is said twice."""
    files = desired(
        organization(attendee_off=frozenset({"acme.webex.com"})),
        everyone(ref("Webex Meetings Suite", account_type="attendee")),
    )
    found = plan(files, Someone("b@x"), Someone("a@x"))
    assert codes(found) == ["attendee-off"]
    assert [f.where for f in found.plan.findings if f.code == "attendee-off"] == ["a@x", "b@x"]
    assert len(set(found.plan.findings)) == len(found.plan.findings)


def test_more_units_may_be_supposed() -> None:
    """As if they had been bought: who waited is served; a license without a count has none afterwards either."""
    files = desired(organization(), everyone("Real-Time Translations", "Webex Calling - Professional"))
    few = tuple(
        msgspec.structs.replace(pool, total=0 if pool is RTT else None if pool is PRO else pool.total) for pool in ALL
    )
    snapshot = live(ANN, Someone("bob@acme.example"), licenses=few)
    for more, served in (({}, 0), ({RTT.id: 1, PRO.id: 5}, 1), ({RTT.id: 2}, 2)):
        found = make_plan(files, snapshot, Memory(), NOW, "0", more=more).plan
        assert (found.summary.additions, sum(item.license == RTT.name for item in found.waiting)) == (
            served,
            2 - served,
        )
        assert {line.license_id: line.total for line in found.pools}[PRO.id] is None
