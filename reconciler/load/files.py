"""Which files make an organization's desired state, and their text. Trouble with a file is a finding, never a traceback."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from reconciler.load.nodes import File, finding
from reconciler.model.desired import Source
from reconciler.model.finding import Finding

MAX_BYTES = 32 * 1024 * 1024
_SUFFIXES = (".yaml", ".yml")


def read_directory(directory: Path) -> tuple[list[File], list[Finding]]:
    """All `.yaml` and `.yml` files below `directory` (dot-directories left out), sorted by path."""
    findings: list[Finding] = []
    if not directory.is_dir():
        what = "this is a file, not a directory" if directory.exists() else "the directory does not exist"
        hint = "give the directory that holds the organization's YAML files"
        return [], [finding("no-directory", Source(directory.as_posix(), 0), what, hint)]
    found: list[File] = []
    for path in sorted(_walk(directory, directory, findings, ()), key=lambda path: _relative(path, directory)):
        name = _relative(path, directory)
        text = read_text(path, name, findings)
        if text is not None:
            found.append(File(name, text))
    if not found and not findings:
        hint = "run `webex-licenses init` for a start, or give another directory"
        findings.append(
            finding("no-files", Source(directory.as_posix(), 0), "no .yaml or .yml file in this directory", hint)
        )
    return found, findings


def read_text(path: Path, name: str, findings: list[Finding]) -> str | None:
    """The text of one file, without a byte order mark; None after adding a finding about `name`."""
    source = Source(name, 0)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            findings.append(
                finding("unreadable-file", source, "not a regular file", "delete it, or give it another name")
            )
            return None
        if status.st_size > MAX_BYTES:
            hint = "split the file, or look whether it belongs here"
            findings.append(
                finding("file-too-large", source, f"{status.st_size:,} bytes; the limit is {MAX_BYTES:,}", hint)
            )
            return None
        data = path.read_bytes()
    except OSError as error:
        findings.append(_unreadable(source, error))
        return None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "save the file as UTF-8"
        findings.append(
            finding("not-utf8", Source(name, line), f"not UTF-8 (byte {error.start + 1} of the file)", hint)
        )
        return None


def _walk(directory: Path, root: Path, findings: list[Finding], above: tuple[str, ...]) -> Iterator[Path]:
    """Files below `directory`. Links are followed; one that leads back into itself is a finding."""
    source = Source(_relative(directory, root), 0)
    try:
        real = os.path.realpath(directory, strict=True)
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError as error:
        findings.append(_unreadable(source, error))
        return
    if real in above:
        findings.append(
            finding(
                "symlink-loop", source, "a symbolic link that leads back to a directory above it", "delete the link"
            )
        )
        return
    for entry in entries:
        path = directory / entry.name
        if entry.name.startswith("."):
            continue
        if _is_directory(path):
            yield from _walk(path, root, findings, (*above, real))
        elif entry.name.lower().endswith(_SUFFIXES):
            yield path


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a link to itself; Python 3.11 raises, and reading it gives the finding
        return False


def _unreadable(source: Source, error: OSError) -> Finding:
    reason = error.strerror or type(error).__name__
    loop = "too many levels" in reason.lower()
    code = "symlink-loop" if loop else "unreadable-file"
    hint = "delete the link" if loop else "check that the file is there and that you may read it"
    return finding(code, source, f"cannot be read: {reason}", hint)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
