"""Which commit the files of a directory are."""

from __future__ import annotations

import subprocess
from pathlib import Path

_GIT_SECONDS = 10.0
_DESIRED_FILES = ("*.yaml", "*.yml", "*.csv")


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
