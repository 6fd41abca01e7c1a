"""What status and drift cost beside the plan they are read off: seconds for each part, in one process, best of three.

Run as `python -m benchmarks.standing [PEOPLE]`. The three cases are those of `benchmarks.plan`: `kept`, `first`, `applied`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.plan import CASES, prepare


def best(work: Callable[[], object], runs: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def measure(case: str, directory: Path) -> None:
    """One line for a case."""
    from reconciler.cli.progress import Silent
    from reconciler.load import load_desired
    from reconciler.operations import coverage
    from reconciler.operations.context import Context
    from reconciler.operations.drift import drift_of
    from reconciler.operations.plan import plan
    from reconciler.report import drift as drift_report
    from reconciler.report import status as status_report
    from reconciler.store import Store

    desired = load_desired(directory / case).desired
    assert desired is not None
    with Store.open(f"sqlite:///{directory}/{case}.db") as store:
        context = Context(lambda: store, None, Silent(), lambda: datetime.now(UTC), "bench")  # type: ignore[arg-type]
        made = plan(desired, context, offline=True)
        view = store.live(made.plan.organization.id, made.plan.live.snapshot)
        everybody = coverage.status_of(made, view, coverage.Chosen())
        found = drift_of(made, context)

        def rows() -> None:
            survey = coverage.survey(made)
            survey.everybody(), survey.groups(), survey.templates()

        parts: dict[str, Callable[[], object]] = {
            "plan": lambda: plan(desired, context, offline=True),
            "rows": rows,
            "coverage": lambda: coverage.coverage_of(made.workings, view),
            "people": lambda: list(coverage.survey(made).people(lambda _: True)),
            "status csv": lambda: status_report.render(everybody, "csv"),
            "drift": lambda: drift_of(made, context),
            "drift text": lambda: drift_report.render(found),
            "drift json": lambda: drift_report.render(found, "json"),
        }
        told = ", ".join(f"{name} {best(work):.2f} s" for name, work in parts.items())
    print(f"{case}: {made.plan.live.people:,} people, {len(found.items):,} items: {told}")


def main() -> None:
    """All cases."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        prepare(people, Path(folder))
        for case in CASES:
            measure(case, Path(folder))


if __name__ == "__main__":
    main()
