"""A held higher tier that stays satisfies a lower grant; a held lower tier is replaced in the same call.

Why: two tiers of one family are paid twice and used once. While no unit of the higher tier is left, the person waits and keeps
what is held. What Webex refuses is a finding, and what is held stays: Calling Professional to Standard (400112), Customer
Assist to Standard (400410), Standard beside Attendant Console or Customer Assist (400406, 400407), Attendant Console for
somebody who does not hold Professional yet (400408), Professional taken from under it. Source: RULES 3.5, 3.7 (R24, R69).

>>> from tests.support.example import example
>>> example('''
... organization: {manage: [Contact center Standard Agent]}
... templates: {everyone: {licenses: [Contact Center Premium Agent, Webex Calling - Attendant Console]}}
... units: {Contact Center Premium Agent: 1}
... people: {ann: {holds: [Contact center Standard Agent]}, bob: {holds: [Contact center Standard Agent]}}
... ''')
ann: + Contact Center Premium Agent
ann: - Contact center Standard Agent
bob: waits for Contact Center Premium Agent
ann: prerequisite-missing: Webex Calling - Attendant Console: needs Webex Calling - Professional first
    (400408)
bob: prerequisite-missing: Webex Calling - Attendant Console: needs Webex Calling - Professional first
    (400408)
"""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import CALLING_PROFESSIONAL, Product
from reconciler.model.expected import Refused, Removal, Satisfied, Wish
from reconciler.model.plan import TIER_REPLACED, Because
from reconciler.resolve.case import Case
from reconciler.resolve.combinations import ASSIST, CONSOLE, PROFESSIONAL, STANDARD


def act(case: Case) -> None:
    """Settle wishes against held tiers, then refuse what Webex would refuse."""
    for product, wish in list(case.wishes.items()):
        if product not in case.satisfied:
            _below_held(case, product, wish)
        if product in case.wishes and product not in case.satisfied:
            _above_held(case, product, wish)
    _keep_professional(case)
    for product, check in ((STANDARD, _standard), (ASSIST, _assist), (CONSOLE, _console)):
        if product in case.wishes and product not in case.satisfied:
            check(case, case.wishes[product])


def _below_held(case: Case, product: Product, wish: Wish) -> None:
    above = case.book.catalog.higher_tiers(product)
    for higher in above:
        holding = case.stays(higher)
        if holding is not None:
            case.satisfied[product] = Satisfied(product, holding, wish.because, f"{higher} is held, the higher tier")
            return
    if product == STANDARD and PROFESSIONAL in case.held:
        for pool in case.held[PROFESSIONAL]:
            case.keep(pool, PROFESSIONAL, "", (_why(f"Webex refuses a change to {product} (400112)"),))
        case.refuse(wish, "calling-downgrade", f"holds {PROFESSIONAL}; Webex refuses a change to {product} (400112)",
                    f"grant {PROFESSIONAL}; or deny both until it is gone, which loses the number")  # fmt: skip
        return
    for higher in above:
        for pool in case.held.get(higher, ()):
            if pool in case.leaving and higher not in case.denied:  # what is denied goes at once, whatever comes
                case.swaps.setdefault(product, []).append(_in_its_place(case.leaving.pop(pool), wish))


def _why(words: str) -> Because:
    return Because(f"held-tiers-are-respected: {words}")


def _above_held(case: Case, product: Product, wish: Wish) -> None:
    # What is denied goes at once; it is not kept until a unit of the higher tier is free.
    lower_held = [
        (lower, pool)
        for lower in case.book.catalog.lower_tiers(product)
        if lower not in case.denied
        for pool in case.held.get(lower, ())
    ]
    for lower, pool in lower_held:
        if lower not in case.book.declared and pool not in case.origins:
            case.refuse(wish, "lower-tier-not-managed", f"holds {lower}, which the files do not manage",
                        f"add {lower.name!r} to `manage`, so that it may be replaced by {product}")  # fmt: skip
            return
    replaced = {drop.holding for drops in case.swaps.values() for drop in drops}
    for lower, pool in lower_held:
        if pool not in replaced:
            case.leaving.pop(pool, None)
            case.kept.pop(pool, None)
            case.swaps.setdefault(product, []).append(_in_its_place(Removal(pool, lower, "tier", ()), wish))


def _in_its_place(removal: Removal, wish: Wish) -> Removal:
    """The removal, with the reason that it goes only if the wish is given."""
    because = tuple(Because(TIER_REPLACED, b.template, b.source) for b in wish.because)
    return msgspec.structs.replace(removal, because=(*removal.because, *because))


def _keep_professional(case: Case) -> None:
    """The last Professional does not go while Attendant Console, which needs it, stays."""
    if not _stays_or_is_renewed(case, CONSOLE) or _stays_or_is_renewed(case, PROFESSIONAL):
        return
    for pool in [pool for pool in case.held.get(PROFESSIONAL, ()) if pool in case.leaving]:
        because = case.leaving[pool].because
        case.keep(pool, PROFESSIONAL, "", (_why(f"{CONSOLE} needs it (400408)"),))
        case.refused.append(
            Refused(PROFESSIONAL, "calling-conflict", f"stays, because {CONSOLE} is held and needs it (400408)",
                    f"let {CONSOLE} go as well: name it under `manage`, or deny it", because)
        )  # fmt: skip


def _stays_or_is_renewed(case: Case, product: Product) -> bool:
    """Whether the person holds the product before and after the call; another subscription may sell it then."""
    others = {drop.holding for wished, drops in case.swaps.items() if wished != product for drop in drops}
    return any(pool not in case.leaving and pool not in others for pool in case.held.get(product, ()))


def _standard(case: Case, wish: Wish) -> None:
    for other, code in ((ASSIST, "400407"), (CONSOLE, "400406")):
        if other in case.held:
            for pool in case.held[other]:
                if pool in case.leaving:
                    case.keep(pool, other, "", (_why(f"Webex refuses a change to {STANDARD} (400410)"),))
            case.refuse(wish, "calling-conflict", f"holds {other}; Webex refuses {STANDARD} beside it ({code})",
                        f"grant {CALLING_PROFESSIONAL} instead")  # fmt: skip
            return
    rival = case.wishes.get(ASSIST)
    if rival is not None and ASSIST not in case.satisfied:
        winner, loser = sorted((wish, rival), key=lambda wish: (wish.priority, wish.product))
        case.refuse(loser, "calling-conflict",
                    f"{winner.product} is granted as well; Webex refuses {loser.product} beside it (400407)",
                    f"grant {CALLING_PROFESSIONAL} instead of {STANDARD}")  # fmt: skip


def _assist(case: Case, wish: Wish) -> None:
    if not case.leaving.keys() >= set(case.held.get(STANDARD, ())):
        case.refuse(wish, "calling-conflict", f"holds {STANDARD}; Webex refuses {ASSIST} beside it (400407)",
                    f"grant {CALLING_PROFESSIONAL}, which replaces it; {ASSIST} follows in the next plan")  # fmt: skip


def _console(case: Case, wish: Wish) -> None:
    if not _stays_or_is_renewed(case, PROFESSIONAL):
        hint = "it follows in the next plan" if PROFESSIONAL in case.wishes else f"grant {PROFESSIONAL} as well"
        case.refuse(wish, "prerequisite-missing", f"needs {PROFESSIONAL} first (400408)", hint)
