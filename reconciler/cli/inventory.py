"""`inventory`: what the organization owns and uses, who holds it, who administers it, and what could be freed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.common import colour, emit, format_option, opened, path_argument, width, write_file

if TYPE_CHECKING:
    from reconciler.model.desired import Desired
    from reconciler.model.inventory_views import By
    from reconciler.model.reclaim import Reclaimable
    from reconciler.operations.context import Context
    from reconciler.report.inventory import Format

_COLUMNS_OF_A_FILE = 160
_DAYS = 90


@click.command()
@path_argument
@format_option("table", "json", "csv", "markdown")
@click.option(
    "--by", type=click.Choice(["subscription", "site", "location", "group"]), help="Sums of each, not one list."
)
@click.option("--license", "license_", metavar="NAME", help="Only this license: a name, `NAME @ SITE` or an id.")
@click.option("--holders", is_flag=True, help="With --license: who holds it, since when and by what.")
@click.option("--administrators", is_flag=True, help="Who has an administrator role, by role and site.")
@click.option("--reclaimable", is_flag=True, help="Seats that could be freed, with the YAML that frees them.")
@click.option("--inactive-days", type=click.IntRange(1), metavar="N", help=f"With --reclaimable; {_DAYS} by default.")
@click.option(
    "--yaml", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="With --reclaimable: write the YAML."
)
@click.option(
    "--after-plan", is_flag=True, help="With prices: also the money after the plan, which takes as long as one."
)
@click.option("--sync", is_flag=True, help="Read Webex first, instead of showing the last reading.")
def command(
    path: Path, format_: Format, by: By | None, license_: str | None, holders: bool, administrators: bool,
    reclaimable: bool, inactive_days: int | None, folder: Path | None, after_plan: bool, sync: bool,
) -> None:  # fmt: skip
    """Licenses of the organization of PATH: what is bought, in use and left, by whom and where.

    --by, --license, --administrators and --reclaimable show something else instead; one of them at a time.
    """
    chosen = {"--by": by, "--license": license_, "--administrators": administrators, "--reclaimable": reclaimable}
    _one_of([name for name, value in chosen.items() if value])
    _goes_with("--holders", holders, "--license", license_)
    _goes_with("--inactive-days", inactive_days, "--reclaimable", reclaimable)
    _goes_with("--yaml", folder, "--reclaimable", reclaimable)
    if after_plan and any(chosen.values()):
        raise click.UsageError("--after-plan goes with the whole inventory.")
    with opened(path) as (desired, context):
        if reclaimable:
            _reclaim(desired, context, format_, inactive_days or _DAYS, folder, sync)
        elif by or holders or administrators:
            _view(desired, context, format_, by, license_ or "", administrators, sync)
        else:
            _inventory(desired, context, format_, license_, after_plan, sync)


def _one_of(chosen: list[str]) -> None:
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} do not go together: each is a view of its own.")


def _goes_with(name: str, value: object, other: str, there: object) -> None:
    if value and not there:
        raise click.UsageError(f"{name} goes with {other}.")


def _inventory(
    desired: Desired, context: Context, format_: Format, license_: str | None, after_plan: bool, sync: bool
) -> None:
    from reconciler.operations.inventory import inventory
    from reconciler.report.inventory import render

    found = inventory(desired, context, sync=sync, license=license_, after_plan=after_plan)
    emit(render(found, format_, width=width(elsewhere=_COLUMNS_OF_A_FILE), colour=colour(sys.stdout)))


def _view(
    desired: Desired, context: Context, format_: Format, by: By | None, license_: str, administrators: bool, sync: bool
) -> None:
    from reconciler.operations import inventory_views as views
    from reconciler.report.inventory_views import View, render

    found: View
    if administrators:
        found = views.administrators(desired, context, sync=sync)
    elif by:
        found = views.inventory_by(desired, context, by, sync=sync)
    else:
        found = views.license_holders(desired, context, license_, sync=sync)
    emit(render(found, format_, width=width(elsewhere=_COLUMNS_OF_A_FILE), colour=colour(sys.stdout)))


def _reclaim(desired: Desired, context: Context, format_: Format, days: int, folder: Path | None, sync: bool) -> None:
    from reconciler.operations.reclaim import reclaimable
    from reconciler.report.reclaim import render

    found = reclaimable(desired, context, inactive_days=days, sync=sync)
    written = _write(found, folder) if folder is not None else ""
    emit(render(found, format_, width=width(), colour=colour(sys.stdout), written=written))


def _write(found: Reclaimable, folder: Path) -> str:
    """The suggestions that are whole files, into `folder`; a fragment is for a file that is there already."""
    from reconciler.errors import InputError

    if not folder.is_dir():
        raise InputError(
            f"There is no folder {folder} for the YAML.", hint="Make it first, best beside the other files."
        )
    whole = [item for item in found.suggestions if item.whole]
    there = [item.name for item in whole if (folder / item.name).exists()]
    if there:
        raise InputError(
            f"{folder} holds {' and '.join(there)} already, and what stands in there is still wanted.",
            hint="Rename the old ones, or choose another folder.",
        )
    for item in whole:
        write_file(folder / item.name, item.yaml.encode())
    return str(folder)
