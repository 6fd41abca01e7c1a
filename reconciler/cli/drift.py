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

if TYPE_CHECKING:
    from reconciler.report.drift import Format


@click.command()
@path_argument
@format_option("text", "json", "markdown", "html")
@offline_option
def command(path: Path, format_: str, offline: bool) -> None:
    """Show where Webex differs from the files of PATH and from what was last applied, each difference with its cause.

    Ends 3 when there is drift. Waiting people and kept extras are listed, but are not drift.
    """
    from reconciler.operations.drift import drift
    from reconciler.report.drift import render

    with opened(path) as (desired, context):
        found = drift(desired, context, offline=offline)
    if format_ == "html":
        from reconciler import __version__
        from reconciler.report.html import render_drift

        emit(render_drift(found, __version__))
    else:
        emit(render(found, cast("Format", format_), width=width(), colour=colour(sys.stdout)))
    if found.drifted:
        click.get_current_context().exit(CHANGES)
