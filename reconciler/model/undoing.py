"""What `undo` answers: the plan that takes a run back, and what stays as the run left it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from reconciler.model.plan import OrganizationRef, Plan
from reconciler.model.undo import Stuck


class Undoing(msgspec.Struct, frozen=True, rename="camel"):
    """`runs`: the run that was named and those that went on with it, oldest first. `commit`: of the files it came from.

    `changed`: things that the runs did, in operations. `stays`: those of them that the plan does not take back, and why.
    """

    format_version: str
    kind: Literal["Undo"]
    organization: OrganizationRef
    runs: tuple[str, ...]
    commit: str | None
    started_at: datetime
    changed: int
    stays: tuple[Stuck, ...]
    plan: Plan
