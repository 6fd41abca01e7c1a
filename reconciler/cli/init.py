"""`init`: begin a directory of desired state."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import emit, path_argument


@click.command()
@path_argument
def command(path: Path) -> None:
    """Write a first organization, a template, a test, a .gitignore and the schemas for your editor into PATH.

    Files that are there already are never overwritten.
    """
    from reconciler.operations.scaffold import SCHEMA_FOLDER, scaffold

    written = [file for file in scaffold(path) if file.parent.name != SCHEMA_FOLDER]
    emit(
        "\n".join(
            (
                "Written:",
                *(f"  {file}" for file in written),
                f"  {path / SCHEMA_FOLDER}/ (schemas, for completion and checks in your editor)",
                "",
                "Next:",
                f"  webex-licenses validate {path}",
                f"  webex-licenses test {path}      (what the templates make of a person; needs no Webex)",
                f"  webex-licenses sync {path}      (with WEBEX_ACCESS_TOKEN set; reads, changes nothing)",
                f"  webex-licenses inventory {path} (the names of your licenses, for the templates)",
                f"  webex-licenses plan {path}      (what would change; changes nothing)",
                "",
            )
        )
    )
