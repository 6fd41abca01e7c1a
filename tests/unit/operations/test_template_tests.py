"""Template tests: what the templates make of one person, through the planner, without Webex and without luck."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from reconciler.errors import StoreError, UnknownNameError
from reconciler.load import load_desired
from reconciler.model.catalog import CONTROL_HUB_MANAGED, License
from reconciler.model.desired import Desired
from reconciler.model.live import Group
from reconciler.model.template_tests import Outcome, TemplateTestReport
from reconciler.operations.context import Context
from reconciler.operations.template_tests import run_template_tests
from tests.support.live import MSG, PRO, RTT, SALES, SITE, SUITE, SUITE2, FakeLive, Someone, license_id
from tests.unit.execute.fakes import Quiet

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEAD = """\
apiVersion: webex-licenses/v1
kind: {kind}
metadata: {{name: {name}}}
spec: {spec}
---
"""
EVERYONE = "{licenses: [{license: Basic Messaging}, {license: Webex Meetings Suite, accountType: attendee}]}"
SELLERS = (
    "{groups: [Sales], licenses: [{license: Webex Meetings Suite}, "
    "{license: Webex Calling - Professional, calling: {number: workPhone}}]}"
)


def document(kind: str, name: str, spec: str) -> str:
    """One document with its spec in flow style."""
    return HEAD.format(kind=kind, name=name, spec=spec)


def organization(more: str = "", *, assignment: str = "groupsThenOrganization") -> str:
    """The Organization, with a default site and a default subscription."""
    spec = f"{{assignment: {assignment}, defaults: {{subscription: Sub-1, siteUrl: {SITE}}}{more and f', {more}'}}}"
    return document("Organization", "acme", spec)


ACME = (
    organization()
    + document("OrganizationTemplate", "everyone", EVERYONE)
    + document("GroupTemplate", "sales", SELLERS)
)


def case(given: str, licenses: str, sites: str = "[]", name: str = "it") -> str:
    """A TemplateTest."""
    return document(
        "TemplateTest", name, f"{{given: {{{given}}}, expect: {{licenses: [{licenses}], attendeeSites: {sites}}}}}"
    )


class Stored:
    """Stands for the store: one organization with one reading, or none."""

    def __init__(self, live: FakeLive | None = None) -> None:
        self._live = live

    def organizations(self) -> tuple[tuple[str, str], ...]:
        return (("org-1", "Acme"),) if self._live else ()

    def live(self, org_id: str) -> FakeLive:
        assert self._live is not None
        assert org_id == "org-1"
        return self._live


class Room:
    """A directory of files, and everything outside: a clock that stands still, and a store that may be asked or not."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.progress, self.now = folder, Quiet(), NOW
        self.store: Stored | None = None

    def desired(self, *texts: str) -> Desired:
        (self.folder / "acme.yaml").write_text("".join(texts), encoding="utf-8")
        loaded = load_desired(self.folder)
        assert loaded.desired is not None, loaded.findings
        return loaded.desired

    def run(self, *texts: str, without_store: str = "no store") -> TemplateTestReport:
        context = Context(self._store, self._connect, self.progress, lambda: self.now, "0")
        return run_template_tests(self.desired(*texts), context, without_store="" if self.store else without_store)

    def one(self, *texts: str) -> Outcome:
        """The outcome of the only test there is."""
        (outcome,) = self.run(*texts).tests
        return outcome

    def _store(self) -> Any:
        if self.store is None:
            raise AssertionError("nobody may ask the store")
        return cast(Any, self.store)

    def _connect(self) -> Any:
        raise AssertionError("nobody may go to Webex")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """A room without a store."""
    return Room(tmp_path)


def differences(outcome: Outcome) -> list[str]:
    """What differs, in short: `- Basic Messaging`."""
    signs = {"missing": "-", "unexpected": "+"}
    return [f"{signs[item.difference]} {item.product}" for item in outcome.deviations]


def told(outcome: Outcome) -> str:
    """Everything a failure says, in one line."""
    parts = [part for item in outcome.deviations for part in (item.text, *(str(s.source) for s in item.chain))]
    return " ".join(parts)


@pytest.mark.parametrize(
    ("given", "licenses", "sites"),
    [
        ("", "Basic Messaging", f"[{SITE}]"),
        ("groups: [Sales]", "Basic Messaging, Webex Meetings Suite", "[]"),
        (
            "groups: [Sales], workPhone: '+14085550100'",
            f"Basic Messaging, Webex Meetings Suite @ {SITE}, Webex Calling - Professional",
            "[]",
        ),
        ("groups: [Sales], workPhone: 408-555-0100", "Basic Messaging, Webex Meetings Suite", "[]"),
        (f"groups: [Sales], attendeeSites: [{SITE}]", "Basic Messaging, Webex Meetings Suite", "[]"),
        (f"siteAdminOf: [{SITE}]", "Basic Messaging", "[]"),
        ("holds: [Real-Time Translations]", "Basic Messaging, Real-Time Translations", f"[{SITE}]"),
        ("active: false, holds: [Basic Messaging]", "Basic Messaging", "[]"),
        ("external: true", "", "[]"),
        ("external: true, active: false, holds: [Basic Messaging]", "Basic Messaging", "[]"),
    ],
    ids=["anybody", "member", "number", "bad-number", "promoted", "site-admin", "by-hand", "left", "outsider", "both"],
)
def test_the_person_is_the_one_that_is_given(room: Room, given: str, licenses: str, sites: str) -> None:
    """Every key of `given` reaches the rules: the exact final set, prerequisites included."""
    outcome = room.one(ACME, case(given, licenses, sites))
    assert (outcome.status, differences(outcome)) == ("passed", [])


@pytest.mark.parametrize(("newcomer", "status"), [("true", "passed"), ("false", "failed")])
def test_a_newcomer_is_one_for_every_template(room: Room, newcomer: str, status: str) -> None:
    """`existingUsers: false` speaks for `newcomer: true` whenever it is in force, even from a day that is to come."""
    late = (
        "{existingUsers: false, activeFrom: 2030-01-01, groups: [Sales], licenses: [{license: Real-Time Translations}]}"
    )
    new = "{existingUsers: false, groups: [Sales], licenses: [{license: Webex Webinars}]}"
    outcome = room.one(
        organization(assignment="groups"),
        document("GroupTemplate", "late", late),
        document("GroupTemplate", "new", new),
        case(f"groups: [Sales], newcomer: {newcomer}", "Real-Time Translations, Webex Webinars"),
    )
    assert outcome.status == status
    if status == "failed":
        assert "the test does not say `newcomer: true`" in outcome.deviations[1].text
        assert differences(outcome) == ["- Real-Time Translations", "- Webex Webinars"]


def test_what_a_newcomer_holds_was_there_at_first_sight(room: Room) -> None:
    """`explicitlyLicensedNewcomers: skip` passes over a newcomer who holds something paid, and over nobody else."""
    skip = "{explicitlyLicensedNewcomers: skip, licenses: [{license: Basic Messaging}, {license: Webinars}]}"
    files = organization() + document("OrganizationTemplate", "everyone", skip)
    report = room.run(
        files,
        case("newcomer: true, holds: [Real-Time Translations]", "Real-Time Translations", name="paid"),
        case("newcomer: true, holds: [Basic Messaging]", "Basic Messaging, Webinars", name="unpaid"),
        case("holds: [Real-Time Translations]", "Basic Messaging, Webinars, Real-Time Translations", name="old"),
    )
    assert [outcome.status for outcome in report.tests] == ["passed"] * 3


def test_exceptions_act_on_the_address_and_only_while_in_force(room: Room) -> None:
    """The day of the run counts, as it does for a plan."""
    files = ACME + document(
        "UserException", "ann", "{users: [ann@acme.example], add: [{license: Real-Time Translations}], "
        "reason: asked for, until: 2026-12-31}",
    )  # fmt: skip
    test = case("email: Ann@acme.example", "Basic Messaging, Real-Time Translations", f"[{SITE}]")
    assert room.one(files, test).status == "passed"
    room.now = datetime(2027, 1, 1, tzinfo=UTC)
    outcome = room.one(files, test)
    assert differences(outcome) == ["- Real-Time Translations"]
    assert "exception ann added it until 2026-12-31" in outcome.deviations[0].chain[-1].text


@pytest.mark.parametrize(
    ("guards", "email", "kept"),
    [
        ("", "ann@acme.example", False),
        ("irreversible: hold", "ann@acme.example", True),
        ("irreversible: hold", "bob@acme.example", False),
        ("protected: [ann@acme.example]", "ann@acme.example", True),
    ],
    ids=["first-apply", "held", "acknowledged", "protected"],
)
def test_only_what_the_files_hold_back_for_good_is_held(room: Room, guards: str, email: str, kept: bool) -> None:
    """A first apply and a guard that stops say nothing about a person; protection and unacknowledged losses do."""
    files = (
        organization(f"retention: {{manual: remove}}, guards: {{{guards}}}")
        + document("OrganizationTemplate", "everyone", EVERYONE)
        + document("GroupTemplate", "sales", SELLERS)
        + document(
            "Acknowledgement",
            "paper",
            "{license: Webex Calling - Professional, users: [bob@acme.example], reason: yes we know, until: 2026-12-31}",
        )
    )
    calling = ", Webex Calling - Professional" if kept else ""
    test = case(f"email: {email}, holds: [Webex Calling - Professional]", f"Basic Messaging{calling}", f"[{SITE}]")
    assert differences(room.one(files, test)) == []


def test_a_loss_for_good_says_so(room: Room) -> None:
    """Whoever expects Calling to stay learns that an apply would want an Acknowledgement."""
    files = (
        organization("retention: {manual: remove}")
        + document("OrganizationTemplate", "everyone", EVERYONE)
        + document("GroupTemplate", "sales", SELLERS)
    )
    outcome = room.one(
        files,
        case("holds: [Webex Calling - Professional]", "Basic Messaging, Webex Calling - Professional", f"[{SITE}]"),
    )
    assert differences(outcome) == ["- Webex Calling - Professional"]
    assert outcome.deviations[0].text.endswith("That cannot be undone: an apply needs an Acknowledgement.")


def test_nothing_is_scarce(room: Room) -> None:
    """Budgets and the units of the reading do not count: a test says what the files want."""
    files = ACME.replace(
        "assignment: groups", "capacity: {budgets: [{license: Webex Meetings Suite, group: Sales, max: 0}]}, assignment: groups"
    )  # fmt: skip
    files = files.replace("defaults:", "retention: {manual: remove}, defaults:")
    full, unseen = (License(pool.id, pool.name, 5, 9, 9, 0, "Sub-1") for pool in (PRO, RTT))
    room.store = Stored(FakeLive((MSG, SUITE, SUITE2, full, unseen), [Someone("x@acme.example")], (SALES,)))
    given = "groups: [Sales], workPhone: '+14085550100'"
    test = case(given, "Basic Messaging, Webex Meetings Suite, Webex Calling - Professional")
    assert differences(room.one(files, test)) == []
    counted = room.one(
        files.replace("retention:", "manage: [Real-Time Translations], retention:"),
        case("holds: [Real-Time Translations]", "Real-Time Translations"),
    )
    assert "- Real-Time Translations" in differences(
        counted
    )  # nine hold it, the reading shows none of them: it goes all the same
    assert "cannot be undone" not in told(counted)


@pytest.mark.parametrize("extension", ["none", "{lastDigits: 4}", "fromDirectory"])
def test_a_number_is_where_the_files_name_a_location(room: Room, extension: str) -> None:
    """Locations of templates exist, and the work phone is a free number of the one that is named."""
    block = f"{{number: workPhone, location: Berlin, extension: {extension}}}"
    files = organization(assignment="groups") + document(
        "GroupTemplate", "sales", f"{{groups: [Sales], licenses: [{{license: Webex Calling, calling: {block}}}]}}"
    )
    assert differences(room.one(files, case("groups: [Sales], workPhone: '+493055501234'", "Webex Calling"))) == []


@pytest.mark.parametrize("phone", ["", ", workPhone: '+14085550100'"])
def test_who_has_calling_keeps_the_place_in_a_replacement(room: Room, phone: str) -> None:
    """A lower tier that is held is replaced: number and location are known, whatever the directory says."""
    test = case(
        f"groups: [Sales, Sales], holds: [Webex Calling - Standard]{phone}",
        "Basic Messaging, Webex Meetings Suite, Webex Calling - Professional",
    )
    files = ACME.replace("assignment: groups", "manage: [Webex Calling - Standard], assignment: groups")
    assert differences(room.one(files, test)) == []


def test_numbers_that_files_give_to_single_people_are_free(room: Room) -> None:
    """Of an exception and of a row, which beats the template's block."""
    rows = "{rows: [{email: ann@acme.example, number: '+493055501234', location: Berlin, extension: '1234'}]}"
    exception = (
        "{users: [bob@acme.example], add: [{license: Webex Calling - Professional}], reason: hotline, "
        "calling: {number: '+14085550104', location: HQ, extension: {lastDigits: 4}}}"
    )
    calling = "Basic Messaging, Webex Calling - Professional"
    report = room.run(
        ACME,
        document("CallingAssignments", "berlin", rows),
        document("UserException", "bob", exception),
        case("groups: [Sales], email: ann@acme.example", f"{calling}, Webex Meetings Suite", name="row"),
        case("email: bob@acme.example", calling, f"[{SITE}]", name="exception"),
    )
    assert [outcome.status for outcome in report.tests] == ["passed", "passed"]


def test_every_difference_has_its_reason_with_its_place(room: Room) -> None:
    """Why something extra is there, and why something missing is missing: silent, beaten, blocked, denied, by nobody."""
    files = (
        ACME
        + document("GroupTemplate", "agents", "{groups: [Agents], licenses: [{license: Contact center Standard Agent}]}")
        + document("UserException", "nothing", "{users: [x@acme.example], deny: [Basic Messaging], reason: not here}")
        + document("UserException", "elsewhere", "{users: [y@acme.example], add: [license: Real-Time Translations], reason: her}")
    )  # fmt: skip
    expected = "Basic Messaging, Webex Calling - Professional, Contact center Standard Agent, Real-Time Translations"
    outcome = room.one(files, case("groups: [Sales], email: x@acme.example", expected, f"[{SITE}]"))
    because = {item.product: item.text for item in outcome.deviations}
    assert differences(outcome) == [
        "- Basic Messaging",
        "- Contact center Standard Agent",
        "- Real-Time Translations",
        "- Webex Calling - Professional",
        f"- attendee @ {SITE}",
    ]
    assert because["Basic Messaging"] == "Denied by exception nothing (acme.yaml:21): not here."
    assert "not a direct member of Agents" in because["Contact center Standard Agent"]
    assert "No template grants it" in because["Real-Time Translations"]
    assert "work phone" in because["Webex Calling - Professional"]
    assert "group templates speak instead" in because[f"attendee @ {SITE}"]
    assert "acme.yaml:" in told(outcome)

    extra = room.one(files, case("groups: [Agents]", ""))
    assert differences(extra) == ["+ Contact center Standard Agent"]
    assert "granted by agents (acme.yaml:" in extra.deviations[0].text


def test_reasons_are_not_about_units(room: Room) -> None:
    """A test has no pool: nothing of one that does not exist is told."""
    outcome = room.one(ACME, case("", ""))
    assert differences(outcome) == ["+ Basic Messaging", f"+ attendee @ {SITE}"]
    assert [
        step.kind for item in outcome.deviations for step in item.chain if step.kind in ("allocation", "guard")
    ] == []
    assert "unit" not in told(outcome)


@pytest.mark.parametrize(
    ("given", "licenses", "sites", "code", "hint"),
    [
        ("groups: [sales]", "", "[]", "unknown-group", "did you mean 'Sales'?"),
        ("groups: [Legal]", "", "[]", "unknown-group", "the templates name 'Sales'"),
        ("", "Basic Mesaging", "[]", "unknown-license", "did you mean 'Basic Messaging'"),
        ("", "Quantum Telepathy", "[]", "unknown-license", "no template, exception or `manage` names it"),
        ("", "attendee @ acme.webex.com", "[]", "unknown-license", "`attendeeSites`"),
        ("", "Webex Meetings Suite @ emea.acme.webex.com", "[]", "unknown-site", f"it is on {SITE}"),
        ("", "Basic Messaging @ acme.webex.com", "[]", "unknown-site", "write its name alone"),
        ("", "", "[emea.acme.webex.com]", "unknown-site", f"its sites are {SITE}"),
    ],
)
def test_a_name_that_is_not_there_is_an_error_at_the_test(
    room: Room, given: str, licenses: str, sites: str, code: str, hint: str
) -> None:
    """With file and line and what to write instead; the other tests run all the same."""
    files = ACME.replace("Sales], licenses: [", "Sales], licenses: [{license: Real-Time Translations}, ")
    report = room.run(files, case(given, licenses, sites), case("", "Basic Messaging", f"[{SITE}]", name="fine"))
    outcome, fine = report.tests
    (finding,) = outcome.findings
    assert (outcome.status, outcome.got, finding.code, finding.where) == ("error", None, code, outcome.source)
    assert hint in finding.hint
    assert fine.got is not None
    assert not report.good


def test_all_wrong_names_of_a_test_come_at_once_and_each_once(room: Room) -> None:
    """One run is enough to correct them."""
    outcome = room.one(ACME, case("groups: [A, A], holds: [B]", "C, C"))
    assert [finding.code for finding in outcome.findings] == ["unknown-group", "unknown-license"]


def test_two_groups_of_one_name_are_told_apart_by_id(room: Room) -> None:
    """A template names them by id; the name alone is an error that lists the ids, the id is fine."""
    other = Group("33333333-3333-4333-8333-333333333333", "Sales")
    room.store = Stored(FakeLive((MSG, RTT, SUITE, PRO), [Someone("x@acme.example")], (SALES, other)))
    files = organization(assignment="groups") + "".join(
        document("GroupTemplate", name, f"{{groups: [{{id: {group.id}}}], licenses: [{{license: {license}}}]}}")
        for name, group, license in (("one", SALES, "Basic Messaging"), ("two", other, "Real-Time Translations"))
    )
    by_name, by_id = room.run(
        files,
        case("groups: [Sales]", "", name="a"),
        case(f"groups: ['{other.id}']", "Real-Time Translations", name="b"),
    ).tests
    assert [finding.code for finding in by_name.findings] == ["ambiguous-group"]
    assert SALES.id in by_name.findings[0].hint
    assert by_id.status == "passed"


def test_a_group_by_id_is_called_by_its_name_where_a_reading_tells_it(room: Room) -> None:
    """And by the id itself where none does."""
    files = organization(assignment="groups") + document(
        "GroupTemplate", "one", f"{{groups: [{{id: {SALES.id}}}], licenses: [{{license: Basic Messaging}}]}}"
    )
    assert room.one(files, case(f"groups: ['{SALES.id}']", "Basic Messaging")).status == "passed"
    assert room.one(files, case("groups: [Sales]", "Basic Messaging")).status == "error"
    room.store = Stored(FakeLive((MSG, SUITE, PRO), [Someone("x@acme.example")], (SALES,)))
    assert room.one(files, case("groups: [Sales]", "Basic Messaging")).status == "passed"


def test_several_sites_need_a_name_or_a_default(room: Room) -> None:
    """A bare name means the default site; without one a name on several sites is an error, on one site it is that."""
    two = (
        "{groups: [Sales], licenses: [{license: Webex Meetings Suite, site: a.webex.com}, "
        "{license: Webex Meetings Suite, site: b.webex.com}, {license: Webex Webinars, site: a.webex.com}]}"
    )
    files = document("Organization", "acme", "{assignment: groups}") + document("GroupTemplate", "sales", two)
    suites = "Webex Meetings Suite @ a.webex.com, Webex Meetings Suite @ b.webex.com"
    everything = f"Basic Messaging, {suites}, Webex Webinars @ a.webex.com"
    report = room.run(
        files,
        case("groups: [Sales]", "Webex Meetings Suite", name="bare"),
        case("groups: [Sales]", everything, name="whole"),
        case("holds: [Webex Webinars]", "Webex Webinars @ a.webex.com", name="only"),
        case("holds: [Other @ c.webex.com]", "Other", name="held"),
    )
    bare, whole, only, held = report.tests
    assert [finding.code for finding in bare.findings] == ["site-needed"]
    assert "a.webex.com, b.webex.com" in bare.findings[0].hint
    assert whole.status == only.status == held.status == "passed"


# -- which licenses there are -------------------------------------------------------------------------------------------


def test_the_reading_decides_what_there_is_and_what_it_is_called(room: Room) -> None:
    """A name that the organization does not have stops everything, as it stops a plan; and stderr says what was used."""
    room.store = Stored(FakeLive((MSG, SUITE), [Someone("x@acme.example")], (SALES,), snapshot="s7"))
    with pytest.raises(UnknownNameError) as caught:
        room.run(ACME, case("", "Basic Messaging", f"[{SITE}]"))
    assert {finding.code for finding in caught.value.findings if finding.severity == "error"} == {"unknown-license"}

    room.store = Stored(FakeLive((MSG, SUITE, PRO), [Someone("x@acme.example")], (SALES,), snapshot="s7"))
    report = room.run(ACME, case("", "Basic Messaging", f"[{SITE}]"))
    assert (report.catalog, report.snapshot, report.good) == ("snapshot", "s7", True)
    assert room.progress.notes[-1] == "Licenses as of the reading of 2026-11-21 12:00 UTC."


def test_neither_people_nor_holders_of_the_reading_are_looked_at(room: Room) -> None:
    """Somebody with the very address of the test, who holds things, is another person."""
    crowd = [Someone(f"p{number}@acme.example", holds=(RTT.id,)) for number in range(50)]
    mine = Someone("person@example.com", holds=(PRO.id,), groups=(SALES.id,))
    room.store = Stored(FakeLive((MSG, SUITE, PRO, RTT), [*crowd, mine], (SALES,)))
    outcome = room.one(ACME, case("", "Basic Messaging", f"[{SITE}]"))
    assert differences(outcome) == []


def test_without_a_reading_of_the_organization_licenses_are_made_up(room: Room) -> None:
    """A store that knows nobody, or somebody else, is no reason to fail; it is said."""
    room.store = Stored()
    report = room.run(ACME, case("", "Basic Messaging", f"[{SITE}]"))
    assert (report.catalog, report.snapshot, report.taken_at, report.good) == ("files", None, None, True)
    assert room.progress.notes == [
        "Licenses made up from the names in the files: The store holds no reading of any organization yet."
    ]


def test_a_store_that_cannot_be_read_is_an_error(room: Room) -> None:
    """Silence about it would change results from one day to the next."""
    context = Context(_broken, room._connect, room.progress, lambda: NOW, "0")
    with pytest.raises(StoreError):
        run_template_tests(room.desired(ACME, case("", "Basic Messaging")), context)


def _broken() -> Any:
    raise StoreError("The store is out of reach.")


def test_without_tests_nothing_is_asked_and_nothing_fails(room: Room) -> None:
    """Not even the store."""
    context = Context(_broken, room._connect, room.progress, lambda: NOW, "0")
    report = run_template_tests(room.desired(ACME), context)
    assert (report.tests, report.summary.tests, report.good, room.progress.notes) == ((), 0, True, [])


def test_made_up_licenses_bring_prerequisites_and_refusals_along(room: Room) -> None:
    """Letters that are known make the rules act: basic messaging comes along, workspaces' licenses are no licenses."""
    files = organization(assignment="groups") + document(
        "GroupTemplate", "sales", "{groups: [Sales], licenses: [{license: Advanced Space Meetings}]}"
    )
    expected = "Advanced Space Meetings, Basic Messaging, Basic Space Meetings"
    assert differences(room.one(files, case("groups: [Sales]", expected))) == []
    with pytest.raises(UnknownNameError) as caught:
        room.one(files.replace("Advanced Space Meetings", "Webex Calling - Workspaces"), case("groups: [Sales]", ""))
    assert [finding.code for finding in caught.value.findings] == ["not-assignable"]


def test_made_up_licenses_are_where_the_files_say(room: Room) -> None:
    """On the sites and in the subscriptions that something beside them names; tiers exist; what is free costs nothing."""
    free = license_id("FMS", 88)
    nine = ", ".join(f"{{license: {name}, subscription: Sub-9}}" for name in ("Webex Webinars", "Room Bookings"))
    files = organization("tiers: [[Gold, Silver]]", assignment="organization") + document(
        "OrganizationTemplate", "everyone", f"{{explicitlyLicensedNewcomers: skip, licenses: [{nine}, {{id: {free}}}]}}"
    )
    granted = f"Basic Messaging, Webex Webinars @ {SITE}, Room Bookings, {free}"
    report = room.run(
        files,
        case("", granted, name="granted"),
        case("holds: [Other @ b.webex.com, Silver]", f"{granted}, Other @ b.webex.com, Silver", name="held"),
        case(f"newcomer: true, holds: [{free}]", granted, name="free"),
    )
    assert [(outcome.name, differences(outcome), outcome.findings) for outcome in report.tests] == [
        ("granted", [], ()),
        ("held", [], ()),
        ("free", [], ()),
    ]
    attendees = "{licenses: [{license: Webex Training, accountType: attendee}]}"
    files = organization(assignment="organization") + document("OrganizationTemplate", "everyone", attendees)
    assert differences(room.one(files, case("", "", f"[{SITE}]"))) == []


def test_made_up_licenses_know_old_names_and_aliases(room: Room) -> None:
    """A test may use the name of before a rename, as a template may."""
    files = organization('aliases: {"Talking": "Real-Time Translations"}', assignment="organization") + document(
        "OrganizationTemplate", "everyone", "{licenses: [{license: Customer Experience - Essential, "
        "calling: {number: none, location: HQ, extension: fromDirectory}}, {license: Talking}]}",
    )  # fmt: skip
    outcome = room.one(files, case("", "Single License - CX Essentials, Real-Time Translations"))
    assert differences(outcome) == []
    assert outcome.got is not None
    assert outcome.got.licenses == ("Customer Assist", "Real-Time Translations")


def test_a_license_by_id_is_called_by_its_id_where_no_reading_names_it(room: Room) -> None:
    """The id says the site and the kind, and nothing says the name."""
    pool = license_id("EE", 77, "emea.acme.webex.com")
    files = organization(assignment="organization") + document(
        "OrganizationTemplate", "everyone", f"{{licenses: [{{id: {pool}}}]}}"
    )
    outcome = room.one(files, case("", f"Basic Messaging, {pool}"))
    assert outcome.got is not None
    assert (differences(outcome), outcome.got.licenses[1]) == ([], f"{pool} @ emea.acme.webex.com")
    room.store = Stored(
        FakeLive(
            (MSG, License(pool, "Webex Meetings Suite", site="emea.acme.webex.com", site_type=CONTROL_HUB_MANAGED)),
            [Someone("x@acme.example")],
        )
    )
    assert room.one(files, case("", "Basic Messaging, Webex Meetings Suite @ emea.acme.webex.com")).status == "passed"


@pytest.mark.parametrize("subscription", ["Sub-1", "Sub-2"])
@pytest.mark.parametrize("policy", ["policy: oldestFirst, order: [Sub-1]", "policy: defaultOnly"])
def test_what_is_held_is_held_where_a_grant_would_draw_on(room: Room, policy: str, subscription: str) -> None:
    """Where two subscriptions sell it, the one of the policy: `outsideDefaults: remove` does not take it for a stray."""
    room.store = Stored(FakeLive((MSG, SUITE, SUITE2), [Someone("x@acme.example")], (SALES,)))
    files = organization(f"retention: {{outsideDefaults: remove}}, subscriptions: {{{policy}}}")
    files = files.replace("{subscription: Sub-1, ", "{") if "order" in policy else files
    files = files.replace("Sub-1", subscription)
    files += document("OrganizationTemplate", "everyone", EVERYONE)
    files += document("GroupTemplate", "sales", "{groups: [Sales], licenses: [{license: Webex Meetings Suite}]}")
    outcome = room.one(files, case("holds: [Webex Meetings Suite]", "Basic Messaging"))
    assert differences(outcome) == [f"+ Webex Meetings Suite @ {SITE}"]
    assert "outsideDefaults" not in told(outcome)


def test_tests_come_in_the_order_of_files_and_lines(room: Room) -> None:
    """Whatever they are called, so that a reader finds them where they stand."""
    (room.folder / "a").mkdir()
    (room.folder / "a" / "z.yaml").write_text(case("", "", name="last"), encoding="utf-8")
    report = room.run(ACME, *(case("", "", name=name) for name in "cab"))
    assert [outcome.name for outcome in report.tests] == ["last", "c", "a", "b"]
    assert report.tests[0].source.startswith("a/z.yaml:")


def test_the_same_files_give_the_same_report(room: Room) -> None:
    """Nothing hangs on chance or on an earlier test."""
    tests = [
        case(given, "", name=f"t{number}") for number, given in enumerate(("", "groups: [Sales]", "newcomer: true"))
    ]
    assert room.run(ACME, *tests) == room.run(ACME, *tests)
    assert [room.one(ACME, test) for test in tests][1].deviations == room.run(ACME, *tests).tests[1].deviations
