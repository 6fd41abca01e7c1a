"""Exceptions to messages and exit codes, in one place. What is not our own is a defect, and says how to report it."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from reconciler.cli import settings
from reconciler.errors import ReconcilerError

if TYPE_CHECKING:
    from reconciler.model.finding import Finding

INTERRUPTED = 130
ISSUES = "the project's issue tracker"


@contextmanager
def told(ctx: click.Context) -> Iterator[None]:
    """Whatever is raised inside is told on stderr and ends the program with its exit code."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit):
        raise
    except click.Abort:
        say_error("Not confirmed; nothing was sent.")
        ctx.exit(1)
    except KeyboardInterrupt:
        say_error("Interrupted.")
        ctx.exit(INTERRUPTED)
    except ReconcilerError as error:
        _debug()
        say_error(error.message, hint=error.hint, findings=getattr(error, "findings", ()))
        ctx.exit(error.exit_code)
    except Exception as error:
        _debug()
        say_error(
            f"Something unexpected happened: {type(error).__name__}: {error}",
            hint=f"This is a defect of webex-licenses. Run it again with --debug and report what it prints to {ISSUES}; "
            "look through the text for names and addresses first.",
        )
        ctx.exit(1)


def say_error(message: str, *, hint: str = "", findings: Sequence[Finding] = ()) -> None:
    """An error on stderr: the message, every finding that it does not tell itself, then what to do."""
    findings = [finding for finding in findings if finding.message not in message]
    if settings.current().log_format == "json":
        click.echo(json.dumps(_as_json(message, hint, findings)), err=True)
        return
    click.echo(f"error: {message}", err=True)
    if findings:
        from reconciler.report.findings import render

        click.echo(render(findings, "text"), err=True, nl=False)
    if hint:
        click.echo(f"  {hint}", err=True)


def _as_json(message: str, hint: str, findings: Sequence[Finding]) -> dict[str, object]:
    import msgspec

    from reconciler.wiring import utc_now

    line: dict[str, object] = {"time": utc_now().isoformat(), "level": "error", "message": message}
    line |= {"hint": hint} if hint else {}
    return line | ({"findings": msgspec.to_builtins(tuple(findings))} if findings else {})


def _debug() -> None:
    if settings.current().debug:
        click.echo(traceback.format_exc(), err=True, nl=False)
