"""Plan to calls: journalled, verified, never sent twice. Knows ports, not `webex/` nor `store/`.

It decides nothing about licenses: it sends what it is given, in an order that frees units before they are needed, and
says per operation what came of it.
"""

from reconciler.execute.operation import Holdings, holdings
from reconciler.execute.reading import Delays
from reconciler.execute.reconcile import Reconciled, held_in_words, reconcile_with_live
from reconciler.execute.recover import Recovered, recover
from reconciler.execute.run import CarriedOut, StopSignal, carry_out

__all__ = [
    "CarriedOut",
    "Delays",
    "Holdings",
    "Reconciled",
    "Recovered",
    "StopSignal",
    "carry_out",
    "held_in_words",
    "holdings",
    "reconcile_with_live",
    "recover",
]
