"""`validate`: what is wrong with the files, offline."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import emit, format_option, path_argument


@click.command()
@path_argument
@format_option("text", "json", "github", "sarif")
def command(path: Path, format_: str) -> None:
    """Check the files of PATH: YAML, schemas, references, policies. Offline.

    Ends 1 if anything is an error; warnings alone end 0.
    """
    from reconciler.model.finding import errors
    from reconciler.operations.validate import validate
    from reconciler.report.findings import render

    findings = validate(path)
    # Annotations want paths from where the command runs, which is the repository's root in a pipeline.
    base = "" if path.is_absolute() else path.as_posix()
    emit(render(findings, format_, base=base if format_ in ("github", "sarif") else ""))
    if errors(findings):
        click.get_current_context().exit(1)
