"""`explain`: every license of one person, and why."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.common import colour, emit, format_option, opened, width

if TYPE_CHECKING:
    from reconciler.report.explanation import Format


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A date (its end) or an ISO time, in UTC unless it says otherwise."""
    if value is None:
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError as error:
        told = f"{value!r} is neither a date (2026-11-21) nor a time (2026-11-21T14:30)."
        raise click.BadParameter(told, ctx, param) from error
    if len(value) <= len("2026-11-21"):
        when = datetime.combine(when, time.max)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


@click.command()
@click.argument("path_and_user", nargs=-1, metavar="[PATH] USER")
@click.option("--license", "license_name", metavar="NAME", help="Only this license, even if nothing grants it.")
@click.option(
    "--as-of",
    callback=_moment,
    metavar="DATE|TIME",
    help="How it was then, from the store's history; a date means the end of that day, UTC.",
)
@format_option("text", "json", "markdown")
@click.option("--sync", is_flag=True, help="Read Webex first, instead of using the last reading.")
def command(
    path_and_user: tuple[str, ...], license_name: str | None, as_of: datetime | None, format_: Format, sync: bool
) -> None:
    """Show every license that USER has, should have or cannot have: rule, template, file and line, and what to do.

    USER is an e-mail address, also a former one, a Webex id, or a display name that only one person has.
    """
    from reconciler.operations.explain import explain
    from reconciler.report.explanation import render

    if len(path_and_user) not in (1, 2):
        raise click.UsageError("Name one person: webex-licenses explain [PATH] USER")
    if sync and as_of is not None:
        raise click.UsageError("--sync reads the present and --as-of the past: choose one.")
    path, user = path_and_user if len(path_and_user) == 2 else (".", path_and_user[0])
    with opened(Path(path)) as (desired, context):
        found = explain(desired, context, user, offline=not sync, license_name=license_name, as_of=as_of)
    emit(render(found, format_, width=width(), colour=colour(sys.stdout)))
