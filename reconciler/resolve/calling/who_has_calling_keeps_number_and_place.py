"""Who has Calling keeps number, extension and location, whatever the directory or the files say now.

Why: another number in the directory is no order to take the one a person is called at, and a replacement of one Calling
license by another is a change of license, not a move: the location cannot change while Calling is held, and each Calling
license that is added must carry number or extension and location (400411), so it carries those that the person has. Where
they are not seen in full, nothing is sent, since a guess would take the number away. Source: RULES 6.4 (R65, R68, 400411).

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Webex Calling - Standard]}
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... acknowledgements: {upgrade: {license: Webex Calling - Standard, max: 2}}
... numbers: {"+14085550100": {of: ann}, "+14085550101": {}, "+493055501234": {of: cat, at: Berlin}, "+493055501235": {of: cat}}
... people:
...   ann: {holds: [Webex Calling - Standard], phone: "+14085550101", extension: "0100", location: HQ}
...   bob: {holds: [Webex Calling - Professional], phone: "+14085550101", location: HQ}
...   cat: {holds: [Webex Calling - Standard], location: Berlin}
... ''')
ann: + Webex Calling - Professional with +14085550100, extension 0100
ann: - Webex Calling - Standard
cat: calling-place-unknown: has Calling, but not exactly one number or extension at a known location is seen
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "calling-place-unknown"


def check(ask: Ask) -> Problem | None:
    """Number or extension, and location, of a person who has Calling are known."""
    if ask.location is not None and (ask.number or ask.extension):
        return None
    return Problem(
        CODE,
        "has Calling, but not exactly one number or extension at a known location is seen",
        "sync again; if it stays so, look the person's number up in Control Hub and change the license there",
        ("webex", "controlHub"),
    )
