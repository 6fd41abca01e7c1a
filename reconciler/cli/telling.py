"""`--notify`: what several verbs tell others at their end. It never changes how a verb ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.model.notice import Command, Notice
    from reconciler.operations.context import Context

notify_option = click.option(
    "--notify/--no-notify",
    default=None,
    help="Tell others by webhook or in a Webex space, or do not, whatever the files say.",
)


def check_notify(desired: Desired, asked: bool | None) -> None:
    """A wrong command line when `--notify` is asked for and there is nobody to tell: better known before than after."""
    from reconciler import wiring

    if asked and not wiring.destinations(desired):
        raise click.UsageError(
            "--notify has nobody to tell: name `notifications.webhook` or `notifications.space` in the Organization document, "
            "or WEBEX_LICENSES_WEBHOOK_URL or WEBEX_LICENSES_SPACE in the environment."
        )


def tell(
    desired: Desired, context: Context, command: Command, notice: Callable[[], Notice], asked: bool | None
) -> None:
    """Tell what `notice` makes, if this command tells anything. Trouble is noted, a Ctrl-C too: the work is done by now."""
    from reconciler import wiring
    from reconciler.errors import ReconcilerError
    from reconciler.operations import loop, notify

    if not notify.wanted(desired, command, asked):
        return
    try:
        senders = wiring.senders(desired, context)
        loop.run(notify.tell(notice(), senders, context))
    except ReconcilerError as error:
        context.progress.note(f"Nobody was told: {error.message}")
    except KeyboardInterrupt:
        context.progress.note("Interrupted while others were told; the work itself is done.")
