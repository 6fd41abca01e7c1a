"""`demo`: the whole story against a Webex inside this process."""

from __future__ import annotations

import sys

import click

from reconciler.cli.common import colour, emit, width


@click.command()
def command() -> None:
    """Show sync, plan, apply, the empty second plan and drift on a made-up organization. Needs no account and no network."""
    from reconciler.cli import progress, settings
    from reconciler.operations.demo import demo

    tinted = colour(sys.stdout)
    told = progress.for_settings(settings.current(), colour=tinted)
    try:
        demo(emit, told, width=width(elsewhere=80), colour=tinted)
    finally:
        told.finish()
