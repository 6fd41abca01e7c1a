"""The retention policies by name, and which of them preserve: what a later apply compares with to see what it releases.

Source: RULES 4.2, 7.9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from reconciler.model.desired import Organization, Template

DEACTIVATED = "deactivatedUsers"
OUTSIDE = "retention.outsideDefaults"
GROUP_CHANGE = "retention.groupChange"
MOVERS_MANUAL = "retention.groupChange, what movers were given by hand"
TEMPLATE_REMOVAL = "retention.templateRemoval"
EXCEPTION_END = "retention.exceptionEnd"
MANUAL = "retention.manual"


def of_template(name: str) -> str:
    """The policy of one template: `preserveLicenses`."""
    return f"preserveLicenses of {name}"


def in_words(policy: str) -> str:
    """A policy as a message names it.

    >>> in_words(MANUAL), in_words(of_template("sales"))
    ('`retention.manual`', '`preserveLicenses` of template sales')
    """
    if policy == MOVERS_MANUAL:
        return "`retention.groupChange`, for what movers were given by hand,"
    key, of, name = policy.partition(" of ")
    return f"`{key}` of template {name}" if of else f"`{key}`"


def preserving(organization: Organization, templates: Iterable[Template]) -> Iterator[str]:
    """The policies that preserve, as the files are.

    >>> list(preserving(Organization("acme", "groups"), ()))
    ... # doctest: +NORMALIZE_WHITESPACE
    ['deactivatedUsers', 'retention.outsideDefaults', 'retention.groupChange',
     'retention.groupChange, what movers were given by hand', 'retention.templateRemoval', 'retention.manual']
    """
    policy = organization.retention
    keeps = {
        DEACTIVATED: organization.deactivated_users == "keep",
        OUTSIDE: policy.outside_defaults == "preserve",
        GROUP_CHANGE: policy.group_change == "preserve",
        MOVERS_MANUAL: policy.group_change != "removeAll" and policy.manual == "preserve",
        TEMPLATE_REMOVAL: policy.template_removal == "preserve",
        EXCEPTION_END: policy.exception_end == "preserve",
        MANUAL: policy.manual == "preserve",
    }
    yield from (name for name, keep in keeps.items() if keep)
    yield from (of_template(item.name) for item in templates if item.preserve_licenses)


def since(
    names: Iterable[str], before: Sequence[tuple[str, datetime]], now: datetime
) -> tuple[tuple[str, datetime], ...]:
    """The policies with the time since when they preserve, sorted: those that did before keep theirs."""
    known = dict(before)
    return tuple((name, known.get(name, now)) for name in sorted(names))
