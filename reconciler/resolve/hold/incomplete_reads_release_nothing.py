"""What was read only in part removes nothing: a license, a group, or a shrunken list of people.

Why: Webex has answered 200 with data missing; absence in such a reading proves nothing. Of a group that is incomplete, what
its templates grant or ever gave is held, and nobody counts as having left it. Source: RULES 7.3 (R87, F4).

>>> from tests.support.example import example
>>> story = '''
... organization: {manage: [Real-Time Translations], retention: {manual: remove}}
... templates: {everyone: {licenses: [Basic Messaging]}}
... people: {ann: {holds: [Basic Messaging, Real-Time Translations]}}
... unseen: {Real-Time Translations: %s}
... '''
>>> example(story % 0)
ann: - Real-Time Translations
>>> example(story % 7)
ann: - Real-Time Translations is held back (license-incomplete)
license-incomplete: 'Real-Time Translations' (Sub-1) counts 8 users and only 1 were seen; nothing of it is
    removed
"""

from __future__ import annotations

from reconciler.model.expected import Removal
from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold_where, rests_on


def act(case: Case) -> None:
    """Hold removals that rest on an incomplete reading, replacements included."""
    book, reading = case.book, case.book.reading
    if not (reading.shrunk or reading.licenses or reading.groups):
        return
    # With those of lost groups: who seems to have left one of each has left neither for sure.
    templates = book.templates_of(reading.groups | book.groups.lost) if reading.groups else frozenset[str]()

    def guard_of(removal: Removal) -> str | None:
        if reading.shrunk:
            return "people-shrunk"
        if removal.holding in reading.licenses:
            return "license-incomplete"
        held = removal.product in reading.products or rests_on(case, removal, templates)
        return "group-incomplete" if held else None

    hold_where(case, guard_of)
