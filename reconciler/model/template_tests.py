"""What came of the template tests: for each one the licenses expected and got, and why each difference is there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.explanation import Step
from reconciler.model.finding import Finding
from reconciler.model.plan import OrganizationRef

FORMAT_VERSION = "1.0"
Status = Literal["passed", "failed", "error"]
"""failed: the person ends up with something else. error: the test names what is not there, and was not run."""


class Holdings(msgspec.Struct, frozen=True, rename="camel"):
    """Licenses (`NAME` or `NAME @ SITE`, without subscriptions) and sites with the attendee role, both sorted."""

    licenses: tuple[str, ...] = ()
    attendee_sites: tuple[str, ...] = ()


class Deviation(msgspec.Struct, frozen=True, rename="camel"):
    """A license that was expected and not got (`missing`), or got and not expected (`unexpected`).

    `product` is as in `Holdings`; `attendee @ SITE` is the role. `text` says why, for an administrator; `chain` is how it
    came about.
    """

    product: str
    difference: Literal["missing", "unexpected"]
    text: str
    chain: tuple[Step, ...] = ()


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """What came of one test. `source` is `file:line`; `got` is None where the test was not run, `findings` say why."""

    name: str
    source: str
    status: Status
    expected: Holdings
    got: Holdings | None = None
    deviations: tuple[Deviation, ...] = ()
    findings: tuple[Finding, ...] = ()


class Tally(msgspec.Struct, frozen=True, rename="camel"):
    """How many tests there are, and how they ended."""

    tests: int
    passed: int
    failed: int
    errors: int


class TemplateTestReport(msgspec.Struct, frozen=True, rename="camel"):
    """All tests of one organization, in the order of files and lines.

    `catalog`: whether the licenses are those of a reading in the store (`snapshot`, then with its id and time) or made up
    from the names in the files. `ran_at` is the day by which exceptions were in force.
    """

    format_version: str
    kind: Literal["TemplateTests"]
    organization: OrganizationRef
    ran_at: datetime
    catalog: Literal["snapshot", "files"]
    snapshot: str | None
    taken_at: datetime | None
    summary: Tally
    tests: tuple[Outcome, ...]

    @property
    def good(self) -> bool:
        """Whether every test passed; also when there is none."""
        return self.summary.passed == self.summary.tests


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """The counts of these tests."""
    found = [outcome.status for outcome in outcomes]
    return Tally(len(found), found.count("passed"), found.count("failed"), found.count("error"))
