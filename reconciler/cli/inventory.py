"""`inventory`: what the organization owns and uses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.common import colour, emit, format_option, opened, path_argument, width

if TYPE_CHECKING:
    from reconciler.report.inventory import Format

_COLUMNS_OF_A_FILE = 160


@click.command()
@path_argument
@format_option("table", "json", "csv", "markdown")
@click.option("--sync", is_flag=True, help="Read Webex first, instead of showing the last reading.")
def command(path: Path, format_: Format, sync: bool) -> None:
    """Licenses of the organization of PATH: total, consumed, available, by users and by workspaces."""
    from reconciler.operations import loop
    from reconciler.operations.inventory import inventory
    from reconciler.report.inventory import render

    with opened(path) as (desired, context):
        found = loop.run(inventory(desired, context, sync=sync))
    emit(render(found, format_, width=width(elsewhere=_COLUMNS_OF_A_FILE), colour=colour(sys.stdout)))
