"""Where the store is: its URL, the folder made for it, and keeping both from others and out of git."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import StoreError

if TYPE_CHECKING:
    from reconciler.store import Store

STORE_FOLDER = ".webex-licenses"
STORE_URL = f"sqlite:///{STORE_FOLDER}/store.db"
_SQLITE = "sqlite:///"


def store_is_there(store_url: str | None) -> bool:
    """Whether there is a store to read from: a SQLite file that exists, or a database server, which only opening can tell.

    For commands that do without one, and would make an empty one by opening it.
    """
    url = _url(store_url)
    return not url.startswith(_SQLITE) or _file(url).exists()


def open_store(store_url: str | None) -> Store:
    """The store that the command line names, else the environment, else the default one, whose folder is made."""
    from reconciler.store import Store

    url = _url(store_url)
    if url == STORE_URL:
        make_own_folder()
    elif url.startswith(_SQLITE):
        _make_folder(_file(url).parent)
    return Store.open(url)


def make_own_folder() -> None:
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


def _url(store_url: str | None) -> str:
    return store_url or os.environ.get("WEBEX_LICENSES_STORE") or STORE_URL


def _file(url: str) -> Path:
    return Path(url.removeprefix(_SQLITE).partition("?")[0])
