"""RULES 1.2, 1.7: groups by name and id; unset, unreadable and empty are three things."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from reconciler.book.groups import Groups
from reconciler.model import ids
from reconciler.model.desired import Acknowledgement, GroupReference, Source
from reconciler.model.finding import Finding
from reconciler.model.live import Group
from reconciler.model.memory import KnownGroup
from tests.support.live import SALES, SUPPORT

PLACE = Source("sales.yaml", 4, 9)
ACUTE = Group(ids.encode("SCIM_GROUP", "44444444-4444-4444-8444-444444444444:o"), "Cafe\u0301")


def _find(groups: Groups, name: str | None = None, number: str | None = None) -> tuple[str | None, list[Finding]]:
    findings: list[Finding] = []
    return groups.find(GroupReference(name, number, PLACE), findings), findings


@pytest.mark.parametrize("name", ["Sales", "  Sales "])
def test_by_exact_name(name: str) -> None:
    """A group is found by its display name, trimmed."""
    assert _find(Groups([SALES, SUPPORT]), name) == (SALES.id, [])


def test_names_compare_in_one_unicode_form() -> None:
    """A composed and a decomposed accent are the same name."""
    assert _find(Groups([ACUTE]), "Caf\u00e9")[0] == ACUTE.id


@pytest.mark.parametrize(
    "spelling",
    [SALES.id, SALES.id + "=", "22222222-2222-4222-8222-222222222222", "22222222-2222-4222-8222-222222222222".upper()],
)
def test_by_id_in_every_spelling(spelling: str) -> None:
    """A group is found by its Webex id, padded or not, and by the bare UUID."""
    assert _find(Groups([SALES]), number=spelling) == (SALES.id, [])


def test_another_case_is_an_error_with_that_hint() -> None:
    """A name that differs only in case is an error that says so."""
    found, (finding,) = _find(Groups([SALES]), "sales")
    assert found is None
    assert (finding.code, finding.severity, finding.where) == ("unknown-group", "error", "sales.yaml:4:9")
    assert "'Sales'" in finding.hint
    assert "case" in finding.hint


def test_never_seen_is_an_error_with_the_nearest_names() -> None:
    """A group that was never seen is an error that offers similar names."""
    found, (finding,) = _find(Groups([SALES, SUPPORT]), "Suport")
    assert found is None
    assert "'Support'" in finding.hint
    assert _find(Groups([SALES]), number="55555555-5555-4555-8555-555555555555")[1][0].severity == "error"


def test_two_groups_of_one_name_need_the_id() -> None:
    """A name that two groups carry is an error that names both ids."""
    twin = Group(SUPPORT.id, "Sales")
    found, (finding,) = _find(Groups([SALES, twin]), "Sales")
    assert found is None
    assert finding.code == "ambiguous-group"
    assert SALES.id in finding.hint
    assert twin.id in finding.hint


def test_seen_before_and_missing_now_is_lost_not_unknown() -> None:
    """A group that the store has seen and live has not is a warning, by name and by id, and counts as lost."""
    for reference in ({"name": "Sales"}, {"number": SALES.id}):
        groups = Groups([SUPPORT], [KnownGroup(SALES.id, "Sales", True)])
        found, (finding,) = _find(groups, **reference)
        assert (found, finding.code, finding.severity) == (SALES.id, "group-missing", "warning")
        assert groups.lost == {SALES.id}


def test_empty_from_the_start_is_not_lost() -> None:
    """A group without members that never had any is just empty; one that had some is lost; one not read is neither."""
    for had, seen, lost in ((False, {SALES.id: (0, 0)}, False), (True, {SALES.id: (0, 0)}, True), (True, {}, False)):
        groups, findings = Groups([SALES], [KnownGroup(SALES.id, "Sales", had)]), list[Finding]()
        groups.check_emptied({SALES.id: "sales.yaml:4"}, seen, findings)
        assert bool(groups.lost) is lost
        assert [finding.code for finding in findings] == (["group-emptied"] if lost else [])


SINCE = datetime(2026, 11, 1, tzinfo=UTC)
EMPTIED = KnownGroup(SALES.id, "Sales", True, SINCE)
DECLARED = {SALES.id: "sales.yaml:4"}


@pytest.mark.parametrize("members", [0, 1])
def test_an_emptied_group_stays_lost_when_somebody_joins(members: int) -> None:
    """What the store remembers as emptied is lost, also with a member again, and the finding says what ends that."""
    groups, findings = Groups([SALES], [EMPTIED]), list[Finding]()
    groups.check_emptied(DECLARED, {SALES.id: (members, 0)}, findings)
    assert groups.lost == {SALES.id}
    assert [finding.code for finding in findings] == ["group-emptied"]
    assert "half" in findings[0].hint


def _let_go(groups: Groups, until: date = date(2027, 1, 1)) -> list[Finding]:
    findings = list[Finding]()
    groups.check_emptied(DECLARED, {SALES.id: (1, 0)}, findings)
    paper = Acknowledgement("paper", "meant", until=until, group=GroupReference("Sales"), source=PLACE)
    groups.release([paper], date(2026, 11, 21), findings)
    return findings


def test_what_an_acknowledgement_released_stays_released() -> None:
    """An apply that goes by the Acknowledgement remembers the release; later ones need the paper no more."""
    groups = Groups([SALES], [EMPTIED])
    assert _let_go(groups) == []
    assert groups.let_go() == ((SALES.id, SINCE),)
    later = Groups([SALES], [EMPTIED], groups.let_go())
    assert _let_go(later, until=date(2026, 11, 20)) == []
    assert (later.lost, later.let_go()) == (set(), ((SALES.id, SINCE),))


def test_without_a_valid_acknowledgement_nothing_is_released() -> None:
    """An Acknowledgement that ended releases nothing, neither now nor for good."""
    groups = Groups([SALES], [EMPTIED])
    assert [finding.code for finding in _let_go(groups, until=date(2026, 11, 20))] == ["group-emptied"]
    assert groups.let_go() == ()


def test_a_group_that_is_emptied_anew_is_lost_anew() -> None:
    """The release of one emptying is not that of the next, and ends with it."""
    again = msgspec.structs.replace(EMPTIED, emptied=SINCE + timedelta(days=9))
    groups = Groups([SALES], [again], ((SALES.id, SINCE),))
    assert _let_go(groups, until=date(2026, 11, 20)) != []
    assert groups.let_go() == ()


def test_a_renamed_group_is_named_with_its_new_name() -> None:
    """A name that a group had before is an error that tells the new name and the id."""
    known = KnownGroup(SUPPORT.id, "Support", True, former=("Sales", "Help"))
    found, (finding,) = _find(Groups([SUPPORT, ACUTE], [known]), " Help")
    assert (found, finding.code, finding.severity) == (None, "unknown-group", "error")
    assert "now called 'Support'" in finding.hint
    assert SUPPORT.id in finding.hint


def test_a_renamed_group_that_is_gone_is_just_unknown() -> None:
    """Nobody is pointed at a group that the organization no longer has."""
    known = KnownGroup(SUPPORT.id, "Support", True, former=("Help",))
    found, (finding,) = _find(Groups([SALES], [known]), "Help")
    assert (found, finding.severity) == (None, "error")
    assert "now called" not in finding.hint
