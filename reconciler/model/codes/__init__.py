"""Every code of a finding or guard, once: what it means and what to do. docs/findings.md is written from here.

To add one: emit it, and add one line to the table it belongs to; a test names the line that is missing.
"""

from __future__ import annotations

from reconciler.model.codes import files, plans
from reconciler.model.codes.code import Code

__all__ = ["CODES", "PARTS", "Code"]

PARTS: tuple[tuple[str, str, tuple[Code, ...]], ...] = (
    ("Reading files", "Whether the files can be read at all. Told by every command.", files.READING),
    ("Documents", "Whether a document keeps its schema.", files.DOCUMENTS),
    ("Policies", "What the documents say together, before Webex is asked.", files.POLICIES),
    (
        "Names",
        "What the files name, against what the organization has. An error here means that no plan is made.",
        plans.NAMES,
    ),
    (
        "Reading Webex",
        "What of a reading cannot be believed. Nobody loses anything by what was not read.",
        plans.READING,
    ),
    ("People", "What a plan tells about people, templates and exceptions.", plans.PEOPLE),
    ("Webex Calling", "Why somebody does not get Calling. Their other licenses are not held up.", plans.CALLING),
    ("Undo", "What of a run is not taken back, and why (docs/history.md).", plans.UNDO),
    ("Guards", "What stops an apply before anything is sent, or holds single operations back.", plans.GUARDS),
)
"""The tables: title, what they are about, codes in order."""

CODES: tuple[Code, ...] = tuple(code for _, _, codes in PARTS for code in codes)
