"""`explain`: every license of one person, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.common import colour, emit, format_option, opened, width

if TYPE_CHECKING:
    from reconciler.report.explanation import Format


@click.command()
@click.argument("path_and_user", nargs=-1, metavar="[PATH] USER")
@format_option("text", "json")
@click.option("--sync", is_flag=True, help="Read Webex first, instead of using the last reading.")
def command(path_and_user: tuple[str, ...], format_: Format, sync: bool) -> None:
    """Show every license that USER (an e-mail address) has, should have or cannot have: rule, template, file and line."""
    from reconciler.operations.explain import explain
    from reconciler.report.explanation import render

    if len(path_and_user) not in (1, 2):
        raise click.UsageError("Name one person: webex-licenses explain [PATH] USER")
    path, user = path_and_user if len(path_and_user) == 2 else (".", path_and_user[0])
    with opened(Path(path)) as (desired, context):
        found = explain(desired, context, user, offline=not sync)
    emit(render(found, format_, width=width(), colour=colour(sys.stdout)))
