"""Where the access token comes from: a service app's settings and the file that remembers its tokens, or a token as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import WebexAuthError
from reconciler.wiring.environment import variable
from reconciler.wiring.place import STORE_FOLDER, make_own_folder

if TYPE_CHECKING:
    from reconciler.ports import Clock, Progress
    from reconciler.webex import Tokens

SERVICE_APP = ("WEBEX_CLIENT_ID", "WEBEX_CLIENT_SECRET", "WEBEX_REFRESH_TOKEN")


def tokens(base_url: str, progress: Progress, clock: Clock) -> Tokens:
    """Where the access token comes from: a service app's settings, which are renewed, or WEBEX_ACCESS_TOKEN as it is.

    A variable that is empty counts as not set, because build systems make secrets that are missing empty. The service app
    wins where both are there, because it outlasts a long run. WebexAuthError for neither, and for half a service app.
    """
    plain, parts = variable("WEBEX_ACCESS_TOKEN"), {name: variable(name) for name in SERVICE_APP}
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
    return Renewing(client, base_url, Credentials(credentials_file()), clock=clock, note=progress.note)


def credentials_file() -> Path:
    """Where a service app's tokens are remembered; the default folder is made."""
    named = variable("WEBEX_LICENSES_CREDENTIALS")
    if named:
        return Path(named)
    make_own_folder()
    return Path(STORE_FOLDER) / "credentials.json"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
