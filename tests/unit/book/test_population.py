"""Everybody counted by key: people whom the files cannot tell apart are resolved once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.load import load_desired
from reconciler.model.desired import Guards, Retention
from reconciler.model.expected import Marks
from reconciler.model.live import Origin
from reconciler.model.memory import Memory
from tests.support.desired import (
    acknowledgement,
    changes,
    codes,
    desired,
    everyone,
    exception,
    held,
    live,
    managed,
    members,
    organization,
    plan,
    stops,
)
from tests.support.live import MSG, NOW, PREMIUM, PRO, RTT, SALES, SUITE, SUPPORT, Someone

FILES = desired(
    organization("groupsThenOrganization"),
    everyone("Real-Time Translations"),
    members("Sales", "Real-Time Translations"),
)


def test_what_no_file_names_does_not_tell_people_apart() -> None:
    """Groups and licenses that no file names make no difference: such people share one key."""
    crowd = [
        Someone("a@acme.example"),
        Someone("b@acme.example", groups=(SUPPORT.id,), holds=(PREMIUM.id,)),
        Someone("c@acme.example", holds=(SUITE.id,), attendee=("x.webex.com",), admin_of=("x.webex.com",)),
    ]
    counts = plan(FILES, *crowd).workings.population.counts
    assert list(counts.values()) == [3]


def test_what_files_name_does() -> None:
    """A named group, a declared license, an origin and an exception each tell people apart."""
    given: dict[str, tuple[str, ...]] = {RTT.id: ("template:everyone",)}
    crowd = [
        Someone("a@acme.example"),
        Someone("b@acme.example", groups=(SALES.id,)),
        Someone("c@acme.example", holds=(RTT.id,)),
        Someone("d@acme.example", holds=(RTT.id,), given=given),
        Someone("e@acme.example"),
    ]
    files = desired(FILES.organization, *FILES.templates, exception("x", "e@acme.example", exempt=True))
    population = plan(files, *crowd).workings.population
    assert sorted(population.counts.values()) == [1] * 5
    assert {key.origins for key in population.counts} == {(), (Origin(RTT.id, ("template:everyone",)),)}


def test_everybody_is_counted_once() -> None:
    """Singled out or not, each person is in exactly one key, and comes back by it."""
    crowd = [Someone(f"p{n}@acme.example", groups=(SALES.id,) if n % 2 else (), holds=(MSG.id,)) for n in range(9)]
    files = desired(
        FILES.organization, *FILES.templates, exception("x", "p1@acme.example", "p2@acme.example", exempt=True)
    )
    population = plan(files, *crowd).workings.population
    assert sum(population.counts.values()) == 9
    fetched = [person.email for person, _ in population.fetch(population.counts)]
    assert fetched == sorted(person.email for person in crowd)
    for person, key in population.fetch(population.counts):
        assert population.key_of(person) == key


def test_templates_in_force_since_one_moment_share_their_newcomers() -> None:
    """Two newcomer templates of one apply speak for the same people who came since, and for nobody else."""
    files = desired(
        organization("groups"), members("Sales", "Real-Time Translations", existing_users=False),
        members("Support", "Contact Center Premium Agent", existing_users=False),
    )  # fmt: skip
    both = (SALES.id, SUPPORT.id)
    crowd = [Someone("old@x", both), Someone("new@x", both, first_seen=NOW + timedelta(minutes=1))]
    found = plan(files, *crowd)
    assert changes(found, "new@x") == ["+ Contact Center Premium Agent", "+ Real-Time Translations"]
    assert changes(found, "old@x") == []
    assert found.workings.population.marks == {crowd[1].id: Marks(newcomer_of=("sales", "support"))}


def test_holders_of_every_license_are_counted() -> None:
    """Holders are counted for every license, declared or not."""
    found = plan(FILES, Someone("a@x", holds=(PREMIUM.id,)), Someone("b@x", holds=(PREMIUM.id, RTT.id)))
    assert found.workings.population.holders == {PREMIUM.id: 2, RTT.id: 1}


def test_the_view_is_asked_only_for_people_that_matter() -> None:
    """People of keys nobody asked for are not fetched."""
    snapshot = live(Someone("a@x", groups=(SALES.id,)), Someone("b@x"))
    assert len(list(snapshot.people({1}))) == 1


ANNA = Someone("anna@acme.example", holds=(PRO.id,), former_emails=("ann@acme.example",))
LOSES = organization(retention=Retention(manual="remove"), manage=managed("Webex Calling - Professional"))


def test_a_renamed_person_keeps_what_the_files_say_of_the_old_address() -> None:
    """Exemption, additions, protection and acknowledgement go with the person, and a warning names the new address."""
    base = everyone("Basic Messaging")
    found = plan(desired(LOSES, base, exception("x", "ann@acme.example", exempt=True)), ANNA)
    assert (changes(found), codes(found)) == ([], ["person-renamed"])
    (told,) = (item for item in found.plan.findings if item.code == "person-renamed")
    assert (told.severity, told.where, told.message) == (
        "warning",
        "x.yaml:1",
        "ann@acme.example is now anna@acme.example",
    )
    org = organization(guards=Guards(protected=("ann@acme.example",)), retention=LOSES.retention, manage=LOSES.manage)
    found = plan(desired(org, base), ANNA)
    assert held(found) == [("- Webex Calling - Professional", "protected")]
    assert codes(found) == ["person-renamed"]
    paper = acknowledgement("Webex Calling - Professional", users=("ann@acme.example",))
    found = plan(desired(LOSES, base, paper), ANNA)
    assert ("irreversible" in stops(found), codes(found)) == (False, ["person-renamed"])
    given = exception("x", "ann@acme.example", add=["Real-Time Translations"])
    found = plan(desired(organization(), base, given), ANNA)
    assert changes(found) == ["+ Real-Time Translations"]


def test_an_address_belongs_to_who_has_it_now() -> None:
    """Whoever has the address today is meant, not who had it before."""
    ann = Someone("ann@acme.example", holds=(PRO.id,))
    other = Someone("anna@acme.example", holds=(PRO.id,), former_emails=("annie@acme.example", "ann@acme.example"))
    files = desired(LOSES, everyone("Basic Messaging"), exception("x", "ann@acme.example", exempt=True))
    found = plan(files, ann, other)
    assert changes(found, ann.email) == []
    assert changes(found, other.email) == ["- Webex Calling - Professional"]
    assert "person-renamed" not in codes(found)


@pytest.mark.parametrize("written", [" Ann.Second@Acme.Example ", "ANN@ACME.EXAMPLE"])
def test_any_address_of_a_person_in_any_case_means_them(written: str, tmp_path: Path) -> None:
    """RULES 1.8: exceptions, protection and Acknowledgements find a person by every address, trimmed and case-folded."""
    person = Someone("Ann@acme.example", other_emails=("ann.second@ACME.example",), holds=(PRO.id,))
    (tmp_path / "acme.yaml").write_text(
        "apiVersion: webex-licenses/v1\nkind: Organization\nmetadata: {name: acme}\n"
        f"spec: {{assignment: organization, guards: {{protected: ['{written}']}}}}\n---\n"
        "apiVersion: webex-licenses/v1\nkind: OrganizationTemplate\nmetadata: {name: everyone}\nspec: {licenses: []}\n---\n"
        "apiVersion: webex-licenses/v1\nkind: UserException\nmetadata: {name: x}\n"
        f"spec: {{users: ['{written}'], reason: x, exempt: true}}\n---\n"
        "apiVersion: webex-licenses/v1\nkind: Acknowledgement\nmetadata: {name: paper}\n"
        f"spec: {{license: {PRO.name}, users: ['{written}'], reason: x, until: 2027-01-01}}\n"
    )
    files = load_desired(tmp_path).desired
    assert files is not None
    snapshot = live(person)
    book = Book(files, snapshot.licenses(), snapshot.groups(), snapshot.members_seen(), Memory(), NOW)
    population = Population(book, snapshot)
    assert population.marks == {person.id: Marks(("x",), True, acknowledged=(PRO.name,))}
    assert [finding.code for finding in population.findings] == []
