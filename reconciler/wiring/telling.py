"""Whom to tell what came about: the webhook and the space that the environment or the files name, with their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import InputError
from reconciler.wiring.access import tokens
from reconciler.wiring.environment import base_url, call_seconds, proxy, variable

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.operations.context import Context
    from reconciler.operations.notify import Sender


def destinations(desired: Desired) -> tuple[str | None, str | None] | None:
    """Webhook and space to tell things to, the environment before the files; None where there is neither."""
    settings = desired.organization.notifications
    webhook = variable("WEBEX_LICENSES_WEBHOOK_URL") or settings.webhook
    space = variable("WEBEX_LICENSES_SPACE") or settings.space
    return (webhook, space) if webhook or space else None


def senders(desired: Desired, context: Context) -> tuple[Sender, ...]:
    """The ways of telling others. InputError for an address that is none; WebexAuthError where no token is set for a space."""
    webhook, space = destinations(desired) or (None, None)
    found: list[Sender] = []
    if webhook:
        from reconciler.load.formats import webhook as check
        from reconciler.notify.webhook import Webhook

        if (trouble := check(webhook)) is not None:
            raise InputError(f"WEBEX_LICENSES_WEBHOOK_URL {trouble.message}.", hint=trouble.hint)
        found.append(Webhook(webhook, variable("WEBEX_LICENSES_WEBHOOK_SECRET") or None, proxy=proxy(webhook)))
    if space:
        from reconciler.webex import AccessToken, Session
        from reconciler.webex.messages import Space

        origin = base_url()
        bot = variable("WEBEX_LICENSES_BOT_TOKEN")
        token = AccessToken(bot) if bot else tokens(origin, context.progress, context.clock)
        found.append(
            Space(
                space,
                lambda: Session(token, origin, note=context.progress.note, proxy=proxy(origin), timeout=call_seconds()),
            )
        )
    return tuple(found)
