"""`history`: who got or lost what, when, and whose doing it was; the runs; and the pools over time."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.common import colour, emit, format_option, opened, width

if TYPE_CHECKING:
    from reconciler.report.history import Format

_DATE = len("2026-11-21")
_RUNS = 50
_ENTRIES = 1_000


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A date or an ISO time, in UTC unless it says otherwise; `--until DATE` includes that day."""
    if value is None:
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError as error:
        told = f"{value!r} is neither a date (2026-11-21) nor a time (2026-11-21T14:30)."
        raise click.BadParameter(told, ctx, param) from error
    if len(value) <= _DATE and param.name == "until":
        when += timedelta(days=1)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


@click.command()
@click.argument("path_and_user", nargs=-1, metavar="[PATH] [USER]")
@click.option("--since", callback=_moment, metavar="DATE|TIME", help="From then on (UTC).")
@click.option("--until", callback=_moment, metavar="DATE|TIME", help="Up to then (UTC); a date means its end.")
@click.option("--run", metavar="RUN", help="Only what this run sent.")
@click.option("--license", "license_name", metavar="NAME", help='Only this license, or "attendee" for attendee roles.')
@click.option("--runs", is_flag=True, help="List the runs instead: what each was, and what became of it.")
@click.option("--pools", is_flag=True, help="Units of every pool over time instead, and when it runs dry.")
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help=f"The newest N ({_ENTRIES:,} entries, {_RUNS} runs)."
)
@format_option("text", "json", "csv", "markdown")
def command(
    path_and_user: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    run: str | None,
    license_name: str | None,
    runs: bool,
    pools: bool,
    limit: int | None,
    format_: Format,
) -> None:
    """Show who got or lost what, when, by which run, commit and template, or by hand. Newest first; asks Webex nothing.

    USER is an e-mail address, also a former one, a Webex id or a display name, also of somebody who is gone; without it,
    everybody. A single word that is a directory is PATH. What was done by hand shows at the sync that first saw it.
    --pools looks at the readings of the last year, or since --since, one a day.
    """
    path, user = _split(path_and_user)
    if runs and (user or run or license_name or since or until):
        raise click.UsageError("--runs lists runs; it goes with --limit and --format only.")
    if pools and (user or run or runs or until or limit):
        raise click.UsageError("--pools is about pools; it goes with --since, --license and --format only.")
    with opened(Path(path)) as (desired, context):
        if runs:
            from reconciler.operations.history import run_list
            from reconciler.report import run_list as report

            listed = run_list(desired, context, limit=limit or _RUNS)
            text = report.render(listed, format_, width=width(), colour=colour(sys.stdout))
        elif pools:
            from reconciler.operations.pool_trends import pool_history
            from reconciler.report import pool_history as pool_report

            trends = pool_history(desired, context, since=since, license_name=license_name)
            text = pool_report.render(trends, format_, width=width(), colour=colour(sys.stdout))
        else:
            from reconciler.operations.history import history
            from reconciler.report.history import render

            found = history(
                desired,
                context,
                user,
                since=since,
                until=until,
                run=run,
                license_name=license_name,
                limit=limit or _ENTRIES,
            )
            text = render(found, format_, width=width(), colour=colour(sys.stdout))
    emit(text)


def _split(words: tuple[str, ...]) -> tuple[str, str | None]:
    """PATH and USER. One word alone is PATH if there is such a directory, or if it looks like no person."""
    if len(words) > 2:
        raise click.UsageError("Name one person at most: webex-licenses history [PATH] [USER]")
    if len(words) == 2:
        return words[0], words[1]
    if not words:
        return ".", None
    is_path = Path(words[0]).is_dir() or ("@" not in words[0] and "/" in words[0])
    return (words[0], None) if is_path else (".", words[0])
