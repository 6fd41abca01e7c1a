"""All grants of the templates that speak are united; the same product twice is one.

Why: a person in two groups needs what both groups need, and Webex gives a license once. Where templates disagree on the
subscription or on the Calling block, the best priority wins, and a finding says so. Source: RULES 2.4, 3.1 (R15, R16).

>>> from tests.support.example import example
>>> example('''
... organization: {assignment: groups}
... templates:
...   sales: {groups: [Sales], licenses: [Real-Time Translations, Contact Center Premium Agent]}
...   support: {groups: [Support], licenses: [Real-Time Translations]}
... people: {ann: {in: [Sales, Support]}}
... ''', reasons=True)
ann: + Contact Center Premium Agent because grants-are-united (sales)
ann: + Real-Time Translations because grants-are-united (sales), grants-are-united (support)
"""

from __future__ import annotations

from reconciler.model.expected import Grant, Satisfied, Wish
from reconciler.resolve.case import Case


def act(case: Case) -> None:
    """Make one wish of all grants of a product, with every reason."""
    grants = [grant for item in case.speaking for grant in item.grants]
    if case.hands_off or not grants:
        return
    for grant in sorted(grants, key=lambda grant: (grant.priority, grant.template, grant.because)):
        unite(case, grant)


def unite(case: Case, grant: Grant) -> None:
    """Add one grant; the first for a product decides on pools and Calling, later ones add their reason."""
    wish = case.wishes.get(grant.product)
    if wish is None:
        case.wishes[grant.product] = Wish(grant.product, grant.ladder, grant.priority, (grant.because,), grant.calling)
    elif grant.because not in wish.because:
        if grant.named_subscription is not None and grant.ladder[0] not in wish.ladder:
            note = f"names another subscription than {wish.because[0].template}, which comes first"
            case.lost.append(Satisfied(grant.product, "", (grant.because,), note, "subscriptions-differ"))
        case.wishes[grant.product] = Wish(
            wish.product, wish.ladder, wish.priority, (*wish.because, grant.because), wish.calling or grant.calling
        )
