"""Validate: everything that is wrong with the files of one organization, without Webex and without the store."""

from __future__ import annotations

from pathlib import Path

from reconciler.load import load_desired
from reconciler.model.finding import Finding


def validate(directory: Path) -> tuple[Finding, ...]:
    """All findings of `directory`, errors first; empty when there is nothing to say."""
    return load_desired(directory).findings
