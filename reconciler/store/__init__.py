"""The memory on disk: snapshots, origins, runs and their journal, leases, waiting. No other room knows SQL."""

from reconciler.store.store import Store
from reconciler.store.values import JournalEntry, Run, Structure, SyncCounts

__all__ = ["JournalEntry", "Run", "Store", "Structure", "SyncCounts"]
