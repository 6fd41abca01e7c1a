"""Expected against live: the ordered changes of a plan, the ledger after it, drift and its causes."""
