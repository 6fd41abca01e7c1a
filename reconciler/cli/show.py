"""`show`: a saved plan, in any format."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import all_option, emit, format_option, plan_report, read_plan


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@format_option("text", "json", "markdown", "html")
@all_option
def command(file: Path, format_: str, everything: bool) -> None:
    """Show the plan in FILE, after checking that it is whole and unchanged."""
    emit(plan_report(read_plan(file), format_, plan_file=str(file), path="PATH", everything=everything))
