"""`sync`: read Webex into the store."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import emit, opened, path_argument


@click.command()
@path_argument
def command(path: Path) -> None:
    """Read the organization of PATH into the store, as much of it as the files need. Changes nothing in Webex."""
    from reconciler.operations import loop
    from reconciler.operations.sync import sync
    from reconciler.report import sync_summary

    with opened(path) as (desired, context):
        outcome = loop.run(sync(desired, context))
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
