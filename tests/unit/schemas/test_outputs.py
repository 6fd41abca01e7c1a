"""The JSON Schemas of what the tool writes accept exactly what the structs encode to, every field filled."""

from __future__ import annotations

import importlib.resources
from datetime import UTC, datetime
from typing import Any

import jsonschema
import msgspec
import pytest

from reconciler.model import (
    attribution,
    calling_readiness,
    changelog,
    coverage,
    drift,
    explanation,
    inventory,
    plan,
    pool_trends,
    result,
    template_tests,
    undoing,
    what_if,
)
from reconciler.model import dedicated_instance as di
from reconciler.model.finding import Finding
from reconciler.model.provenance import Act
from reconciler.model.undo import Stuck

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
DIGEST = "sha256:" + "0" * 64
ACME = plan.OrganizationRef("Y2lz", "acme")
WHY = (plan.Because("grant", "sales", "templates/sales.yaml:7"), plan.Because("capacity"))
FOUND = (Finding("first-run", "info", "ann@acme.example", "the first run", "nothing to do"),)
LICENSE = plan.LicenseOperation(
    "add",
    "L1",
    "Webex Calling - Professional",
    "Sub-100001",
    None,
    "newcomer",
    False,
    WHY,
    plan.CallingProperties("+14085550100", "1234", "LOC"),
)
PLAIN = plan.LicenseOperation("remove", "L2", "Webex Meetings Suite", None, "acme.webex.com", "groupChange", True, ())
ROLE = plan.AttendeeOperation("add", "acme.webex.com", "config", WHY)
WAITING = plan.Waiting("P1", "ann@acme.example", "Webex Meetings Suite", NOW, WHY, "acme.webex.com", "Sub-100001")
PLAN = plan.Plan(
    plan.FORMAT_VERSION,
    "Plan",
    plan.Tool("webex-licenses", "1.0.0"),
    ACME,
    NOW,
    DIGEST,
    plan.DesiredRef(DIGEST, None),
    plan.LiveRef("1", NOW, 12, 5, 3),
    plan.Summary(1, 1, 1, 1, 0, 1, 2, 1, 11, 25.5),
    (
        plan.PoolLine("L1", "Webex Calling - Professional", "Sub-100001", None, 5, 2, 3, 1, 0, 2),
        plan.PoolLine("L3", "Basic Messaging", None, None, None, None, None, 0, 0, None),
    ),
    (
        plan.Change(
            "P1", "ann@acme.example", "Ann", plan.Expects(("L2",), ("acme.webex.com",)), (LICENSE, PLAIN), (ROLE,)
        ),
    ),
    (
        plan.Held("P1", "ann@acme.example", LICENSE, "protected"),
        plan.Held("P1", "ann@acme.example", ROLE, "firstApply"),
    ),
    (WAITING,),
    FOUND,
    (plan.GuardResult("removals", "stop", "too many", True),),
)
INVENTORY = inventory.Inventory(
    "1.0",
    "Inventory",
    ACME,
    "1",
    NOW,
    (
        inventory.InventoryRow(
            "L1", "Webex Meetings Suite", "acme.webex.com", "Control Hub managed site", "Sub-1", 5, 7, -2, 7, 0
        ),
        inventory.InventoryRow("L2", "Basic Messaging", None, None, None, None, None, None, None, None),
    ),
)
UNITS = coverage.UnitCoverage(6, 5, 3, 2, 1)
COVERED = coverage.Coverage(
    coverage.PeopleCoverage(7, 1, 1, 1, 1, 1, 2), UNITS,
    (
        coverage.ProductCoverage("Webex Meetings Suite", "acme.webex.com", True, False, UNITS),
        coverage.ProductCoverage("Basic Messaging", None, False, True, coverage.UnitCoverage()),
    ),
)  # fmt: skip
DRIFT = drift.Drift(
    "1.0",
    "Drift",
    ACME,
    "1",
    NOW,
    NOW,
    (
        drift.DriftItem("P1", "ann@acme.example", "missing", "attendee", None, "acme.webex.com", "removedByHand", WHY),
        drift.DriftItem(
            "P1", "ann@acme.example", "preserved", "Webex Meetings Suite", "L1", "acme.webex.com", "addedByHand", WHY, True,
            "outsideDefaults", "Ann", "Sub-1", "protected", NOW, NOW,
            attribution.Attribution("Joe", "joe@acme.example", NOW, "E1", "changed", "Joe changed Ann"),
        ),
    ),
    (drift.StructuralChange("group Sales", "changed", "name", "Sales", "Sellers"),),
    (WAITING,),
    FOUND,
    12,    (),
    (drift.DriftGroup("outsideDefaults", 0, 0, 1, 1, 1),),
    COVERED,
    attribution.Attributed("partly", 1, 1, 1, 1, 12, NOW, NOW, "a note"),
)  # fmt: skip
EXPLANATION = explanation.Explanation(
    "1.0",
    "Explanation",
    ACME,
    "1",
    NOW,
    "P1",
    "ann@acme.example",
    "Ann",
    "active",
    ("Sales",),
    (explanation.SpeakingTemplate("sales", "templates/sales.yaml:4", True, "member of Sales"),),
    (
        explanation.ExplainedLicense(
            "Webex Meetings Suite @ acme.webex.com",
            "L2",
            "Sub-1",
            True,
            True,
            "asWanted",
            "Held and wanted.",
            WHY,
            (explanation.Step("grant", "sales grants it", "grants-are-united", "sales", "templates/sales.yaml:7"),),
            FOUND,
            ("nothing",),
            explanation.Queue(NOW, 3, "capacity", 4, ("Sub-1",)),
            explanation.Given(("template:sales",), NOW, True, Act("run-1", "c0ffee", NOW), Act("run-2", None, NOW)),
        ),
        explanation.ExplainedLicense(
            "attendee @ acme.webex.com",
            None,
            None,
            False,
            True,
            "waiting",
            "Waits.",
            (),
            (explanation.Step("allocation", "no unit"),),
            queue=explanation.Queue(NOW, 0, "budget", None, ()),
            given=explanation.Given(()),
        ),
    ),
    FOUND,
    "1 as wanted.",
    "calling",
    NOW,
    explanation.FilesUsed(DIGEST, "c0ffee", "The files are today's."),
    ("Found by name.",),
)
RESULT = result.ApplyResult(
    "1.0",
    "ApplyResult",
    "7",
    DIGEST,
    "Y2lz",
    NOW,
    NOW,
    (
        result.PersonResult(
            "P1",
            "ann@acme.example",
            (result.OperationResult(LICENSE, "done"), result.OperationResult(ROLE, "refused", "400216")),
            206,
            "NA_1",
        ),
        result.PersonResult("P2", "bob@acme.example", (result.OperationResult(PLAIN, "notSent"),)),
    ),
    1,
    2,
    True,
    "ten errors in a row",
)
READINESS = calling_readiness.CallingReadiness(
    "1.0",
    "CallingReadiness",
    ACME,
    "1",
    NOW,
    calling_readiness.Readiness(
        1,
        1,
        0,
        0,
        1,
        0,
        (calling_readiness.VerdictCount("waitingForUnit", 1),),
        (calling_readiness.ObstacleCount("no-unit", 1),),
    ),
    (
        calling_readiness.Candidate(
            "P1",
            "ann@acme.example",
            "Ann",
            "Webex Calling - Professional",
            "Sub-1",
            "waitingForUnit",
            "HQ",
            "+14085550100",
            "0100",
            ("sales", "exception:ann"),
            ("Sales",),
            ("templates/sales.yaml:7",),
            "Okta",
            (calling_readiness.Obstacle("no-unit", "none is left", "buy one", ("controlHub", "files")),),
            NOW,
        ),
        calling_readiness.Candidate(
            "P2",
            "bob@acme.example",
            "Bob",
            "Customer Assist",
            None,
            "refused",
            None,
            None,
            None,
            (),
            (),
            (),
            "",
            (),
            None,
        ),
    ),
    (calling_readiness.Fix("P3", "cy@acme.example", "+14085550101", None, "HQ", ("number-not-e164",)),),
)
TESTS = template_tests.TemplateTestReport(
    "1.0",
    "TemplateTests",
    ACME,
    NOW,
    "snapshot",
    "7",
    NOW,
    template_tests.Tally(2, 0, 1, 1),
    (
        template_tests.Outcome(
            "a-seller",
            "tests/a.yaml:3",
            "failed",
            template_tests.Holdings(("Basic Messaging",), ("acme.webex.com",)),
            template_tests.Holdings(),
            (
                template_tests.Deviation(
                    "Basic Messaging",
                    "missing",
                    "No template grants it.",
                    (
                        explanation.Step("template", "sales is silent", "grants-are-united", "sales", "sales.yaml:7"),
                        explanation.Step("check", "no number"),
                    ),
                ),
            ),
        ),
        template_tests.Outcome("x", "tests/a.yaml:9", "error", template_tests.Holdings(), None, (), FOUND),
    ),
)
SUPPOSED = what_if.WhatIf(
    "1.0",
    "WhatIf",
    ACME,
    "1",
    NOW,
    (
        what_if.Supposed("L1", "Webex Calling - Professional", "Sub-1", None, 5, -2),
        what_if.Supposed("L2", "Webex Meetings Suite", None, "acme.webex.com", 5, 20),
    ),
    (
        what_if.Outcome(
            "Webex Calling - Professional", None, 3, ("ann@acme.example",), (what_if.WouldWait("bob@acme.example", "no unit"),),
            (what_if.WouldWait("cy@acme.example", "no unit"),), ("dan@acme.example",), 0,
        ),
        what_if.Outcome("Webex Meetings Suite", "acme.webex.com", 0, (), (), (), (), None),
    ),
    msgspec.structs.replace(PLAN, digest=""),
)  # fmt: skip
HISTORY = changelog.Changelog(
    "1.0", "History", ACME, "ann@acme.example", NOW, None, True,
    (
        changelog.Entry(
            NOW, "got", "P1", "ann@acme.example", "Ann", "run", "L1", "Webex Meetings Suite", "run-1", "c0ffee", "unknown",
            "no answer", WHY, None, NOW,
        ),
        changelog.Entry(NOW, "left", "P1", "ann@acme.example", "Ann", "hand", after=NOW, holds=("Basic Messaging",)),
    ),
    ("a note",),
)  # fmt: skip
RUNS = changelog.RunList(
    "1.0", "Runs", ACME, False,
    (
        changelog.RunLine("run-2", "interrupted", NOW, None, None, 5, 2, {"refused": 1}, 1, "run-1", "run-0"),
        changelog.RunLine("run-1", "completed", NOW, NOW, "c0ffee", 0, 0, {}, 0),
    ),
)  # fmt: skip
UNDO = undoing.Undoing(
    "1.0", "Undo", ACME, ("run-1", "run-2"), "c0ffee", NOW, 2,
    (
        Stuck("ann@acme.example", "gave", "Basic Messaging", "undo-kept", "it stays", "", "sales.yaml:7", "P1", "L2"),
        Stuck("bob@acme.example", "took", "Basic Messaging", "undo-no-unit", "no unit is free", "wait"),
    ),
    PLAN,
)  # fmt: skip
SEEN = coverage.Standing(
    "group", "Sales", 3, 1, 1, 1, coverage.StateCounts(1, 0, 0, 1, 1), (coverage.CodeCount("no-number", 1),), "G1",
    "sales.yaml:1", ("sales",),
)  # fmt: skip
STATUS = coverage.Status(
    "1.0", "Status", ACME, "1", NOW, "groups", coverage.Standing("everybody", "everybody", 0, 0, 0, 0, coverage.StateCounts()),
    (SEEN,), (SEEN,), COVERED,
    (
        coverage.PersonStanding(
            "P1", "ann@acme.example", "Ann", "blocked", False, ("no-number",), ("no number",), ("Sales",), ("sales",)
        ),
    ),
)  # fmt: skip
UCM_POOL = di.Pool("L9", "Unified Communication Manager (UCM)", "Sub-2", 10, 3, 7, 3, 0)
CLUSTERS = di.Sum("EMEA", "ffm", 1, di.Usage(1, 2, 3, 4, 5), 11, None)
USAGE = di.DedicatedInstance(
    "1.0", "DedicatedInstance", ACME, "1", NOW, "EMEA", None,
    (
        di.SubscriptionUsage(
            "Sub-2", "usage.csv", NOW, None, 2, NOW, di.KINDS, di.Usage(1, 2, 3, 4, 5), 11,
            di.Usage(-1), 10, -1, (UCM_POOL,), (CLUSTERS,), (CLUSTERS,),
            (di.UsageRow("EMEA", "ffm", "s", di.Usage(), None, di.Usage(), "gone"),),
        ),
    ),
    (UCM_POOL,),
    (di.Both("P1", "ann@acme.example", "Ann", ("Webex Calling - Professional",)),),
)  # fmt: skip
POOLS = pool_trends.PoolHistory(
    "1.0", "PoolHistory", ACME, "Webex Suite", NOW, NOW, 1,
    (
        pool_trends.PoolTrend(
            "L1", "Webex Suite", "acme.webex.com", "Sub-1", True, True, 5, 7, -2, NOW,
            pool_trends.Forecast(
                NOW, NOW, 7, NOW.date(), 1.5, 0.5, 9.0, 8.0, 10.0, NOW.date(), NOW.date(), NOW.date(), 20, 30, True
            ),
            "", pool_trends.TrueForward(15.0, "contract", 5, -2), (pool_trends.PoolPoint(NOW, 5, 7, -2),),
        ),
        pool_trends.PoolTrend(
            "L2", "Basic Messaging", None, None, False, False, None, None, None, None, None, "it has no limit", None,
            (pool_trends.PoolPoint(NOW, None, None, None),),
        ),
    ),
)  # fmt: skip
OUTPUTS = [
    ("pool-history", POOLS),
    ("dedicated-instance", USAGE),
    ("status", STATUS),
    ("status", msgspec.structs.replace(STATUS, people=None)),
    ("history", HISTORY),
    ("runs", RUNS),
    ("undo", UNDO),
    ("plan", PLAN),
    ("inventory", INVENTORY),
    ("drift", DRIFT),
    ("explanation", EXPLANATION),
    ("apply-result", RESULT),
    ("calling-readiness", READINESS),
    ("what-if", SUPPOSED),
]
IDS = [name for name, _ in OUTPUTS]


def _validator(name: str) -> Any:
    text = importlib.resources.files("webex_licenses_schemas").joinpath(f"{name}.schema.json").read_bytes()
    schema = msgspec.json.decode(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _encoded(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize(("name", "value"), OUTPUTS, ids=IDS)
def test_the_schema_accepts_what_the_struct_writes(name: str, value: Any) -> None:
    """Every field filled, every null that may occur."""
    _validator(name).validate(_encoded(value))


@pytest.mark.parametrize(("name", "value"), OUTPUTS, ids=IDS)
def test_the_schema_describes_every_field(name: str, value: Any) -> None:
    """A field added to a struct without its schema would be an undocumented format."""
    schema = msgspec.json.decode(
        importlib.resources.files("webex_licenses_schemas").joinpath(f"{name}.schema.json").read_bytes()
    )

    assert list(_encoded(value)) == list(schema["properties"])


@pytest.mark.parametrize(("name", "value"), OUTPUTS, ids=IDS)
def test_unknown_keys_and_minor_versions_are_let_through(name: str, value: Any) -> None:
    """A reader ignores unknown keys of a minor version and refuses an unknown major one."""
    document = _encoded(value)
    validator = _validator(name)

    assert validator.is_valid(document | {"formatVersion": "1.7", "later": {"a": 1}})
    assert not validator.is_valid(document | {"formatVersion": "2.0"})
    assert not validator.is_valid(document | {"kind": "Other"})
    assert not validator.is_valid(
        {key: part for key, part in document.items() if key != "organization" and key != "planDigest"}
    )


def test_an_operation_is_one_of_its_two_shapes() -> None:
    """Held operations are license or attendee operations, whole."""
    document = _encoded(PLAN)
    validator = _validator("plan")

    for broken in (
        {},
        {"operation": "add", "licenseId": "L"},
        {"operation": "give", "siteUrl": "a", "cause": "config", "because": []},
    ):
        document["held"] = [{"personId": "P", "email": "e", "operation": broken, "guard": "g"}]
        assert not validator.is_valid(document)
