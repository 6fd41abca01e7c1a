"""Debian's Chromium for tests of pages: where it is, how it is started, and what to do where it is missing.

playwright brings no browser here: the one of the distribution is enough, and nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil

import pytest

FLAGS = [
    "--no-sandbox",  # Chromium refuses to start as root with one, and CI often is; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "WEBEX_LICENSES_REQUIRE_CHROMIUM"
MISSING = "Chromium is not installed; on Debian: apt-get install chromium (CHROMIUM names another)."


def found() -> str | None:
    """The program, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def executable() -> str:
    """The program. Skips the test where there is none, or fails it where the environment requires it."""
    program = found()
    if program is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{MISSING} {REQUIRED} is set.")
        pytest.skip(MISSING)
    return program
