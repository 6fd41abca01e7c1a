"""Directories of desired state made from texts, and the findings they give as short tuples."""

from __future__ import annotations

from pathlib import Path

from reconciler.load import Loaded, load_desired

ORGANIZATION = """\
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec: {assignment: groupsThenOrganization}
"""
TEMPLATE = """\
apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {name: base}
spec: {groups: [Base], licenses: [license: Basic Messaging]}
"""
Told = tuple[str, str, str, str]


def load(directory: Path, files: dict[str, str]) -> Loaded:
    """Load `directory` after writing these files into it."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return load_desired(directory)


def told(loaded: Loaded) -> list[Told]:
    """(code, place, message, hint) of every finding."""
    return [(item.code, item.where, item.message, item.hint) for item in loaded.findings]


def tell(directory: Path, text: str) -> list[Told]:
    """What is wrong with one more file `x.yaml` in an organization that is in order."""
    return told(load(directory, {"organization.yaml": ORGANIZATION, "base.yaml": TEMPLATE, "x.yaml": text}))


def document(kind: str, spec: str, name: str = "x") -> str:
    """A document whose spec begins on line 5."""
    return f"apiVersion: webex-licenses/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{spec}"
