"""`apply`: carry out a plan, the reviewed one from a file, or one that is made, shown and asked about now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import settings
from reconciler.cli.common import (
    all_option,
    colour,
    emit,
    format_option,
    opened,
    path_argument,
    plan_report,
    read_plan,
    width,
)
from reconciler.cli.failure import say_error
from reconciler.cli.measuring import measured, metrics_option
from reconciler.cli.telling import check_notify, notify_option, tell

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.model.plan import Plan
    from reconciler.operations.apply import Pace
    from reconciler.operations.context import Context
    from reconciler.report.apply_result import Format

FAILED, INCOMPLETE = 1, 5


@click.command()
@path_argument
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), metavar="FILE", help="The plan to carry out.")
@click.option(
    "--yes",
    is_flag=True,
    help="Do not ask. Without --plan: additions only; nobody loses more than an attendee role to a host license.",
)
@click.option("--resume", is_flag=True, help="Go on with the last run, which died or stopped, by its own plan.")
@format_option("text", "json")
@all_option
@notify_option
@metrics_option
def command(
    path: Path,
    plan_file: Path | None,
    yes: bool,
    resume: bool,
    format_: Format,
    everything: bool,
    notify: bool | None,
    metrics_file: Path | None,
) -> None:
    """Carry out a plan for the files of PATH: read again, check, one call a person, verify, record.

    With --plan nothing but that plan is carried out. Without it, a plan is made and shown, and you are asked. Whatever an
    earlier run left open is finished first; --resume also goes on with the rest of that run.
    """
    if resume and (plan_file is not None or yes):
        raise click.UsageError(
            "--resume goes on with the plan that the last run began with: leave out --plan and --yes."
        )
    if plan_file is None and not yes and not resume and not sys.stdin.isatty():
        raise click.UsageError(
            "Nothing to carry out: name a reviewed plan with --plan FILE, or take --yes for additions only, or --resume."
        )
    try:
        _apply(path, plan_file, yes, resume, format_, everything, notify, metrics_file)
    except KeyboardInterrupt:
        say_error("Interrupted; nothing was sent.")
        click.get_current_context().exit(FAILED)


def _apply(
    path: Path,
    plan_file: Path | None,
    yes: bool,
    resume: bool,
    format_: Format,
    everything: bool,
    notify: bool | None,
    metrics_file: Path | None,
) -> None:
    from reconciler.cli.interrupt import Interrupted, Stop
    from reconciler.errors import BlockedPlanError
    from reconciler.operations import measure
    from reconciler.operations.apply import apply
    from reconciler.operations.apply import resume as go_on
    from reconciler.operations.notify import of_apply, of_stop
    from reconciler.report.apply_result import render

    given = read_plan(plan_file) if plan_file is not None else None
    with opened(path) as (desired, context):
        check_notify(desired, notify)
        pace = _pace()
        stop = Stop(context.progress.note)
        try:
            with measured("apply", metrics_file, desired, context) as left:
                if resume:
                    result = stop.run(go_on(desired, context, stop=stop, pace=pace))
                else:
                    plan = given or _plan_now(desired, context, format_, yes=yes, everything=everything)
                    result = stop.run(apply(desired, context, plan, stop=stop, pace=pace))
                if (done := result) is not None:
                    left.with_ = lambda metrics: measure.of_apply(metrics, context, done)
        except BlockedPlanError as error:
            guards = error.findings
            tell(desired, context, "apply", lambda: of_stop(desired, context, guards), notify)
            raise
        except Interrupted:
            raise KeyboardInterrupt from None
        if result is None:
            emit("null\n" if format_ == "json" else "Nothing to resume: no run that this store knows is unfinished.\n")
            return
        ended = result
        saved = str(plan_file) if plan_file is not None else None
        emit(
            render(
                ended,
                format_,
                width=width(),
                colour=colour(sys.stdout),
                everything=everything,
                path=str(path),
                plan_file=saved,
            )
        )
        tell(desired, context, "apply", lambda: of_apply(desired, context, ended), notify)
    if not result.complete:
        click.get_current_context().exit(FAILED if result.interrupted and not result.sent else INCOMPLETE)


def _pace() -> Pace:
    """How long calls may take; who resumes waits for as long again."""
    from reconciler import wiring
    from reconciler.execute import Delays
    from reconciler.operations.apply import Pace

    seconds = wiring.call_seconds()
    return Pace(delays=Delays(grace=seconds, deadline=seconds))


def _plan_now(desired: Desired, context: Context, format_: Format, *, yes: bool, everything: bool) -> Plan:
    from reconciler.errors import BlockedPlanError
    from reconciler.guard.objections import objections_to_a_part
    from reconciler.operations.additions import additions_only
    from reconciler.operations.plan import plan as make
    from reconciler.report.wording import stopping

    made = make(desired, context, offline=False)
    plan, left_out = made.plan, 0
    if yes:
        plan, left_out = additions_only(plan, lambda kept: objections_to_a_part(made.workings.sight, kept))
    text = plan_report(plan, "text", everything=everything)
    if format_ == "text":
        emit(text)
    elif not (yes and settings.current().quiet):  # who is asked has to see it
        click.echo(text, err=True)
    if left_out:
        context.progress.note(
            f"{left_out:,} people who also lose something are left out: --yes without a plan file only adds."
        )
    if stopping(plan):
        raise BlockedPlanError("A guard stops this plan; nothing was sent.", hint="What it objects to stands above.")
    if plan.changes and not yes:
        click.confirm("Carry out this plan?", abort=True, err=True)
    return plan
