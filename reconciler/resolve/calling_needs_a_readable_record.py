"""Nothing about Calling is planned for a person whose record Webex could not read: it neither comes nor goes.

Why: such a record says nothing of number, extension and location, so that they are missing proves nothing; and what goes
with a Calling license is lost for good. Other licenses are not held up. Source: RULES 6.6.

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Webex Calling - Standard], retention: {manual: remove}}
... templates: {everyone: {licenses: [Real-Time Translations, Webex Calling - Professional]}}
... numbers: ["+14085550100", "+14085550101"]
... people:
...   ann: {phone: "+14085550100", callingUnreadable: true}
...   bob: {phone: "+14085550101"}
...   cat: {holds: [Webex Calling - Standard], callingUnreadable: true}
... ''')
ann: + Real-Time Translations
bob: + Real-Time Translations
bob: + Webex Calling - Professional with +14085550101
cat: + Real-Time Translations
ann: calling-unreadable: Webex Calling - Professional: Webex could not read the person's Calling data
cat: calling-unreadable: Webex Calling - Professional: Webex could not read the person's Calling data
"""

from __future__ import annotations

from reconciler.model.plan import Because
from reconciler.resolve.case import Case

_WHY = "Webex could not read the person's Calling data"


def act(case: Case) -> None:
    """Refuse every Calling wish of such a person, and keep every Calling license."""
    if not case.key.calling_unreadable:
        return
    catalog = case.book.catalog
    for product, wish in list(case.wishes.items()):
        if product not in case.satisfied and catalog.is_calling(product):
            case.refuse(wish, "calling-unreadable", _WHY,
                        "sync again later; if it stays so, open a case with Cisco")  # fmt: skip
    for holding, removal in list(case.leaving.items()):
        if catalog.is_calling(removal.product):
            case.keep(holding, removal.product, "", (Because(f"calling-needs-a-readable-record: {_WHY}"),))
