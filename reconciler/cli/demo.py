"""`demo`: the whole story against a Webex inside this process."""

from __future__ import annotations

import click

from reconciler.cli.common import emit


@click.command()
def command() -> None:
    """Show sync, plan, apply, the empty second plan and drift on a made-up organization. Needs no account and no network."""
    from reconciler.operations.demo import demo

    demo(emit)
