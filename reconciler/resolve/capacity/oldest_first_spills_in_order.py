"""A grant draws on the first of its subscriptions that has a unit left, and the plan says which one.

With `subscriptions.policy: defaultOnly` there is only one to draw on; nothing ever spills. With `oldestFirst` they are
those of `subscriptions.order`. Why: the contract that ends first is used up before the next is touched. Who holds a unit is
not moved for that. Source: RULES 5.5, 2.4 (R36, R42).

>>> from tests.support.example import example
>>> story = '''
... organization: {subscriptions: {policy: %s, order: [Sub-2, Sub-1]}}
... templates: {everyone: {licenses: [Webex Meetings Suite]}}
... units: {Webex Meetings Suite (Sub-1): 9, Webex Meetings Suite (Sub-2): 1}
... people: {ann: {holds: [Basic Messaging]}, bob: {holds: [Basic Messaging]}}
... '''
>>> example(story % "oldestFirst")
ann: + Webex Meetings Suite @ acme.webex.com (Sub-2)
bob: + Webex Meetings Suite @ acme.webex.com (Sub-1)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def act(ladder: Sequence[str], left: Mapping[str, int]) -> str | None:
    """The first pool of the ladder with a unit left, or None.

    >>> act(("old", "new"), {"old": 0, "new": 3})
    'new'
    """
    return next((pool for pool in ladder if left[pool] > 0), None)
