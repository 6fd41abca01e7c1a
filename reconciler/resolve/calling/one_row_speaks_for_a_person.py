"""One row of CallingAssignments speaks for a person; two that differ give nothing.

Why: a person has several addresses, and had others before. Rows for two of them are one person's, and whichever row came
first would decide about a number. Source: RULES 6.1, 1.8.

>>> from tests.support.example import example
>>> example('''
... templates: {everyone: {licenses: [Webex Calling - Professional]}}
... calling:
...   - {email: ann, location: HQ, extension: "1234"}
...   - {email: ann.miller@acme.example, location: Berlin, extension: "1234"}
... people: {ann: {also: [ann.miller@acme.example]}}
... ''')
ann: calling-rows-differ: 2 rows for their addresses differ: acme.yaml:29, acme.yaml:32
"""

from __future__ import annotations

from reconciler.resolve.calling.ask import Ask, Problem

CODE = "calling-rows-differ"


def check(ask: Ask) -> Problem | None:
    """No two rows for the person's addresses want different things."""
    if len({(row.number, row.location, row.extension) for row in ask.rows}) < 2:
        return None
    places = ", ".join(str(row.source) for row in ask.rows)
    return Problem(
        CODE, f"{len(ask.rows)} rows for their addresses differ: {places}", "keep one row per person", ("files",)
    )
