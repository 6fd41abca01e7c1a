"""A whole plan around a few changes, for tests that need one."""

from __future__ import annotations

from datetime import datetime

from reconciler.model.plan import (
    FORMAT_VERSION,
    Change,
    DesiredRef,
    GuardResult,
    Held,
    LiveRef,
    OrganizationRef,
    Plan,
    PoolLine,
    Summary,
    Tool,
    Waiting,
)
from tests.unit.execute.fakes import START


def plan(
    *changes: Change,
    held: tuple[Held, ...] = (),
    waiting: tuple[Waiting, ...] = (),
    guards: tuple[GuardResult, ...] = (),
    pools: tuple[PoolLine, ...] = (),
    org: str = "org-1",
    desired_digest: str = "sha256:desired",
    taken_at: datetime = START,
) -> Plan:
    """A plan of these changes; everything else is a constant."""
    return Plan(
        format_version=FORMAT_VERSION,
        kind="Plan",
        tool=Tool("webex-licenses", "0"),
        organization=OrganizationRef(org, "acme"),
        created_at=START,
        digest="sha256:plan",
        desired=DesiredRef(desired_digest, None),
        live=LiveRef("1", taken_at, 0, 0, 0),
        summary=Summary(),
        pools=pools,
        changes=changes,
        held=held,
        waiting=waiting,
        guards=guards,
    )
