"""`status`: how far each group and each template is, and where each person stands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from reconciler.cli.common import colour, emit, format_option, opened, path_argument, width
from reconciler.model.coverage import State

if TYPE_CHECKING:
    from reconciler.report.status import By, Format


@click.command()
@path_argument
@click.option("--by", type=click.Choice(["group", "template"]), help="Only the groups, or only the templates.")
@click.option("--people", is_flag=True, help="Every person with their state, instead of the tables.")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="The people of this group.")
@click.option(
    "--template", "templates", multiple=True, metavar="NAME", help="The people for whom this template speaks."
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(get_args(State)),
    metavar="STATE",
    help="The people who stand so.",
)
@click.option("--user", metavar="USER", help="One person, by address or Webex id.")
@click.option("--all", "everything", is_flag=True, help="Fold nothing.")
@format_option("table", "json", "csv", "markdown")
@click.option("--sync", is_flag=True, help="Read Webex first, instead of using the last reading.")
def command(
    path: Path,
    by: By | None,
    people: bool,
    groups: tuple[str, ...],
    templates: tuple[str, ...],
    states: tuple[State, ...],
    user: str | None,
    everything: bool,
    format_: Format,
    sync: bool,
) -> None:
    """Show for each group and each template of PATH how many people have all, wait, or are blocked, and why.

    With --people, --group, --template, --state or --user: the people, each with one state (as wanted, to change, waiting,
    blocked with its code, held by a guard, asked before, exempt, ...).
    """
    from reconciler.operations.coverage import Chosen, status
    from reconciler.report.status import render

    listed = people or groups or templates or states or user is not None
    if by and listed:
        raise click.UsageError("--by shows groups or templates, the other options people: choose one.")
    chosen = Chosen(groups, templates, states, user) if listed else None
    with opened(path) as (desired, context):
        found = status(desired, context, offline=not sync, people=chosen)
    emit(render(found, format_, by=by, everything=everything, width=width(), colour=colour(sys.stdout)))
