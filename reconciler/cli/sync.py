"""`sync`: read Webex into the store."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import emit, opened, path_argument, width
from reconciler.cli.measuring import measured, metrics_option


@click.command()
@path_argument
@click.option(
    "--activity", is_flag=True, help="Also read when people were last active and who has an administrator role."
)
@metrics_option
def command(path: Path, activity: bool, metrics_file: Path | None) -> None:
    """Read the organization of PATH into the store, as much of it as the files need. Changes nothing in Webex."""
    from reconciler.operations import loop
    from reconciler.operations.measure import of_snapshot
    from reconciler.operations.sync import sync
    from reconciler.report import sync_summary

    with opened(path) as (desired, context), measured("sync", metrics_file, desired, context) as left:
        outcome = loop.run(sync(desired, context, activity=activity))
        left.with_ = lambda metrics: of_snapshot(metrics, context, outcome.snapshot.org_id)
    emit(
        sync_summary.render(
            outcome.snapshot,
            added=outcome.added,
            changed=outcome.changed,
            gone=outcome.gone,
            unchanged=outcome.unchanged,
            calls=outcome.calls,
            seconds=outcome.seconds,
            width=width(),
        )
    )
