"""`dedicated-instance`: usage of Unified CM in Cisco's cloud, from the export of Control Hub, because there is no API for it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from reconciler.cli import settings
from reconciler.cli.common import colour, emit, format_option, opened, width

if TYPE_CHECKING:
    from reconciler.load.usage_export import Meaning
    from reconciler.report.dedicated_instance import Format

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]
_PATH = click.argument("path", type=click.Path(path_type=Path))


def _columns(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, Meaning]:
    """`KIND=HEADER`, repeatable."""
    from reconciler.model.dedicated_instance import Column

    found: dict[str, Meaning] = {}
    kinds = {kind.casefold(): kind for kind in (*get_args(Column), "ignore")}
    for value in values:
        kind, _mark, header = value.partition("=")
        if kind.strip().casefold() not in kinds or not header.strip():
            raise click.BadParameter(f"{value!r} is not KIND=HEADER; KIND is one of {', '.join(kinds.values())}.")
        found[header.strip()] = kinds[kind.strip().casefold()]
    return found


@click.group()
def command() -> None:
    """Use of Dedicated Instance (Unified CM in Cisco's cloud), which Webex tells by an export of Control Hub only.

    In Control Hub: Account > Subscriptions > Dedicated Instance usage. `import` keeps the file, `show` shows the newest.
    """


@command.command("import")
@_PATH
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.csv")
@click.option("--subscription", required=True, metavar="ID", help="The subscription that the export is of.")
@click.option(
    "--exported-at",
    type=click.DateTime(_MOMENTS),
    metavar="TIME",
    help="When Control Hub made it (UTC); it does not say.",
)
@click.option(
    "--column", "columns", multiple=True, callback=_columns, metavar="KIND=HEADER", help="What a header means that is not known."
)  # fmt: skip
def import_(
    path: Path, file: Path, subscription: str, exported_at: datetime | None, columns: dict[str, Meaning]
) -> None:
    """Keep Control Hub's usage export FILE.csv for the organization of PATH; the same file twice is kept once.

    A file that cannot be right is refused with the line, and nothing of it is kept. Separators , ; and tab, UTF-8 and
    UTF-16, and the column names of many languages are understood.
    """
    from reconciler.operations.dedicated_instance import import_usage
    from reconciler.report.dedicated_instance import imported

    made = exported_at.replace(tzinfo=UTC) if exported_at else None
    with opened(path) as (desired, context):
        done = import_usage(desired, context, file, subscription, exported_at=made, columns=columns)
    emit(imported(done))


@command.command("show")
@_PATH
@click.option("--region", metavar="NAME", help="Only this region.")
@click.option("--cluster", metavar="NAME", help="Only this cluster.")
@format_option("table", "csv", "json", "markdown")
def show(path: Path, region: str | None, cluster: str | None, format_: Format) -> None:
    """Usage by region, cluster and server, against what the subscription holds, beside Webex Calling."""
    from reconciler.operations.dedicated_instance import show_usage
    from reconciler.report.dedicated_instance import render

    with opened(path) as (desired, context):
        found = show_usage(desired, context, region=region, cluster=cluster)
    emit(render(found, format_, width=width(), colour=colour(sys.stdout)))


for _verb in command.commands.values():  # the options that every verb takes, after its whole name too
    _verb.params += settings.options(hidden=True)
