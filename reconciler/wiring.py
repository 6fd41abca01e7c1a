"""Builds what a run needs. The only room that reads the environment, the clock and the token.

Nothing is opened before it is asked for: working offline needs no token, and `validate` needs no store. Tokens and secrets
stay inside the `Session` they are handed to; a service app's are remembered in the credentials file beside the store.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler import __version__
from reconciler.errors import InputError, StoreError, WebexAuthError
from reconciler.operations.context import Connection, Context

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import SpanExporter

    from reconciler.model.desired import Desired
    from reconciler.operations.notify import Sender
    from reconciler.ports import Progress
    from reconciler.store import Store
    from reconciler.webex import Tokens

BASE_URL = "https://webexapis.com/v1"
STORE_FOLDER = ".webex-licenses"
STORE_URL = f"sqlite:///{STORE_FOLDER}/store.db"
_SQLITE = "sqlite:///"
SERVICE_APP = ("WEBEX_CLIENT_ID", "WEBEX_CLIENT_SECRET", "WEBEX_REFRESH_TOKEN")
CALL_SECONDS = 60.0
_GIT_SECONDS = 10.0
_DESIRED_FILES = ("*.yaml", "*.yml", "*.csv")


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def colour_refused() -> bool:
    """Whether the environment asks for no colour (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def redrawing_refused() -> bool:
    """Whether lines that change are out of place although there is a terminal: in a job, or on one that cannot do it."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false") or os.environ.get("TERM") in ("dumb", "unknown")


@contextmanager
def context(
    desired: Desired, *, store_url: str | None, progress: Progress, commit: str | None = None
) -> Iterator[Context]:
    """What the operations on one organization work with. The store, if it was opened, is closed at the end.

    `store_url` comes from the command line and beats WEBEX_LICENSES_STORE.
    """
    opened: list[Store] = []
    traffic: Counter[str] = Counter()

    def store() -> Store:
        if not opened:
            opened.append(_open_store(store_url or os.environ.get("WEBEX_LICENSES_STORE") or STORE_URL))
        return opened[0]

    @asynccontextmanager
    async def connect() -> AsyncIterator[Connection]:
        base_url = checked_base_url(os.environ.get("WEBEX_BASE_URL") or BASE_URL)
        token = tokens(base_url, progress)
        from reconciler.webex import Reader, Session, Writer

        async with Session(
            token,
            base_url,
            org_id=desired.organization.org_id,
            note=progress.note,
            proxy=_proxy(base_url),
            timeout=call_seconds(),
            pace=lambda: store().pace(),
            seen=lambda status: traffic.update((status,)),
        ) as session:
            yield Connection(Reader(session), Writer(session), lambda: session.calls)

    try:
        yield Context(store, connect, progress, utc_now, __version__, commit, traffic)
    finally:
        for one in opened:
            one.close()


def destinations(desired: Desired) -> tuple[str | None, str | None] | None:
    """Webhook and space to tell things to, the environment before the files; None where there is neither."""
    settings = desired.organization.notifications
    webhook = _variable("WEBEX_LICENSES_WEBHOOK_URL") or settings.webhook
    space = _variable("WEBEX_LICENSES_SPACE") or settings.space
    return (webhook, space) if webhook or space else None


def senders(desired: Desired, context: Context) -> tuple[Sender, ...]:
    """The ways of telling others. InputError for an address that is none; WebexAuthError where no token is set for a space."""
    webhook, space = destinations(desired) or (None, None)
    found: list[Sender] = []
    if webhook:
        from reconciler.load.formats import webhook as check
        from reconciler.notify.webhook import Webhook

        if (trouble := check(webhook)) is not None:
            raise InputError(f"WEBEX_LICENSES_WEBHOOK_URL {trouble.message}.", hint=trouble.hint)
        found.append(Webhook(webhook, _variable("WEBEX_LICENSES_WEBHOOK_SECRET") or None, proxy=_proxy(webhook)))
    if space:
        from reconciler.webex import AccessToken, Session
        from reconciler.webex.messages import Space

        base_url = checked_base_url(os.environ.get("WEBEX_BASE_URL") or BASE_URL)
        bot = _variable("WEBEX_LICENSES_BOT_TOKEN")
        token = AccessToken(bot) if bot else tokens(base_url, context.progress)
        found.append(
            Space(
                space,
                lambda: Session(
                    token, base_url, note=context.progress.note, proxy=_proxy(base_url), timeout=call_seconds()
                ),
            )
        )
    return tuple(found)


def trace(note: Callable[[str], None]) -> None:
    """Send spans where OpenTelemetry's own variables say (OTEL_TRACES_EXPORTER: `otlp` or `console`); nowhere without them.

    A provider that somebody else has set is used as it is. Trouble is noted.
    """
    wanted = _variable("OTEL_TRACES_EXPORTER")
    if wanted in ("", "none") or _variable("OTEL_SDK_DISABLED").lower() == "true":
        return
    from reconciler import tracing

    try:
        from opentelemetry import trace as otel
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        if not isinstance(otel.get_tracer_provider(), TracerProvider):
            provider = TracerProvider(resource=_resource())
            provider.add_span_processor(BatchSpanProcessor(_exporter(wanted)))
            otel.set_tracer_provider(provider)
        tracing.enable(otel.get_tracer("webex-licenses", __version__))
    except ImportError:
        note(
            f"OTEL_TRACES_EXPORTER is {wanted}, but OpenTelemetry is not installed: "
            "pip install 'webex-license-reconciler[otel]'."
        )
    except ValueError as error:
        note(f"No spans are sent: {error}")


def _resource() -> Resource:
    from opentelemetry.sdk.resources import Resource

    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come on top of it.
    named = bool(_variable("OTEL_SERVICE_NAME"))
    return Resource.create({} if named else {"service.name": "webex-licenses", "service.version": __version__})


def _exporter(name: str) -> SpanExporter:
    if name == "console":
        import sys

        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: span.to_json(indent=None) + "\n")
    if name == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter()
    raise ValueError("OTEL_TRACES_EXPORTER must be otlp, console or none.")


def call_seconds() -> float:
    """Seconds after which a call without an answer is given up: WEBEX_CALL_SECONDS, 60 unless it says otherwise.

    Whoever resumes a run waits twice as long before it believes that a call had no effect.
    """
    text = os.environ.get("WEBEX_CALL_SECONDS", "").strip()
    try:
        seconds = float(text) if text else CALL_SECONDS
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 600:
        raise InputError(
            "WEBEX_CALL_SECONDS is not a number of seconds from 1 to 600.",
            hint=f"Leave it unset for {CALL_SECONDS:.0f}; it says how long one call to Webex may take.",
        )
    return seconds


def git_commit(directory: Path) -> str | None:
    """The commit that the files of `directory` are exactly: None outside git, without git, or with uncommitted edits."""
    commit = _git(directory, "rev-parse", "--verify", "HEAD")
    if not commit or _git(directory, "status", "--porcelain", "--", *_DESIRED_FILES) != "":
        return None
    return commit


def _git(directory: Path, *arguments: str) -> str | None:
    """The output of a git command that only reads, or None when it fails. Programs named in .git/config are not run."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(directory), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, fixed program
            command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def checked_base_url(url: str) -> str:
    """The address of Webex's API without a slash at the end. InputError unless it is https, or http on this machine."""
    problem = _problem_with(url)
    if problem:
        raise InputError(
            f"WEBEX_BASE_URL {problem}.",
            hint=f"Default: {BASE_URL}; FedRAMP: https://api-usgov.webex.com/v1; sandbox: http://127.0.0.1:PORT/v1.",
        )
    return url.strip().rstrip("/")


def _problem_with(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return "must begin with https:// and a host name"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must not hold a user name, a password, a query or a fragment"
    if parts.scheme == "http" and not _is_this_machine(host):
        return "must be https; http would show the token to others on the way, and is taken for this machine only"
    return ""


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def tokens(base_url: str, progress: Progress) -> Tokens:
    """Where the access token comes from: a service app's settings, which are renewed, or WEBEX_ACCESS_TOKEN as it is.

    A variable that is empty counts as not set, because build systems make secrets that are missing empty. The service app
    wins where both are there, because it outlasts a long run. WebexAuthError for neither, and for half a service app.
    """
    plain, parts = _variable("WEBEX_ACCESS_TOKEN"), {name: _variable(name) for name in SERVICE_APP}
    missing = [name for name, value in parts.items() if not value]
    if not plain and len(missing) == len(parts):
        raise WebexAuthError(
            "There is no access token: WEBEX_ACCESS_TOKEN is not set.",
            hint="Put a Webex administrator's access token into the environment variable WEBEX_ACCESS_TOKEN, or a service "
            f"app's settings into {_listed(SERVICE_APP)}, or work from the last reading with --offline. "
            "`webex-licenses sandbox` needs no real token.",
        )
    if missing and len(missing) < len(parts):
        there = [name for name in parts if name not in missing]
        raise WebexAuthError(
            f"The settings of the service app are incomplete: {_listed(there)} without {_listed(missing)}.",
            hint=f"Set all of {_listed(SERVICE_APP)}; or none of them, and WEBEX_ACCESS_TOKEN.",
        )
    from reconciler.webex import AccessToken, Client, Credentials, Renewing

    if missing:
        return AccessToken(plain)
    if plain:
        progress.note(f"WEBEX_ACCESS_TOKEN is not used, because {_listed(SERVICE_APP)} are set.")
    client = Client(*parts.values())
    return Renewing(client, base_url, Credentials(credentials_file()), clock=utc_now, note=progress.note)


def credentials_file() -> Path:
    """Where a service app's tokens are remembered; the default folder is made."""
    named = _variable("WEBEX_LICENSES_CREDENTIALS")
    if named:
        return Path(named)
    _make_own_folder()
    return Path(STORE_FOLDER) / "credentials.json"


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip()


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _proxy(base_url: str) -> str | None:
    """The proxy that the environment names for this address (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), if any."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(base_url)
    if not parts.hostname or _is_this_machine(parts.hostname) or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def store_is_there(store_url: str | None) -> bool:
    """Whether there is a store to read from: a SQLite file that exists, or a database server, which only opening can tell.

    For commands that do without one, and would make an empty one by opening it.
    """
    url = store_url or os.environ.get("WEBEX_LICENSES_STORE") or STORE_URL
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE).partition("?")[0]).exists()


def _open_store(url: str) -> Store:
    from reconciler.store import Store

    if url == STORE_URL:
        _make_own_folder()
    elif url.startswith(_SQLITE):
        _make_folder(Path(url.removeprefix(_SQLITE).partition("?")[0]).parent)
    return Store.open(url)


def _make_own_folder() -> None:
    """What is in there, people and tokens, is nobody else's business."""
    _make_folder(Path(STORE_FOLDER), mode=0o700)
    _keep_out_of_git(Path(STORE_FOLDER))


def _make_folder(folder: Path, mode: int = 0o777) -> None:
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder of the store, {folder}, cannot be made: {error.strerror}.",
            hint="Choose another place with --store or WEBEX_LICENSES_STORE.",
        ) from error


def _keep_out_of_git(folder: Path) -> None:
    """The store is state with personal data, not source: a .gitignore inside keeps it from being committed by accident."""
    marker = folder / ".gitignore"
    if not marker.exists():
        try:
            marker.write_text("*\n")
        except OSError:
            return  # a folder that is readable only is told by the store itself
