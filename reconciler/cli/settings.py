"""The options that every verb takes, before or after its name, and how they reach the verb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click


@dataclass
class Settings:
    """The options of one call. `store` is None where the command line names none."""

    store: str | None = None
    no_color: bool = False
    log_format: str = "text"
    quiet: bool = False
    debug: bool = False


def current() -> Settings:
    """The settings of the call that is running; the defaults outside of one."""
    ctx = click.get_current_context(silent=True)
    return ctx.find_root().ensure_object(Settings) if ctx else Settings()


def _remember(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and value is not False and parameter.name:
        setattr(ctx.find_root().ensure_object(Settings), parameter.name, value)


def options(*, hidden: bool = False) -> list[click.Parameter]:
    """The common options, as new objects; `hidden` ones work but are not repeated in a verb's help."""
    shared: dict[str, Any] = {"expose_value": False, "callback": _remember, "is_eager": True, "hidden": hidden}
    return [
        click.Option(
            ["--store"],
            metavar="URL",
            help="Where readings and records are kept: sqlite:///FILE or postgresql+psycopg://... "
            "Default: WEBEX_LICENSES_STORE, else sqlite:///.webex-licenses/store.db.",
            **shared,
        ),
        click.Option(
            ["--no-color"], is_flag=True, help="No color; the environment variable NO_COLOR does the same.", **shared
        ),
        click.Option(
            ["--log-format"],
            type=click.Choice(["text", "json"]),
            help="How progress and errors are written to stderr.",
            **shared,
        ),
        click.Option(["--quiet"], is_flag=True, help="No progress on stderr.", **shared),
        click.Option(["--debug"], is_flag=True, help="Show where in the program an error happened.", **shared),
    ]
