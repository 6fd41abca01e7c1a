"""`plan`: what would change, and why."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import (
    CHANGES,
    check_folder,
    emit,
    format_option,
    offline_option,
    opened,
    path_argument,
    plan_report,
    write_plan,
)


@click.command()
@path_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE[.gz]",
    help="Save the plan for review and apply.",
)
@format_option("text", "json", "markdown")
@offline_option
@click.option("--detailed-exitcode", is_flag=True, help="End 3 when there is something to change.")
def command(path: Path, out: Path | None, format_: str, offline: bool, detailed_exitcode: bool) -> None:
    """Show what would change in Webex to make it as the files of PATH want it, and why. Changes nothing.

    Ends 0 whatever the plan holds; 1 if no plan could be made.
    """
    from reconciler.operations.plan import plan as make

    if out is not None:
        check_folder(out)
    with opened(path) as (desired, context):
        plan = make(desired, context, offline=offline).plan
    if out is not None:
        write_plan(out, plan)
    emit(plan_report(plan, format_, plan_file=str(out) if out else None, path=str(path)))
    if detailed_exitcode and plan.changes:
        click.get_current_context().exit(CHANGES)
