"""What several verbs share: the PATH argument, loading the files, the context, and writing to stdout."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from reconciler.cli import settings
from reconciler.cli.failure import say_error

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.model.plan import Plan
    from reconciler.operations.context import Context

CHANGES = 3
_Command = TypeVar("_Command", bound=Callable[..., Any])
_UNKNOWN_WIDTH = 120  # of a file or a pipe

path_argument = click.argument("path", type=click.Path(path_type=Path), default=".")
all_option = click.option("--all", "everything", is_flag=True, help="Text: fold nothing, name everybody.")
offline_option = click.option("--offline", is_flag=True, help="Work from the last reading; needs no token.")


def format_option(*formats: str) -> Callable[[_Command], _Command]:
    """`--format`, the first one being the default."""
    return click.option("--format", "format_", type=click.Choice(formats), default=formats[0], show_default=True)


def desired_or_exit(path: Path) -> Desired:
    """The desired state in `path`. Errors are shown on stderr and end with 1; warnings are shown and passed over."""
    from reconciler.load import load_desired
    from reconciler.report.findings import render

    loaded = load_desired(path)
    if loaded.desired is None:
        say_error(f"The files in {path} cannot be used.", findings=loaded.findings)
        click.get_current_context().exit(1)
    telling = [finding for finding in loaded.findings if finding.severity != "info"]
    if telling and not settings.current().quiet:
        click.echo(render(telling, "text"), err=True, nl=False)
    return loaded.desired


@contextmanager
def opened(path: Path) -> Iterator[tuple[Desired, Context]]:
    """The desired state in `path`, with its git commit, and the context to work on it."""
    import msgspec

    from reconciler import wiring
    from reconciler.cli import progress

    desired = desired_or_exit(path)
    commit = wiring.git_commit(path)
    chosen = settings.current()
    told = progress.for_settings(chosen, colour=colour(sys.stderr))
    wiring.trace(told.note)
    with wiring.context(desired, store_url=chosen.store, progress=told, commit=commit) as context:
        try:
            yield msgspec.structs.replace(desired, commit=commit), context
        finally:
            told.finish()


def colour(stream: TextIO) -> bool:
    """Whether a stream may be coloured: a terminal, and nobody refused it."""
    from reconciler import wiring

    return stream.isatty() and not settings.current().no_color and not wiring.colour_refused()


def width(*, elsewhere: int = _UNKNOWN_WIDTH) -> int:
    """Columns of the terminal; `elsewhere` when stdout is a file or a pipe."""
    return shutil.get_terminal_size((elsewhere, 40)).columns if sys.stdout.isatty() else elsewhere


def emit(data: str | bytes) -> None:
    """Write a report to stdout. A reader that went away (`| head`) ends the writing, not the program."""
    raw = data.encode() if isinstance(data, str) else data
    try:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plan_report(
    plan: Plan, format_: str, *, plan_file: str | None = None, path: str | None = None, everything: bool = False
) -> str | bytes:
    """A plan in one of the formats that `plan` and `show` know; `path` and `everything` as in `report.plan_text`."""
    if format_ == "json":
        from reconciler.report import plan_json

        return plan_json.render(plan)
    if format_ == "markdown":
        from reconciler.report import plan_markdown

        return plan_markdown.render(plan, plan_file=plan_file)
    if format_ == "html":
        from reconciler.report import html

        return html.render_plan(plan)
    from reconciler.report import plan_text

    return plan_text.render(
        plan, width=width(), colour=colour(sys.stdout), plan_file=plan_file, path=path, everything=everything
    )


def read_plan(file: Path) -> Plan:
    """The plan in a file. PlanFileError when it cannot be read or is not a plan."""
    from reconciler.errors import PlanFileError
    from reconciler.report import plan_json

    try:
        data = file.read_bytes()
    except OSError as error:
        raise PlanFileError(
            f"The plan file {file} cannot be read: {error.strerror}.", hint="webex-licenses plan --out FILE makes one."
        ) from error
    return plan_json.parse(data, name=str(file))


def check_folder(file: Path) -> None:
    """InputError when `file` cannot be made for want of its folder: better known before minutes of reading."""
    from reconciler.errors import InputError

    if not file.parent.is_dir():
        raise InputError(f"{file} cannot be written: there is no folder {file.parent}.", hint="Make the folder first.")


def write_file(file: Path, data: bytes) -> None:
    """Write a whole file or nothing: a reader never meets half of it."""
    from reconciler.errors import InputError

    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(data)
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(
            f"{file} cannot be written: {error.strerror}.", hint="Is the folder there and writable?"
        ) from error


def write_plan(file: Path, plan: Plan) -> None:
    """Save a plan, gzipped if the name ends in `.gz`."""
    from reconciler.report import plan_json

    data = plan_json.render(plan)
    write_file(file, plan_json.compress(data) if file.suffix == ".gz" else data)
