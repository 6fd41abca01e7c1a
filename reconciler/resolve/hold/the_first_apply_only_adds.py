"""The first completed apply of an organization removes nothing but what it replaces.

Why: nothing is known yet about who gave what, so every removal would be a guess. `guards.firstApply: all` lifts it.
Source: RULES 7.6.

>>> from tests.support.example import example
>>> story = '''
... firstRun: true
... organization: {guards: {firstApply: %s}, manage: [Real-Time Translations], retention: {manual: remove}}
... templates: {everyone: {licenses: [Contact Center Premium Agent]}}
... people: {ann: {holds: [Real-Time Translations]}}
... '''
>>> example(story % "additions")
ann: + Contact Center Premium Agent
ann: - Real-Time Translations is held back (first-apply)
>>> example(story % "all")
ann: + Contact Center Premium Agent
ann: - Real-Time Translations
"""

from __future__ import annotations

from reconciler.resolve.case import Case
from reconciler.resolve.hold import hold


def act(case: Case) -> None:
    """Hold every plain removal before the first completed apply."""
    if case.book.memory.registry is None and case.book.organization.guards.first_apply == "additions":
        for holding in sorted(case.leaving):
            hold(case, holding, "first-apply")
