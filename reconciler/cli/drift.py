"""`drift`: where Webex differs from the files and from the last apply."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
@format_option("text", "json", "markdown")
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
def command(
    path: Path, format_: Format, offline: bool, who: bool, only: tuple[DriftKind, ...], everything: bool
) -> None:
    """Show where Webex differs from the files of PATH and from what was last applied, each difference with its cause.

    Ends 3 when there is drift. Waiting people and kept extras are listed, but are not drift.
    """
    from reconciler.operations.drift import drift
    from reconciler.report.drift import render

    if who and offline:
        raise click.UsageError("--who asks Webex, and --offline does not: choose one.")
    with opened(path) as (desired, context):
        found = drift(desired, context, offline=offline, who=who)
    emit(render(found, format_, width=width(), colour=colour(sys.stdout), only=only, everything=everything))
    if found.drifted:
        click.get_current_context().exit(CHANGES)
