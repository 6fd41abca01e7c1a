"""The nouns: ids, names, licenses, findings, digests."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.model import canonical, ids
from reconciler.model.catalog import License, Product, attendee
from reconciler.model.drift import Drift, DriftItem
from reconciler.model.finding import Finding, errors, ordered
from reconciler.model.live import Scope
from reconciler.model.plan import (
    REPLACEMENT_RULES,
    AttendeeOperation,
    Because,
    OrganizationRef,
    digest_of,
    is_replacement,
    stamp,
)
from reconciler.model.provenance import Act, Provenance
from reconciler.model.result import LOST, ApplyResult, OperationResult, PersonResult
from reconciler.model.result import Outcome as ResultOutcome
from reconciler.model.template_tests import Holdings, Tally, TemplateTestReport, tally
from reconciler.model.template_tests import Outcome as OutcomeOfTest
from reconciler.model.template_tests import Status as StatusOfTest
from tests.support.live import NOW, RTT, SALES, SUITE
from tests.support.plans import one_of_everything

UUID = "f5b36187-c8dd-4727-8b2f-f9c447f29046"


@pytest.mark.parametrize(
    "spelling", [UUID, UUID.upper(), f" {UUID} ", ids.encode("PEOPLE", UUID), ids.encode("PEOPLE", UUID) + "=="]
)
def test_one_thing_has_one_uuid(spelling: str) -> None:
    """Padded, unpadded and bare spellings of an id are the same thing."""
    assert ids.uuid_of(spelling) == UUID
    assert ids.same(spelling, UUID)


def test_a_group_id_is_known_by_its_first_part() -> None:
    """The Webex id of a group carries its organization behind a colon, which does not count."""
    assert ids.uuid_of(SALES.id) == "22222222-2222-4222-8222-222222222222"


@pytest.mark.parametrize("text", ["", "x", "not base64!", "Y2lzY28="])
def test_what_is_no_webex_id(text: str) -> None:
    """Anything else is not taken for an id and does not raise."""
    assert ids.decode(text) is None
    assert ids.license_parts(text) is None


def test_a_license_id_tells_type_and_site() -> None:
    """A license id tells its letters and its site; one that does not follow the pattern tells nothing."""
    parts = ids.license_parts(SUITE.id)
    assert parts is not None
    assert (parts.type, parts.site) == ("EE", "acme.webex.com")
    assert License("whatever", "X").type == ""


def test_available() -> None:
    """Available is total minus consumed, negative when over-assigned, unknown when Webex does not say."""
    assert License("i", "n", 5, 7).available == -2
    assert License("i", "n", None, 7).available is None


def test_products_read_as_people_write_them() -> None:
    """A product is written with its site, the role of a site as attendee."""
    assert str(Product("A", "b.webex.com")) == "A @ b.webex.com"
    assert str(Product("A")) == "A"
    assert attendee("b.webex.com").is_attendee


def test_canonical_spellings() -> None:
    """Names keep their case, addresses and sites do not."""
    assert canonical.name(" Cafe\u0301 ") == "Caf\u00e9"
    assert canonical.email(" Stra\u00dfe@X.example ") == "strasse@x.example"
    assert canonical.site(" Acme.Webex.com ") == "acme.webex.com"


def test_findings_in_order() -> None:
    """Errors come first, lines in the order of numbers, and the same finding once."""
    late, early = Finding("a", "warning", "f.yaml:10", "m"), Finding("a", "warning", "f.yaml:9", "m")
    error = Finding("z", "error", "f.yaml:99", "m")
    assert ordered([late, early, error, late]) == (error, early, late)
    assert errors([late, error]) == (error,)


def test_scopes_cover_what_they_read() -> None:
    """A scope covers another that needs no more than it read."""
    assert Scope(("a", "b"), True, True).covers(Scope(("a",), False, True))
    assert not Scope(("a",)).covers(Scope(("a", "b")))
    assert not Scope().covers(Scope(directory=True))
    assert not Scope().covers(Scope(calling=True))
    assert not Scope().covers(Scope(holders=(RTT.id,)))


def test_a_plans_digest_covers_everything_but_itself() -> None:
    """Stamping twice changes nothing; changing anything else changes the digest."""
    plan = one_of_everything()
    assert stamp(plan) == plan
    assert digest_of(msgspec.structs.replace(plan, digest="x")) == plan.digest
    assert digest_of(msgspec.structs.replace(plan, waiting=())) != plan.digest


def test_canonical_json_sorts_keys() -> None:
    """Two dictionaries with the same content have the same bytes."""
    assert canonical.json_bytes({"b": 1, "a": 2}) == canonical.json_bytes({"a": 2, "b": 1}) == b'{"a":2,"b":1}'


def test_drift_is_what_is_missing_or_extra() -> None:
    """What a policy preserves is listed and is no drift."""
    kept = DriftItem("P", "ann@x", "preserved", "X", "L", None, "addedByHand", ())
    report = Drift("1.0", "Drift", OrganizationRef("o", "acme"), "s1", NOW, None, (kept,))
    assert not report.drifted
    for direction in ("missing", "extra"):
        item = msgspec.structs.replace(kept, direction=direction)
        assert msgspec.structs.replace(report, items=(kept, item)).drifted, direction


def test_what_comes_in_the_place_of_something_is_a_replacement() -> None:
    """A removal is one if a reason says that something takes its place; an addition never is."""
    swapped = Because(next(iter(REPLACEMENT_RULES)), "sales")
    reasons = (Because("retention-decides-the-rest: x"), swapped)
    role = AttendeeOperation("remove", "a.webex.com", "config", reasons)
    assert is_replacement(role)
    assert not is_replacement(msgspec.structs.replace(role, operation="add"))
    assert not is_replacement(msgspec.structs.replace(role, because=reasons[:1]))


def test_given_by_hand_is_what_nothing_claims() -> None:
    """Even if a call of ours is known: without a claim it counts as given by hand."""
    assert Provenance("L", (), NOW, Act("run-1", None, NOW)).by_hand
    assert not Provenance("L", ("template:sales",), NOW).by_hand


ROLE = AttendeeOperation("add", "a.webex.com", "config", ())
OUTCOMES: list[tuple[ResultOutcome, bool, bool]] = [
    # outcome, complete, sent
    ("done", True, True), ("alreadyDone", True, False), ("refused", False, True), ("ignored", False, True),
    ("skipped", False, False), ("failed", False, True), ("unknown", False, True), ("notSent", False, False),
]  # fmt: skip


@pytest.mark.parametrize(("outcome", "complete", "sent"), OUTCOMES)
def test_what_came_of_an_apply(outcome: ResultOutcome, complete: bool, sent: bool) -> None:
    """Complete is what is as planned now; sent is what reached Webex; an end before the end is never complete."""
    person = PersonResult("P", "ann@x", (OperationResult(ROLE, "alreadyDone"), OperationResult(ROLE, outcome)))
    run = ApplyResult("1.0", "ApplyResult", "run-1", "d", "o", NOW, NOW, (person,))
    assert (person.complete, run.complete, run.sent) == (complete, complete, sent)
    assert msgspec.structs.replace(run, people=(msgspec.structs.replace(person, status=200),)).sent
    assert not msgspec.structs.replace(run, interrupted=True).complete
    assert not msgspec.structs.replace(run, stopped="10 errors").complete
    nothing = msgspec.structs.replace(run, people=())
    assert (nothing.complete, nothing.sent) == (True, False)


@pytest.mark.parametrize(
    ("outcome", "detail", "lost"),
    [("done", LOST + "x", True), ("failed", LOST + "x", False), ("done", "", False), ("done", "not " + LOST, False)],
)
def test_a_loss_is_a_removal_done_without_what_was_to_come(outcome: ResultOutcome, detail: str, lost: bool) -> None:
    """Only what was done and says so at its beginning."""
    assert OperationResult(ROLE, outcome, detail).lost is lost


def test_template_tests_are_good_if_all_passed() -> None:
    """Every outcome is counted, an error is no pass, and no tests at all are good."""
    statuses: list[StatusOfTest] = ["passed", "failed", "passed", "error", "passed", "error"]
    outcomes = [OutcomeOfTest(f"t{n}", "t.yaml:1", status, Holdings()) for n, status in enumerate(statuses)]
    assert tally(outcomes) == Tally(6, 3, 1, 2)

    def report(*these: OutcomeOfTest) -> TemplateTestReport:
        organization = OrganizationRef("o", "acme")
        return TemplateTestReport("1.0", "TemplateTests", organization, NOW, "files", None, None, tally(these), these)

    assert report().good
    assert report(outcomes[0], outcomes[2]).good
    assert not report(outcomes[0], outcomes[1]).good
    assert not report(outcomes[0], outcomes[3]).good
