"""`test`: what the templates make of the people of the tests, offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import settings
from reconciler.cli.common import colour, emit, format_option, opened, path_argument, width

if TYPE_CHECKING:
    from reconciler.report.template_tests import Format


@click.command()
@path_argument
@format_option("text", "json", "junit", "github")
@click.option(
    "--without-snapshot",
    is_flag=True,
    help="Make licenses up from the names in the files, even if the store holds a reading: the same result everywhere.",
)
def command(path: Path, format_: Format, without_snapshot: bool) -> None:
    """Run the TemplateTests in PATH: what would their people hold once everything is done that the files want? Offline.

    Ends 1 if a test fails, or names what is not there.
    """
    from reconciler import wiring
    from reconciler.operations.template_tests import run_template_tests
    from reconciler.report.template_tests import render

    why = "--without-snapshot" if without_snapshot else ""
    if not why and not wiring.store_is_there(settings.current().store):
        why = "there is no store"
    with opened(path) as (desired, context):
        report = run_template_tests(desired, context, without_store=why)
    base = "" if path.is_absolute() else path.as_posix()  # annotations want paths from the repository's root
    emit(render(report, format_, width=width(), colour=colour(sys.stdout), base=base))
    if not report.good:
        click.get_current_context().exit(1)
