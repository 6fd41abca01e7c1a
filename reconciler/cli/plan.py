"""`plan`: what would change, and why."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from reconciler.cli.common import (
    CHANGES,
    all_option,
    check_folder,
    colour,
    emit,
    format_option,
    offline_option,
    opened,
    path_argument,
    plan_report,
    width,
    write_plan,
)
from reconciler.cli.measuring import measured, metrics_option
from reconciler.cli.telling import check_notify, notify_option, tell
from reconciler.model.what_if import Question

if TYPE_CHECKING:
    from reconciler.report.what_if import Format

_QUESTION = re.compile(r"(?P<subscription>[^:]+):(?P<license>.+?)(?: @ (?P<site>[^@]+))?=(?P<units>[+-][0-9]+)")


def _questions(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[Question, ...]:
    """`SUB:LICENSE=+N`, `SUB:LICENSE @ SITE=+N`; the sign is not optional, so that N is never taken for the whole."""
    found = []
    for value in values:
        match = _QUESTION.fullmatch(value)
        if match is None:
            raise click.BadParameter(
                f'{value!r} is not SUBSCRIPTION:LICENSE=+N, for instance "Sub-100001:Webex Calling - Professional=+20"; '
                "a license of a site is written LICENSE @ SITE, and N is how many units more (+20) or fewer (-20)."
            )
        subscription, license_, site, units = (text and text.strip() for text in match.groups())
        found.append(Question(subscription, license_, site or None, int(units)))
    return tuple(found)


@click.command()
@path_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE[.gz]",
    help="Save the plan for review and apply.",
)
@format_option("text", "json", "markdown", "html")
@all_option
@offline_option
@click.option("--detailed-exitcode", is_flag=True, help="End 3 when there is something to change.")
@click.option(
    "--what-if",
    "questions",
    multiple=True,
    callback=_questions,
    metavar="SUB:LICENSE[ @ SITE]=+N",
    help="Who would be served and who would still wait with N units more (or -N fewer); repeatable. For reading only.",
)
@notify_option
@metrics_option
def command(
    path: Path,
    out: Path | None,
    format_: str,
    everything: bool,
    offline: bool,
    detailed_exitcode: bool,
    questions: tuple[Question, ...],
    notify: bool | None,
    metrics_file: Path | None,
) -> None:
    """Show what would change in Webex to make it as the files of PATH want it, and why. Changes nothing.

    Ends 0 whatever the plan holds; 1 if no plan could be made.
    """
    from reconciler.operations import measure
    from reconciler.operations.notify import of_plan
    from reconciler.operations.plan import plan as make

    if questions:
        if out is not None or detailed_exitcode:
            raise click.UsageError(
                "--what-if supposes units that are not there: its plan is for reading, and goes neither with --out nor with "
                "--detailed-exitcode."
            )
        if format_ == "html":
            raise click.UsageError("--what-if answers as text, json or markdown.")
        _answer(path, cast("Format", format_), everything, offline, questions)
        return
    if out is not None:
        check_folder(out)
    with opened(path) as (desired, context):
        check_notify(desired, notify)
        with measured("plan", metrics_file, desired, context) as left:
            plan = make(desired, context, offline=offline).plan
            left.with_ = lambda metrics: measure.of_plan(metrics, context, plan)
        if out is not None:
            write_plan(out, plan)
        saved = str(out) if out else None
        emit(plan_report(plan, format_, plan_file=saved, path=str(path), everything=everything))
        tell(desired, context, "plan", lambda: of_plan(desired, context, plan), notify)
    if detailed_exitcode and plan.changes:
        click.get_current_context().exit(CHANGES)


def _answer(path: Path, format_: Format, everything: bool, offline: bool, questions: tuple[Question, ...]) -> None:
    from reconciler.operations.what_if import what_if
    from reconciler.report.what_if import render

    with opened(path) as (desired, context):
        answer = what_if(desired, context, questions, offline=offline)
    emit(render(answer, format_, width=width(), colour=colour(sys.stdout), everything=everything))
