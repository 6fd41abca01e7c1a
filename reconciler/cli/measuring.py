"""`--metrics-file`, and the span of a whole command: what several verbs leave behind for machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.model.metrics import Command, Metrics
    from reconciler.operations.context import Context

metrics_option = click.option(
    "--metrics-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.prom",
    help="Leave counts behind in Prometheus' text format, for the textfile collector.",
)


class Measured:
    """What the command will leave behind. `with_`, once it is set, adds what the command found."""

    def __init__(self) -> None:
        self.with_: Callable[[Metrics], Metrics] | None = None


@contextmanager
def measured(command: Command, file: Path | None, desired: Desired, context: Context) -> Iterator[Measured]:
    """Around the work of a command. A command that fails leaves metrics that say so; what goes wrong here fails nothing."""
    from reconciler.cli.common import check_folder
    from reconciler.tracing import span

    if file is not None:
        check_folder(file)
    found, began, success = Measured(), time.monotonic(), False
    try:
        with span(f"webex-licenses {command}"):
            yield found
        success = True
    finally:
        if file is not None:
            _leave(command, file, desired, context, found, time.monotonic() - began, success)


def _leave(
    command: Command,
    file: Path,
    desired: Desired,
    context: Context,
    found: Measured,
    seconds: float,
    success: bool,
) -> None:
    from reconciler.cli.common import write_file
    from reconciler.errors import ReconcilerError
    from reconciler.model.metrics import Metrics
    from reconciler.report.metrics import render

    name, calls = desired.organization.name, dict(context.traffic)
    metrics = Metrics(name, command, context.clock(), seconds, success, calls)
    try:
        if success and found.with_ is not None:
            metrics = found.with_(metrics)
        write_file(file, render(metrics))
    except ReconcilerError as error:
        context.progress.note(f"The metrics could not be left behind: {error.message}")
    except Exception as error:  # a number is never worth a run, whose own result must not be lost for it
        context.progress.note(f"The metrics could not be left behind: {type(error).__name__}: {error}")
