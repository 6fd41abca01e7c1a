"""`drift`: where Webex differs from the files and from the last apply."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from reconciler.cli.common import (
    CHANGES,
    colour,
    emit,
    format_option,
    offline_option,
    opened,
    path_argument,
    width,
)
from reconciler.cli.measuring import measured, metrics_option
from reconciler.cli.telling import check_notify, notify_option, tell

if TYPE_CHECKING:
    from reconciler.model.drift import DriftKind
    from reconciler.report.drift import Format


def _kinds(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Groups of the report by their names in its JSON."""
    from reconciler.model.drift import KINDS

    for kind in value:
        if kind not in KINDS:
            raise click.BadParameter(f"{kind!r} is none of {', '.join(KINDS)}.", ctx, param)
    return value


@click.command()
@path_argument
@format_option("text", "json", "markdown", "html")
@offline_option
@click.option("--who", is_flag=True, help="Ask Webex's admin audit events who did it; needs audit:events_read.")
@click.option(
    "--only",
    multiple=True,
    callback=_kinds,
    metavar="KIND",
    help="Only this group, in full: addedByHand, wrongTier, ...",
)
@click.option("--all", "everything", is_flag=True, help="Fold nothing.")
@notify_option
@metrics_option
def command(
    path: Path,
    format_: str,
    offline: bool,
    who: bool,
    only: tuple[DriftKind, ...],
    everything: bool,
    notify: bool | None,
    metrics_file: Path | None,
) -> None:
    """Show where Webex differs from the files of PATH and from what was last applied, each difference with its cause.

    Ends 3 when there is drift. Waiting people and kept extras are listed, but are not drift.
    """
    from reconciler.operations import measure
    from reconciler.operations.drift import drift
    from reconciler.operations.notify import of_drift
    from reconciler.report.drift import render

    if who and offline:
        raise click.UsageError("--who asks Webex, and --offline does not: choose one.")
    with opened(path) as (desired, context):
        check_notify(desired, notify)
        with measured("drift", metrics_file, desired, context) as left:
            found = drift(desired, context, offline=offline, who=who)
            left.with_ = lambda metrics: measure.of_drift(metrics, context, found)
        if format_ == "html":
            from reconciler import __version__
            from reconciler.report.html import render_drift

            emit(render_drift(found, __version__))
        else:
            shown = cast("Format", format_)
            emit(render(found, shown, width=width(), colour=colour(sys.stdout), only=only, everything=everything))
        tell(desired, context, "drift", lambda: of_drift(desired, context, found), notify)
    if found.drifted:
        click.get_current_context().exit(CHANGES)
