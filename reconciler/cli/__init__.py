"""The command line: one file per verb, each parses, calls an operation, and prints a report. It decides nothing itself."""

from __future__ import annotations

import click

from reconciler import __version__
from reconciler.cli import settings
from reconciler.cli.group import Verbs

_HELP = """Keep the licenses of a Webex organization equal to what YAML files in git declare.

PATH is the directory of an organization; without it, the current one. Try `webex-licenses demo` first: it needs no
account and changes nothing outside its own process.
"""
_EPILOG = (
    "Exit codes: 0 done; 1 failed; 2 wrong command line; 3 changes or drift; 4 apply stopped, nothing sent; "
    "5 apply incomplete."
)

cli = Verbs(
    "webex-licenses",
    help=_HELP,
    epilog=_EPILOG,
    params=settings.options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
cli = click.version_option(__version__, prog_name="webex-licenses")(cli)


def main() -> None:
    """The entry point of `webex-licenses` and of `python -m reconciler`."""
    cli(prog_name="webex-licenses")
