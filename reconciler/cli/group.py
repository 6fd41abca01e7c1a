"""The command itself: verbs that are loaded when they are called, and one place where every exception ends.

A verb's module imports only click at its top, so `--help` stays quick; the work is imported inside the verb.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from reconciler.cli import settings
from reconciler.cli.failure import told

# In the order in which a newcomer meets them.
VERBS = {
    "demo": "The whole story against a built-in Webex, in under a minute.",
    "init": "Begin a directory of desired state.",
    "validate": "Check the files: schemas, references, policies. Offline.",
    "test": "Run the template tests. Offline.",
    "sync": "Read Webex into the store.",
    "inventory": "Licenses owned and used.",
    "plan": "What would change, and why. Changes nothing.",
    "show": "Show a saved plan.",
    "apply": "Carry out a plan.",
    "unlock": "End the lock of an apply that died.",
    "drift": "Where Webex differs from the files, and since when.",
    "status": "How far each group, template and person is.",
    "report": "One HTML page to look at, print or send.",
    "explain": "Every license of one person, and the file and line behind it.",
    "history": "Who got or lost what, when, by which run, or by hand.",
    "undo": "The plan that takes a run back.",
    "calling-readiness": "Who can be given Webex Calling, and what blocks the others.",
    "dedicated-instance": "Use of Unified CM in Cisco's cloud, from Control Hub's export.",
    "sandbox": "Run a local Webex to try things on.",
}


class Verbs(click.Group):
    """The group of all verbs. Each lives in `cli/VERB.py` as `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb with the common options added, or None."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"reconciler.cli.{cmd_name.replace('-', '_')}").command
        if not any(parameter.name == "no_color" for parameter in command.params):
            command.params += settings.options(hidden=True)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs with one line each, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; whatever it raises becomes a message and an exit code."""
        with told(ctx):
            return super().invoke(ctx)
