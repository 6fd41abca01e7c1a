"""`report`: one HTML page to look at, print or send."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import check_folder, opened, path_argument, write_file


@click.command()
@path_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    required=True,
    help="The page to write; it needs nothing beside it and no network.",
)
@click.option("--sync", is_flag=True, help="Read Webex first, instead of showing the last reading.")
def command(path: Path, out: Path, sync: bool) -> None:
    """Write one HTML page about the organization of PATH: capacity and trends, what a plan would do, drift, coverage,
    who waits, and everybody to search through.

    Works from the last reading in the store and changes nothing.
    """
    from reconciler.operations.report import report
    from reconciler.report.html import render

    check_folder(out)
    with opened(path) as (desired, context):
        made = report(desired, context, sync=sync)
    data = render(made)
    write_file(out, data)
    click.echo(f"{out}: {len(data) / 1_000_000:.1f} MB, {made.taken_at:%Y-%m-%d %H:%M} UTC")
