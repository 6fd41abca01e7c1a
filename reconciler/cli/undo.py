"""`undo`: the plan that takes a run back, and what cannot come back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.common import (
    check_folder,
    colour,
    emit,
    format_option,
    offline_option,
    opened,
    width,
    write_plan,
)

if TYPE_CHECKING:
    from reconciler.report.undo import Format


@click.command()
@click.argument("path_and_run", nargs=-1, metavar="[PATH] RUN")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE[.gz]",
    required=True,
    help="Where the plan goes, for review and `apply --plan`.",
)
@format_option("text", "json")
@offline_option
def command(path_and_run: tuple[str, ...], out: Path, format_: Format, offline: bool) -> None:
    """Write the plan that takes RUN back, and name what cannot come back. Changes nothing.

    Revert the commit of the run in git first: what the files still ask for is not taken back. `history --runs` lists the
    runs.
    """
    from reconciler.operations.undo import undo
    from reconciler.report.undo import render

    if len(path_and_run) not in (1, 2):
        raise click.UsageError("Name one run: webex-licenses undo [PATH] RUN --out FILE")
    path, run = path_and_run if len(path_and_run) == 2 else (".", path_and_run[0])
    check_folder(out)
    with opened(Path(path)) as (desired, context):
        found = undo(desired, context, run, offline=offline)
    write_plan(out, found.plan)
    emit(render(found, format_, plan_file=str(out), path=path, width=width(), colour=colour(sys.stdout)))
