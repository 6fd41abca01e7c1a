"""A held higher tier that stays satisfies a lower grant; a held lower tier is replaced in the same call.

What Webex refuses is not planned: Calling Professional to Standard (400112), Customer Assist to Standard (400410),
Standard beside Attendant Console or Customer Assist (400406, 400407), Attendant Console without Professional (400408).
Source: RULES 3.5, 3.7 (R24, R69).
"""

from __future__ import annotations

import msgspec

from reconciler.model.catalog import ATTENDANT_CONSOLE, CALLING_PROFESSIONAL, CALLING_STANDARD, CUSTOMER_ASSIST, Product
from reconciler.model.expected import Removal, Satisfied, Wish
from reconciler.model.plan import TIER_REPLACED, Because
from reconciler.resolve.case import Case

_STANDARD, _PROFESSIONAL = Product(CALLING_STANDARD), Product(CALLING_PROFESSIONAL)
_ASSIST, _CONSOLE = Product(CUSTOMER_ASSIST), Product(ATTENDANT_CONSOLE)


def act(case: Case) -> None:
    """Settle wishes against held tiers, then refuse what Webex would refuse."""
    for product, wish in list(case.wishes.items()):
        if product in case.satisfied:
            continue
        _below_held(case, product, wish)
        if product in case.wishes and product not in case.satisfied:
            _above_held(case, product, wish)
    for product, wish in list(case.wishes.items()):
        if product not in case.satisfied:
            _refuse_combinations(case, product, wish)
    _refuse_both_granted(case)


def _below_held(case: Case, product: Product, wish: Wish) -> None:
    for higher in case.book.catalog.higher_tiers(product):
        holding = case.stays(higher)
        if holding is not None:
            case.satisfied[product] = Satisfied(product, holding, wish.because, f"{higher} is held, the higher tier")
            return
        for pool in case.held.get(higher, ()):
            if higher == _PROFESSIONAL:
                case.keep(pool, higher, "", (Because("held-tiers-are-respected: 400112"),))
                case.refuse(wish, "calling-downgrade", f"holds {higher}; Webex refuses a change to {product} (400112)",
                            f"grant {higher}; or deny both until it is gone, which loses the number")  # fmt: skip
                return
            if pool in case.leaving and higher not in case.denied:  # what is denied goes at once, whatever comes
                case.swaps.setdefault(product, []).append(_in_its_place(case.leaving.pop(pool), wish))


def _above_held(case: Case, product: Product, wish: Wish) -> None:
    for lower in case.book.catalog.lower_tiers(product):
        for pool in case.held.get(lower, ()):
            if lower in case.denied:
                continue  # goes at once; it is not kept until a unit of the higher tier is free
            if lower not in case.book.declared and pool not in case.origins:
                case.refuse(wish, "lower-tier-not-managed", f"holds {lower}, which the files do not manage",
                            f"add {lower.name!r} to `manage`, so that it may be replaced by {product}")  # fmt: skip
                return
            case.leaving.pop(pool, None)
            case.kept.pop(pool, None)
            case.swaps.setdefault(product, []).append(_in_its_place(Removal(pool, lower, "tier", ()), wish))


def _in_its_place(removal: Removal, wish: Wish) -> Removal:
    """The removal, with the reason that it goes only if the wish is given."""
    because = tuple(Because(TIER_REPLACED, b.template, b.source) for b in wish.because)
    return msgspec.structs.replace(removal, because=(*removal.because, *because))


def _refuse_combinations(case: Case, product: Product, wish: Wish) -> None:
    if product == _STANDARD:
        for other, code in ((_ASSIST, "400407"), (_CONSOLE, "400406")):
            if other in case.held:
                for pool in case.held[other]:
                    if pool in case.leaving:
                        case.keep(pool, other, "", (Because("held-tiers-are-respected: 400410"),))
                case.refuse(wish, "calling-conflict", f"holds {other}; Webex refuses {product} beside it ({code})",
                            f"grant {CALLING_PROFESSIONAL} instead")  # fmt: skip
                return
    if product == _ASSIST and not case.leaving.keys() >= set(case.held.get(_STANDARD, ())):
        case.refuse(wish, "calling-conflict", f"holds {_STANDARD}; Webex refuses {product} beside it (400407)",
                    f"grant {CALLING_PROFESSIONAL}, which replaces it; {product} follows in the next plan")  # fmt: skip
    elif product == _CONSOLE and case.stays(_PROFESSIONAL) is None:
        case.refuse(wish, "prerequisite-missing", f"{product} needs {_PROFESSIONAL} first (400408)",
                    f"grant {CALLING_PROFESSIONAL}; {product} follows in the next plan")  # fmt: skip


def _refuse_both_granted(case: Case) -> None:
    """Of Standard and Customer Assist granted at once, and neither held, the one of better priority is given."""
    standard, assist = case.wishes.get(_STANDARD), case.wishes.get(_ASSIST)
    if standard is None or assist is None or not case.satisfied.keys().isdisjoint((_STANDARD, _ASSIST)):
        return
    winner, loser = sorted((standard, assist), key=lambda wish: (wish.priority, wish.product))
    case.refuse(loser, "calling-conflict",
                f"{winner.product} is granted as well; Webex refuses {loser.product} beside it (400407)",
                f"grant {CALLING_PROFESSIONAL} instead of {CALLING_STANDARD}")  # fmt: skip
