"""`sandbox`: a local Webex to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from reconciler.sandbox import World

_KEYS = ("people", "groups", "seed", "organizations")
_NAMES = {"users": "people"}


def _generated(ctx: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, int] | None:
    """`users=1000,groups=20,seed=1` as numbers."""
    if value is None:
        return None
    numbers: dict[str, int] = {}
    for part in filter(None, value.split(",")):
        key, _, number = part.partition("=")
        key = _NAMES.get(key.strip(), key.strip())
        if key not in _KEYS or not number.strip().isdecimal():
            raise click.BadParameter(f"{part!r} is not understood; write for example users=1000,groups=20,seed=1")
        numbers[key] = int(number)
    if numbers.get("organizations") == 0:
        raise click.BadParameter("there must be at least one organization")
    return numbers


def _lively(ctx: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, Any] | None:
    """`30/min,seed=7,leave=0` as a plan."""
    if value is None:
        return None
    from reconciler.errors import InputError
    from reconciler.sandbox.life import parse, plan

    try:
        raw = parse(value)
        plan(raw)
    except InputError as error:
        raise click.BadParameter(f"{error.message} ({error.hint})") from error
    return raw


@click.command()
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The organization to serve, or several, as YAML: docs/sandbox.md.",
)
@click.option(
    "--generate",
    callback=_generated,
    metavar="users=N,groups=N,seed=N,organizations=N",
    help="Make up an organization, or several; same seed, same people.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen. Anybody who reaches it is administrator."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option(
    "--rate-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Calls a minute before Webex says 429.",
)
@click.option(
    "--latency", type=click.FloatRange(min=0), default=0.0, metavar="SECONDS", help="How long every answer takes."
)
@click.option(
    "--faults", type=click.Path(path_type=Path), metavar="FILE", help="What goes wrong, as YAML: docs/sandbox.md."
)
@click.option(
    "--life",
    callback=_lively,
    metavar="N/min",
    help="So much happens by itself, for example 30/min,seed=7: people come, leave and move, administrators click.",
)
def command(
    file: Path | None,
    generate: dict[str, int] | None,
    host: str,
    port: int,
    rate_limit: float | None,
    latency: float,
    faults: Path | None,
    life: dict[str, Any] | None,
) -> None:
    """Run a Webex on this machine that remembers what is done to it, until Ctrl-C. Without --file, people are made up."""
    if file is not None and generate is not None:
        raise click.UsageError("Take --file or --generate, not both.")
    from reconciler.errors import InputError
    from reconciler.sandbox import create_app, serve

    world = _world(file, generate)
    app = create_app(world, rate_limit=rate_limit, latency=latency, faults=_faults(faults), life=life)
    try:
        serve(app, host, port, ready=lambda: click.echo(_usage(host, port, world), err=True))
    except KeyboardInterrupt:
        return  # the way to end it
    except OSError as error:
        raise InputError(
            f"Nobody can listen at {host}, port {port}: {error.strerror}.", hint="Take another --port."
        ) from error


def _world(file: Path | None, generate: dict[str, int] | None) -> World:
    from reconciler.sandbox import World

    return World.from_file(file) if file is not None else World.generate(**(generate or {}))


def _faults(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    import yaml

    from reconciler.errors import InputError

    try:
        description = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"The fault description {file} cannot be read: {error}") from error
    if not isinstance(description, dict):
        raise InputError(
            f"The fault description {file} is not a mapping.", hint="docs/sandbox.md lists what it may hold."
        )
    return description


def _usage(host: str, port: int, world: World) -> str:
    listed = any(state.tokens or state.clients for state in world.states)
    token = "..." if listed else "anything"
    several = f" of {len(world.states)} organizations" if world.several else ""
    base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    where = f"\nThe organizations: curl {base}/sandbox/organizations" if world.several else ""
    return f"""\
A local Webex{several} is at {base}. In another shell:

  export WEBEX_BASE_URL={base}/v1
  export WEBEX_ACCESS_TOKEN={token}
  webex-licenses plan PATH

Its state: curl {base}/sandbox/state    Its calls: curl {base}/sandbox/requests    End: Ctrl-C{where}
"""
