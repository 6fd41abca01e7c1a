"""`report`: one HTML page to look at, print or send."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from reconciler.cli.common import check_folder, opened, path_argument, write_file


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for cycles: the value of a page is millions of small objects that all live until the end, and walking
    them over and over takes a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@click.command()
@path_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.html",
    required=True,
    help="The page to write; it needs nothing beside it and no network.",
)
@click.option("--sync", is_flag=True, help="Read Webex first, with everybody's last activity.")
@click.option(
    "--inactive-days",
    type=click.IntRange(min=1),
    default=90,
    show_default=True,
    metavar="N",
    help="List the seats of people without any activity for so many days as reclaimable.",
)
def command(path: Path, out: Path, sync: bool, inactive_days: int) -> None:
    """Write one HTML page about the organization of PATH: capacity and trends, what a plan would do, drift, coverage,
    who waits, and everybody to search through.

    Works from the last reading in the store and changes nothing.
    """
    from reconciler.operations.report import report
    from reconciler.report.html import render

    check_folder(out)
    with opened(path) as (desired, context), _uncollected():
        made = report(desired, context, sync=sync, inactive_days=inactive_days)
        data = render(made)
    write_file(out, data)
    click.echo(f"{out}: {len(data) / 1_000_000:.1f} MB, {made.taken_at:%Y-%m-%d %H:%M} UTC")
