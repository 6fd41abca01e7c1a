"""A Webex for the tests of any project: a pytest plugin.

Not registered as an entry point: whoever installs this package for its command line does not want every pytest run of every
project to import it. Say `pytest_plugins = ["reconciler.sandbox.pytest_plugin"]` in the topmost `conftest.py`, or
`-p reconciler.sandbox.pytest_plugin`. pytest is not a dependency of this package; who loads a plugin has it. docs/sandbox.md
has an example.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from reconciler.errors import ReconcilerError
from reconciler.sandbox.running import Sandbox
from reconciler.sandbox.world import World

MARKER = "webex_sandbox"
SOURCES = ("file", "shape", "generate")
OPTIONS = ("rate_limit", "latency", "faults", "life")
KEYS = (*SOURCES, *OPTIONS, "env", "access_token")
DEFAULT = {"people": 50, "groups": 5, "seed": 1}
_NAMES = {"users": "people"}
_NUMBERS = ("people", "groups", "seed", "organizations")

_ended = pytest.StashKey[list[Sandbox]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """What every test of a project shares: ini options."""
    parser.addini("webex_sandbox_file", "Webex sandbox: the organization's file, relative to the ini file.")
    parser.addini("webex_sandbox_generate", "Webex sandbox: an organization made up, users=100,groups=5,seed=1.")
    parser.addini("webex_sandbox_env", "Webex sandbox: set WEBEX_BASE_URL and WEBEX_ACCESS_TOKEN.", "bool", False)


def pytest_configure(config: pytest.Config) -> None:
    """The marker, for `--strict-markers` and `--markers`."""
    config.stash[_ended] = []
    config.addinivalue_line(
        "markers", f"{MARKER}({', '.join(f'{key}=...' for key in KEYS)}): how webex_sandbox is made."
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Servers are told to end after each test and waited for only here: waiting would cost every test a sixth of a second."""
    for sandbox in config.stash.get(_ended, []):
        sandbox.stop()


@pytest.fixture
def webex_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A Webex of this test alone: `base_url`, `access_token`, `state`, `requests`, `faults()`, `reset()`, `hire()`, `assign()`.

    Made as the markers `webex_sandbox(...)` say, the nearest first, else as the ini options do, else of 50 people. It listens
    on a free port from the first look at `base_url` on. With `env=True` both environment variables are set for the test.
    """
    config = request.config
    wanted = _wanted(request)
    options = {key: wanted[key] for key in OPTIONS if wanted.get(key) is not None}
    try:
        sandbox = Sandbox(_world(request, wanted), access_token=wanted.get("access_token"), **options)
    except ReconcilerError as error:
        _refuse(str(error))
    try:
        if wanted.get("env", config.getini("webex_sandbox_env")):
            _set(request.getfixturevalue("monkeypatch"), sandbox)
        yield sandbox
    finally:
        sandbox.stop(wait=False)
        config.stash[_ended].append(sandbox)


@pytest.fixture
def webex_sandbox_env(webex_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """`webex_sandbox`, with `WEBEX_BASE_URL` and `WEBEX_ACCESS_TOKEN` set for this test."""
    _set(monkeypatch, webex_sandbox)
    return webex_sandbox


@pytest.fixture
def webex_sandbox_transport(webex_sandbox: Sandbox) -> httpx.AsyncBaseTransport:
    """For `httpx.AsyncClient(transport=...)`: the same organization without a socket, whatever the base URL says."""
    return webex_sandbox.transport


def _refuse(what: str) -> NoReturn:
    """A mistake in how a sandbox is asked for is an error of the test, in one line."""
    raise pytest.fail.Exception(f"{MARKER}: {what}", pytrace=False) from None


def _set(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)


def _wanted(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the markers ask for; a nearer one replaces the organization of a farther one, and its options one by one."""
    wanted: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers(MARKER))):
        unknown = [key for key in marker.kwargs if key not in KEYS]
        given = [key for key in SOURCES if marker.kwargs.get(key) is not None]
        if marker.args or unknown:
            what = unknown[0] if unknown else marker.args[0]
            _refuse(f"{what!r} is not understood; it takes {', '.join(KEYS)}")
        if len(given) > 1:
            _refuse(f"take one of {' and '.join(given)}")
        if given:
            wanted = {key: value for key, value in wanted.items() if key not in SOURCES}
        wanted |= marker.kwargs
    return wanted


def _world(request: pytest.FixtureRequest, wanted: dict[str, Any]) -> World:
    config = request.config
    if wanted.get("shape") is not None:
        return World.from_shape(wanted["shape"], "shape")
    if wanted.get("file") is not None:
        return World.from_file(request.path.parent / wanted["file"])
    if wanted.get("generate") is not None:
        return World.generate(**_numbers(wanted["generate"]))
    if config.getini("webex_sandbox_file"):
        there = config.inipath.parent if config.inipath else config.rootpath
        return World.from_file(Path(there) / config.getini("webex_sandbox_file"))
    if config.getini("webex_sandbox_generate"):
        parts = (part.partition("=") for part in config.getini("webex_sandbox_generate").split(","))
        return World.generate(**_numbers({key.strip(): number.strip() for key, _, number in parts}))
    return World.generate(**DEFAULT)


def _numbers(generate: dict[str, Any]) -> dict[str, int]:
    """`{"users": 100, "seed": "1"}` as `World.generate` takes it; what is left out is as in the default organization."""
    numbers: dict[str, int] = {}
    for key, number in generate.items():
        name = _NAMES.get(key, key)
        if name not in _NUMBERS or not str(number).isdecimal():
            _refuse(f"{key}={number} is not understood; generate takes users, groups, seed, organizations")
        numbers[name] = int(number)
    return DEFAULT | numbers
