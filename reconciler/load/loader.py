"""From a directory to a `Desired`: read, compose, check, build, compare. All errors of all files at once.

Never raises for what stands in files; never asks git, the clock or the network.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from reconciler.load import digest, documents, files, policies
from reconciler.load.compose import compose
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding, errors, ordered


class Loaded(msgspec.Struct, frozen=True):
    """What a directory says. `desired` is None exactly when some finding is an error; warnings come beside it."""

    desired: Desired | None
    findings: tuple[Finding, ...]


def load_desired(directory: Path) -> Loaded:
    """Everything the YAML files below `directory` say, or everything that is wrong with them.

    Places in findings are relative to `directory`, with forward slashes. `Desired.commit` stays None.
    """
    read, found = files.read_directory(directory)
    parts = documents.Parts()
    broken = bool(found)
    for file in read:
        composed, troubles = compose(file)
        found += troubles
        broken = broken or bool(troubles and not composed)
        for document in composed:
            found += documents.take(document, parts, directory)
    if read:
        found += [item for item in policies.check(parts, directory) if not (broken and item.code in _MAY_BE_UNREAD)]
    findings = ordered(found)
    if errors(findings):
        return Loaded(None, findings)
    return Loaded(_assembled(parts), findings)


# What a file that could not be read at all may hold, so its absence proves nothing.
_MAY_BE_UNREAD = frozenset({"no-organization", "no-template"})


def _assembled(parts: documents.Parts) -> Desired:
    """The parts in an order that does not hang on the names of files."""
    desired = Desired(
        organization=parts.organizations[0],
        templates=tuple(sorted(parts.templates, key=lambda item: (item.kind, item.name))),
        exceptions=tuple(sorted(parts.exceptions, key=lambda item: item.name)),
        calling_assignments=tuple(sorted(parts.calling_assignments, key=lambda row: (row.email, row.document))),
        acknowledgements=tuple(sorted(parts.acknowledgements, key=lambda item: item.name)),
        tests=tuple(sorted(parts.tests, key=lambda item: item.name)),
    )
    return msgspec.structs.replace(desired, digest=digest.digest(desired))
