"""A template with `existingUsers: false` speaks only for people who came after it came into force.

Came: created, first seen in a snapshot, or first seen as members of its group; who came once stays a newcomer. It comes
into force with `activeFrom`, else at the end of its first completed apply; before that it speaks for nobody. What it grants
and others hold already is left alone. `explicitlyLicensedNewcomers: skip` leaves out newcomers who held a paid license when
first seen, until they change groups or an exception names them. Why: a new onboarding rule must not touch those who were
there before it, and a license that a script gave with the account was chosen for that person. Source: RULES 1.3, 1.4 (R1,
R7, R9, R11, C6).

>>> from tests.support.example import example
>>> example('''
... organization: {retention: {manual: remove}}
... templates: {welcome: {licenses: [Real-Time Translations], existingUsers: false}}
... people: {new: {newcomer: true}, old: {}, holder: {holds: [Real-Time Translations]}}
... ''')
new: + Real-Time Translations
>>> story = '''
... templates: {everyone: {licenses: [Real-Time Translations], explicitlyLicensedNewcomers: skip}}
... exceptions: {as-usual: {users: [%s], deny: [Contact Center Premium Agent]}}
... people:
...   ann: {newcomer: true, paidAtFirstSight: true, holds: [Webex Meetings Suite]}
...   bob: {newcomer: true}
... '''
>>> example(story % "bob")
bob: + Real-Time Translations
>>> example(story % "ann")
ann: + Real-Time Translations
bob: + Real-Time Translations
"""

from __future__ import annotations

import msgspec

from reconciler.book.book import BoundTemplate
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Move templates that have nothing to say to this person from `speaking` to `silent`."""
    for item in list(case.speaking):
        why = _silent_because(case, item)
        if why:
            case.speaking.remove(item)
            case.silent.append(item)
            case.selected = [
                msgspec.structs.replace(s, speaks=False, why=why) if s.template == item.name else s
                for s in case.selected
            ]


def _silent_because(case: Case, item: BoundTemplate) -> str:
    newcomer = item.name in case.key.marks.newcomer_of
    if not item.template.existing_users and not newcomer:
        if item.in_force is None:
            return "`existingUsers: false` and not in force before its first completed apply"
        return f"`existingUsers: false` and the person was there before it came into force on {item.in_force:%Y-%m-%d}"
    skips = item.template.explicitly_licensed_newcomers == "skip" and case.key.marks.paid_at_first_sight
    if skips and newcomer and not case.exceptions:
        return "`explicitlyLicensedNewcomers: skip` and the person held a paid license when first seen"
    return ""
