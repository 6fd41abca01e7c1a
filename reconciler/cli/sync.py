"""`sync`: read Webex into the store."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import emit, opened, path_argument


@click.command()
@path_argument
@click.option(
    "--activity", is_flag=True, help="Also read when people were last active and who has an administrator role."
)
def command(path: Path, activity: bool) -> None:
    """Read the organization of PATH into the store, as much of it as the files need. Changes nothing in Webex."""
    from reconciler.operations import loop
    from reconciler.operations.sync import sync
    from reconciler.report import sync_summary

    with opened(path) as (desired, context):
        outcome = loop.run(sync(desired, context, activity=activity))
    emit(
        sync_summary.render(
            outcome.snapshot,
            added=outcome.added,
            changed=outcome.changed,
            gone=outcome.gone,
            unchanged=outcome.unchanged,
            calls=outcome.calls,
            seconds=outcome.seconds,
        )
    )
