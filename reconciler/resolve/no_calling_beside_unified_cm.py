"""A holder of Unified CM gets no Calling, unless the Calling block says `besideUcm: true`.

Why: one Calling license per person is the rule, and two phones ring at different numbers; both together are meant for a
migration, which somebody must want. Who has Calling beside Unified CM already is left as is, also when a license of Calling
replaces another. Source: RULES 6.5 (R70).

>>> from tests.support.example import example
>>> example('''
... templates:
...   everyone: {licenses: [Webex Calling - Professional]}
... exceptions:
...   bob: {users: [bob], calling: {besideUcm: true}}
... numbers: ["+14085550100", "+14085550101"]
... people:
...   ann: {phone: "+14085550100", holds: [Unified Communication Manager (UCM)]}
...   bob: {phone: "+14085550101", holds: [Unified Communication Manager (UCM)]}
... ''')
bob: + Webex Calling - Professional with +14085550101
ann: unified-cm: Webex Calling - Professional: holds Unified Communication Manager (UCM) already
"""

from __future__ import annotations

from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Refuse Calling wishes of people who hold Unified CM and no Calling."""
    catalog = case.book.catalog
    unified = next((held for held in sorted(case.held) if catalog.is_unified_cm(held)), None)
    if unified is None or any(catalog.is_calling(held) for held in case.held):
        return
    for product, wish in list(case.wishes.items()):
        if catalog.is_calling(product) and not (wish.calling and wish.calling.beside_ucm):
            case.refuse(wish, "unified-cm", f"holds {unified} already",
                        "set `calling.besideUcm: true` to allow both during a migration")  # fmt: skip
