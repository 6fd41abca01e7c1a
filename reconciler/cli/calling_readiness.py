"""`calling-readiness`: who can be given Webex Calling, who has it, and what blocks the others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from reconciler.cli.common import (
    check_folder,
    colour,
    emit,
    format_option,
    opened,
    path_argument,
    width,
    write_file,
)

if TYPE_CHECKING:
    from reconciler.model.calling_readiness import CallingReadiness
    from reconciler.report.calling_readiness import Format

CONTROL_HUB = "control-hub-csv"


@click.command()
@path_argument
@format_option("table", "csv", "json", "markdown", CONTROL_HUB)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help=f"Where --format {CONTROL_HUB} goes.",
)
@click.option("--sync", is_flag=True, help="Read Webex first, instead of using the last reading.")
def command(path: Path, format_: str, out: Path | None, sync: bool) -> None:
    """Show everybody whom the files of PATH give Webex Calling, and what is in the way of those who cannot have it.

    For each person: the grant, location, number and extension, a verdict, what to do, and whether to do it in the
    directory, in Control Hub or in the files. With --format control-hub-csv, what Control Hub's import of users can put
    right is written to FILE.csv.
    """
    from reconciler.operations.calling_readiness import calling_readiness
    from reconciler.report.calling_readiness import render

    if (out is not None) != (format_ == CONTROL_HUB):
        raise click.UsageError(f"--format {CONTROL_HUB} and --out FILE.csv belong together.")
    if out is not None:
        check_folder(out)
    with opened(path) as (desired, context):
        found = calling_readiness(desired, context, offline=not sync)
    if out is not None:
        emit(_fixes(found, out))
        return
    emit(render(found, cast("Format", format_), width=width(), colour=colour(sys.stdout)))


def _fixes(found: CallingReadiness, out: Path) -> str:
    from reconciler.report import control_hub_csv

    made = control_hub_csv.files(found.fixes, out)
    for file, data in made:
        write_file(file, data)
    return control_hub_csv.told(found, [file for file, _ in made])
