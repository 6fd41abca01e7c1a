"""`calling-readiness`: who can be given Webex Calling, who has it, and what blocks the others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.common import colour, emit, format_option, opened, path_argument, width

if TYPE_CHECKING:
    from reconciler.report.calling_readiness import Format


@click.command()
@path_argument
@format_option("table", "csv", "json", "markdown")
@click.option("--sync", is_flag=True, help="Read Webex first, instead of using the last reading.")
def command(path: Path, format_: Format, sync: bool) -> None:
    """Show everybody whom the files of PATH give Webex Calling, and what is in the way of those who cannot have it.

    For each person: the grant, location, number and extension, a verdict, what to do, and whether to do it in the
    directory, in Control Hub or in the files.
    """
    from reconciler.operations.calling_readiness import calling_readiness
    from reconciler.report.calling_readiness import render

    with opened(path) as (desired, context):
        found = calling_readiness(desired, context, offline=not sync)
    emit(render(found, format_, width=width(), colour=colour(sys.stdout)))
