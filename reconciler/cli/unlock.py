"""`unlock`: take the lock of an organization away from an apply that is known to be dead."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.common import emit, opened, path_argument
from reconciler.cli.failure import say_error


@click.command()
@path_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(path: Path, yes: bool) -> None:
    """End the lock that an apply holds on the organization of PATH, when its process is dead for certain.

    Without this the lock ends by itself, five minutes after its holder last gave a sign of life. A holder that is alive
    after all is stopped before its next call; what it had begun is finished by the next apply.
    """
    from reconciler.operations.unlock import lock_of, unlock

    with opened(path) as (desired, context):
        lock = lock_of(desired, context)
        if lock is None:
            emit("Nobody holds the lock.\n")
            return
        emit(
            f"{lock.holder} holds the lock since {lock.since:%Y-%m-%d %H:%M:%S} UTC; "
            f"it lasts until {lock.until:%Y-%m-%d %H:%M:%S} UTC unless refreshed.\n"
        )
        if not yes and not _confirmed():
            say_error("Not confirmed; the lock stays.")
            click.get_current_context().exit(1)
        unlock(lock, context)
        emit("Unlocked. `webex-licenses apply --resume` finishes what it left.\n")


def _confirmed() -> bool:
    try:
        return click.confirm("Is that process dead, and shall its lock end now?", err=True)
    except click.Abort:  # nobody is there to answer
        click.echo(err=True)
        return False
