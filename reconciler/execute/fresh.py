"""Whether a person still is what the plan expects, before the call and after it (RULES 7.5). Pure.

Looked at are the declared licenses that cost a unit, and the attendee roles on the sites that the change is about. Free
licenses come and go with others by Webex's own doing and mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.execute.operation import Holdings, bare, holdings, is_so, operations_of
from reconciler.model import canonical
from reconciler.model.plan import Change
from reconciler.model.result import OperationResult
from reconciler.ports import PatchAnswer

Watched = Mapping[str, str]
"""Declared licenses that cost a unit: id without padding -> name for people."""


def changed(change: Change, now: Holdings, watched: Watched) -> tuple[OperationResult, ...]:
    """Outcomes for a person who is not what the plan expects any more; empty when the change may be sent.

    Who has everything as wanted already needs no call; whoever differs in any other way is skipped as a whole.
    """
    items = operations_of(change)
    if all(is_so(item, now) for item in items):
        return tuple(OperationResult(item, "alreadyDone", "It was so already.") for item in items)
    expected = _expected(change)
    sites = {canonical.site(item.site_url) for item in change.attendee_sites}
    more = _names(now.licenses - expected.licenses, watched)
    less = _names(expected.licenses - now.licenses, watched)
    more += [f"attendee @ {site}" for site in sorted((now.attendee_sites - expected.attendee_sites) & sites)]
    less += [f"attendee @ {site}" for site in sorted((expected.attendee_sites - now.attendee_sites) & sites)]
    if not more and not less:
        return ()
    why = f"Somebody changed this person since: {_in_words(more, less)}. Plan again."
    return tuple(OperationResult(item, "skipped", why) for item in items)


def noticed(change: Change, answer: PatchAnswer, watched: Watched) -> str:
    """What Webex's answer shows beside the operations of the call that the plan did not expect; empty when nothing."""
    now, expected = holdings(answer.licenses, answer.attendee_sites), _expected(change)
    own = {bare(item.license_id) for item in change.licenses}
    more = _names(now.licenses - expected.licenses - own, watched)
    # An answer that lists nothing at all says nothing about what is missing.
    less = _names(expected.licenses - now.licenses - own, watched) if now.licenses else []
    return f"Somebody else changed this person at the same time: {_in_words(more, less)}." if more or less else ""


def _expected(change: Change) -> Holdings:
    return holdings(change.expects.licenses, change.expects.attendee_sites)


def _names(license_ids: Iterable[str], watched: Watched) -> list[str]:
    return sorted(watched[one] for one in license_ids if one in watched)


def _in_words(more: list[str], less: list[str]) -> str:
    parts = [f"has {', '.join(more)} now"] if more else []
    parts += [f"has no {', '.join(less)} any more"] if less else []
    return " and ".join(parts)
