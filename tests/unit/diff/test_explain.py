"""Behind the sentences: the chain in order, every failed check, the queue, the origin, one license asked for."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from reconciler.diff.explain import Seen, nearest, products_named
from reconciler.model.catalog import License
from reconciler.model.desired import (
    Budget,
    Calling,
    Capacity,
    GroupReference,
    Guards,
    LicenseCapacity,
)
from reconciler.model.live import PhoneNumber
from reconciler.model.memory import KnownGroup, Repeat
from reconciler.model.provenance import Act, Provenance
from tests.support.desired import (
    applied,
    attendee,
    desired,
    exception,
    live,
    managed,
    members,
    organization,
    plan,
    ref,
)
from tests.support.live import (
    ALL,
    MSG,
    NOW,
    PRO,
    RTT,
    SALES,
    SITE,
    SUPPORT,
    Someone,
    license_id,
)
from tests.unit.diff.situations import (
    ANN,
    GROUPS,
    HQ,
    MEETINGS,
    PRO_NAME,
    ROLE,
    RTT_NAME,
    explained,
    line,
    pools,
    story,
)


def test_the_chain_is_in_order() -> None:
    """Who speaks, who grants, what beat it, what came of it, and what stops the apply."""
    files = desired(
        organization(GROUPS, guards=Guards(additions=None), capacity=Capacity()), members("Sales", "Webex Meetings Suite"),
        exception("extra", ANN, add=["Webex Meetings Suite"]),
    )  # fmt: skip
    found = line(plan(files, Someone(ANN, (SALES.id,), (MSG.id,), (SITE,))), MEETINGS)
    assert [(step.kind, step.text, step.source) for step in found.chain] == [
        ("exception", "exception extra adds it: because", "templates.yaml:5"),
        ("template", "sales speaks for the person: direct member of Sales", "sales.yaml:1"),
        ("grant", "sales grants it", "templates.yaml:5"),
        ("allocation", "a unit of Sub-1 is given", None),
    ]


def test_a_prerequisite_says_for_what() -> None:
    """A free license that comes along names the template whose license needs it."""
    files, people, _ = story("prerequisite")
    found = line(plan(files, *people), "Basic Messaging")
    assert "sales grants something that needs this free license" in [step.text for step in found.chain]


def test_every_failed_check_stands_with_its_license() -> None:
    """Two blocked licenses, three checks: each with the license it is about, none twice, none among the findings."""
    files = desired(
        organization(GROUPS),
        members("Sales", ref(PRO_NAME, calling=Calling(location="Nowhere")), attendee()),
    )
    person = Someone(ANN, (SALES.id,), (MSG.id,), admin_of=(SITE,))
    found = plan(files, person, locations=(HQ,), numbers=())
    explanation = explained(found)
    checks = {item.product: sorted(check.code for check in item.checks) for item in explanation.licenses if item.checks}
    assert checks == {PRO_NAME: ["no-work-phone", "unknown-location"], ROLE: ["site-admin"]}
    pro = line(found, PRO_NAME)
    assert pro.text == "Granted by sales (templates.yaml:5), but it cannot be given: 2 checks failed."
    assert [step.text for step in pro.chain if step.kind == "check"] == [check.message for check in pro.checks]
    assert pro.to_do == tuple(check.hint for check in pro.checks)
    assert explanation.findings == ()
    assert explanation.verdict == "Licenses and roles: 2 cannot be given, 1 left alone."


def test_calling_says_what_comes_with_it() -> None:
    """The number that the plan gives."""
    files = desired(organization(GROUPS), members("Sales", PRO_NAME))
    person = Someone(ANN, (SALES.id,), work_phone="+14085550100")
    numbers = (PhoneNumber("+14085550100", HQ.id, HQ.name, "ACTIVE"),)
    found = line(plan(files, person, locations=(HQ,), numbers=numbers), PRO_NAME)
    assert found.text == "Will be given: granted by sales (templates.yaml:5), with number +14085550100."


def test_the_queue() -> None:
    """Who is served first counts, and so do the units for them; a budget needs a place, not a unit."""
    files, people, more = story("waits")
    memory = applied(files)
    since = NOW - timedelta(days=3)
    waited = msgspec.structs.replace(memory, waiting={(people[1].id, RTT_NAME): since, (people[2].id, RTT_NAME): NOW})
    last = line(plan(files, *people, memory=waited, **more | {"licenses": pools(RTT=0)}), RTT_NAME)
    first = line(plan(files, *people, memory=waited, **more | {"licenses": pools(RTT=0)}), RTT_NAME, "a@x")
    assert last.queue is not None
    assert first.queue is not None
    assert (first.queue.since, first.queue.ahead, first.queue.units_needed, first.queue.places) == (
        since,
        0,
        1,
        ("Sub-1",),
    )
    assert (last.queue.ahead, last.queue.units_needed) == (1, 2)
    assert "1 person is served first; 2 units have to be bought or freed" in last.text
    files, people, more = story("budget")
    queue = line(plan(files, *people, **more), RTT_NAME).queue
    assert queue is not None
    assert (queue.reason, queue.units_needed) == ("budget", None)


def test_only_those_who_want_the_same_are_ahead() -> None:
    """Who waits for another license, or for a unit while this person waits for a budget, is not served first."""
    budget = Budget(RTT_NAME, GroupReference("Sales"), 0)
    files = desired(
        organization(GROUPS, capacity=Capacity(budgets=(budget,))), members("Sales", RTT_NAME, priority=50),
        members("Support", "Contact Center Premium Agent", RTT_NAME, priority=10),
    )  # fmt: skip
    people = [Someone("a@x", (SUPPORT.id,)), Someone("b@x", (SALES.id,)), Someone(ANN, (SALES.id,))]
    found = plan(files, *people, licenses=pools(PREMIUM=0))
    queues = [line(found, name, email).queue for name, email in
              ((RTT_NAME, ANN), (RTT_NAME, "b@x"), ("Contact Center Premium Agent", "a@x"))]  # fmt: skip
    assert [(queue.ahead, queue.reason) for queue in queues if queue] == [(0, "budget"), (1, "budget"), (0, "capacity")]
    assert line(found, RTT_NAME, "a@x").status == "toAdd"
    mixed = plan(files, *people, licenses=pools(PREMIUM=0, RTT=0))
    queue = line(mixed, RTT_NAME).queue
    assert queue is not None
    assert (queue.ahead, queue.units_needed) == (1, 2)


def test_a_license_that_is_not_for_people() -> None:
    """A workspace license says so instead of advising a template."""
    files, people, _ = story("as wanted")
    rooms = License(license_id("BCCA", 16), "Webex Calling - Workspaces", 10, 0, 0, 0, "Sub-1")
    (found,) = explained(plan(files, *people, licenses=(*ALL, rooms)), name="Webex Calling - Workspaces").licenses
    assert (found.status, found.text) == ("notGranted", "It is not a license for people: no template can give it.")
    assert found.to_do == ()


def test_membership_that_cannot_be_trusted_is_said() -> None:
    """A group that was read in part, or is gone, may be why a template does not speak."""
    files, people, _ = story("not a member")
    group = msgspec.structs.replace(SALES, member_size=3)
    partly = plan(files, *people, groups=(group, SUPPORT), seen={SALES.id: (1, 0)})
    assert "(Sales was read only in part)" in line(partly, RTT_NAME).text
    known = msgspec.structs.replace(applied(files), known_groups=(KnownGroup(SALES.id, "Sales", True),))
    assert "(Sales is gone or was suddenly emptied)" in line(plan(files, *people, memory=known), RTT_NAME).text


def test_units_beyond_the_total_are_not_missing() -> None:
    """With an overage policy only what goes beyond it has to be bought back."""
    policy = LicenseCapacity("overage", 20.0)
    files = desired(organization(GROUPS, capacity=Capacity(policy)), members("Sales", RTT_NAME))
    licenses = tuple(msgspec.structs.replace(p, total=10, consumed=13) if p is RTT else p for p in ALL)
    queue = line(plan(files, Someone(ANN, (SALES.id,)), licenses=licenses), RTT_NAME).queue
    assert queue is not None
    assert queue.units_needed == 2
    unknown = tuple(msgspec.structs.replace(p, total=None) if p is RTT else p for p in ALL)
    queue = line(plan(files, Someone(ANN, (SALES.id,)), licenses=unknown), RTT_NAME).queue
    assert queue is not None
    assert queue.units_needed is None


def test_a_hold_of_a_group_that_is_gone_is_told() -> None:
    """Why Webex's word is not trusted stands behind the sentence."""
    files, people, _ = story("left, removed")
    memory = applied(files, live(Someone("b@x", (SALES.id,))))
    memory = msgspec.structs.replace(memory, known_groups=(KnownGroup(SALES.id, "Sales", True),))
    found = line(plan(files, *people, memory=memory), RTT_NAME)
    assert found.status == "held"
    assert found.chain[-1].rule == "group-missing"
    assert found.to_do[0].startswith("restore the group")


RUN = Act("run-1", "c0ffee" * 7, NOW)
ORIGINS = [
    ({}, Provenance(RTT.id, (), NOW - timedelta(days=1)), "held already when the person was first seen on 2026-11-20 12:00"),
    ({}, Provenance(RTT.id, (), NOW), "first seen held on 2026-11-21 12:00 UTC, and no apply of this tool gave it"),
    ({}, Provenance(RTT.id, (), NOW, RUN), "an apply gave it (on 2026-11-21 12:00 UTC in run-1, from commit c0ffeec0ffee)"),
    (
        {RTT.id: ("template:sales",)}, Provenance(RTT.id, ("template:sales",), NOW, RUN),
        "given by template sales on 2026-11-21 12:00 UTC in run-1, from commit c0ffeec0ffee",
    ),
    (
        {RTT.id: ("template:sales",)}, Provenance(RTT.id, ("template:sales",), NOW, None, RUN),
        "recorded as given by template sales on 2026-11-21 12:00 UTC in run-1, from commit c0ffeec0ffee; held since "
        "2026-11-21 12:00 UTC",
    ),
    (
        {RTT.id: ("dropped:old", "exception:x")}, None,
        "recorded as given by template old, which the files ended for the person and exception x",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "known", "text"), ORIGINS, ids=range(len(ORIGINS)))
def test_where_it_came_from(given: dict[str, tuple[str, ...]], known: Provenance | None, text: str) -> None:
    """By hand or by which template, run and commit, as far as the store knows."""
    files, _, _ = story("by hand")
    seen = Seen({}, (known,) if known else (), NOW - timedelta(days=1))
    found = line(plan(files, Someone(ANN, (), (RTT.id,), given=given)), RTT_NAME, seen=seen)
    assert found.chain[0].kind == "origin"
    assert found.chain[0].text.startswith(text)
    assert found.given is not None
    assert found.given.by == given.get(RTT.id, ())


def test_who_undoes_our_work_is_told_with_the_license() -> None:
    """Another writer is a check of the license that keeps coming back."""
    files, people, _ = story("to be given")
    repeat = Repeat(people[0].id, RTT.id, "add", (NOW - timedelta(days=2), NOW - timedelta(days=1)))
    memory = msgspec.structs.replace(applied(files), repeats=(repeat,))
    explanation = explained(plan(files, *people, memory=memory))
    (found,) = [item for item in explanation.licenses if item.product == RTT_NAME]
    assert [check.code for check in found.checks] == ["another-writer"]
    assert explanation.findings == ()


def test_a_guard_that_stops_the_apply_is_the_last_link() -> None:
    """What is planned and yet will not be sent says so."""
    files = desired(organization(GROUPS), members("Sales", PRO_NAME), exception("no", ANN, deny=[PRO_NAME]))
    found = line(plan(files, Someone(ANN, (SALES.id,), (PRO.id,))), PRO_NAME)
    assert found.status == "toRemove"
    assert found.chain[-1].kind == "guard"
    assert found.chain[-1].rule == "irreversible"


def test_one_license_even_if_nothing_grants_it() -> None:
    """The verdict answers; expired and other people's exceptions are named; a license nobody manages has an answer."""
    files, people, more = story("exception over")
    explanation = explained(plan(files, *people, **more), name=RTT_NAME)
    assert [item.product for item in explanation.licenses] == [RTT_NAME]
    assert explanation.asked == RTT_NAME
    assert explanation.verdict.startswith(f"Ann does not have {RTT_NAME}. Only sales grants it, and that template")
    assert "exception old added it until 2026-08-31" in [step.text for step in explanation.licenses[0].chain]
    nobody = explained(plan(files, *people, **more), name="Contact Center Premium Agent")
    assert nobody.licenses[0].text == "No template grants it."
    files, people, more = story("exception of others")
    other = explained(plan(files, *people, **more), name=RTT_NAME)
    assert [step.text for step in other.licenses[0].chain] == ["exception yes adds it for other people"]


def test_what_a_name_may_mean() -> None:
    """The name, an old name, either case, a part of it, with a site, the role, the id; else the nearest names."""
    files, people, _ = story("as wanted")
    catalog = plan(files, *people).workings.book.catalog
    suite, role = f"Webex Meetings Suite @ {SITE}", f"attendee @ {SITE}"
    for text, expected in (
        (PRO_NAME, [PRO_NAME]),
        ("webex calling - professional", [PRO_NAME]),
        ("Calling", [PRO_NAME, "Webex Calling - Standard"]),
        ("Webex Meetings Suite", [suite]),
        (f"meetings suite @ {SITE.upper()}", [suite]),
        ("Webex Meetings Suite @ other.webex.com", []),
        ("attendee", [role]),
        (role, [role]),
        (PRO.id, [PRO_NAME]),
        ("", []),
        ("Nonsense", []),
    ):
        assert [str(product) for product in products_named(catalog, text)] == expected, text
    assert PRO_NAME in nearest(catalog, "Webex Caling Profesional")
    assert nearest(catalog, "attende @ x") == ("attendee",)
    assert nearest(catalog, "Nonsense") == ()


def test_a_license_that_webex_lists_no_more() -> None:
    """An id without a name is told all the same."""
    files, people, _ = story("by hand")
    gone = msgspec.structs.replace(people[0], holds=("L-gone",))
    found = line(plan(files, gone), "L-gone")
    assert (found.status, found.license_id) == ("notManaged", "L-gone")


def test_managed_licenses_without_a_template() -> None:
    """What only `manage` names is kept or goes by retention like everything declared."""
    files = desired(organization(GROUPS, manage=managed(RTT_NAME)), members("Support", "Webex Meetings Suite"))
    found = line(plan(files, Someone(ANN, (SUPPORT.id,), (RTT.id,))), RTT_NAME)
    assert found.status == "kept"
