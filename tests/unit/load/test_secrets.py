"""A secret in a file is an error, wherever it stands, and no output repeats it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.load.secrets import looks_secret
from reconciler.model import ids
from reconciler.report.findings import FORMATS, render
from tests.unit.load.directory import ORGANIZATION, TEMPLATE, document, load, tell

# Made up, in the form of Webex's own example: letters, data-centre tag, organization.
TOKEN = "NDcyNmQ0Y2ItNTg3Zi00ZDQ0LWJmMWItOTg3YjJkN2E0M2M5YTU5ODc2" + "_PF84_" + "1eb65fdf-9643-417f-9974-ad72cae0e10f"
OPAQUE = "Zk9" + "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9dE1fG3hI5jK7lM9n"

PLACES = [
    (f"  reason: {TOKEN}\n", "x.yaml:5:11"),
    (f'  reason: "the token is {TOKEN}, keep it"\n', "x.yaml:5:25"),
    (f"  reason: x   # {TOKEN}\n", "x.yaml:5:17"),
    (f"  reason: {OPAQUE}\n", "x.yaml:5:11"),
    (f"  reason: Bearer {OPAQUE}\n", "x.yaml:5:11"),
    (f"  {TOKEN}: x\n", "x.yaml:5:3"),
    (f"  exempt: {TOKEN}\n", "x.yaml:5:11"),
    (f"  users: [{OPAQUE}]\n", "x.yaml:5:11"),
    ("  token: hunter2hunter2\n", "x.yaml:5:3"),
    ("  client_secret: {a: hunter2hunter2}\n", "x.yaml:5:3"),
    ("  clientSecret: hunter2hunter2\n", "x.yaml:5:3"),
    ("  Password: hunter2hunter2\n", "x.yaml:5:3"),
]


@pytest.mark.parametrize(("spec", "where"), PLACES)
def test_a_secret_is_found_and_never_shown(tmp_path: Path, spec: str, where: str) -> None:
    """Key, value, comment or middle of a text: one finding at its place, and no format prints the secret."""
    loaded = load(tmp_path, {"o.yaml": ORGANIZATION, "t.yaml": TEMPLATE, "x.yaml": document("UserException", spec)})

    assert [where] == [item.where for item in loaded.findings if item.code == "secret-in-yaml"]
    for format in FORMATS:
        text = render(loaded.findings, format)
        assert not any(secret in text for secret in (TOKEN, TOKEN[:30], OPAQUE[:30], "hunter2"))


def test_webex_ids_and_long_text_are_no_secrets() -> None:
    """Group and license ids are long base64 too, but they decode."""
    assert not looks_secret(
        ids.encode("SCIM_GROUP", "1eb65fdf-9643-417f-9974-ad72cae0e10f:2eb65fdf-9643-417f-9974-ad72cae0e10f")
    )
    assert not looks_secret("A long reason that explains in Many Words why 1 person keeps what the templates take away")
    assert not looks_secret("https://wiki.acme.example/pages/Licenses/2026/Why-We-Keep-Them-For-Another-Year-1234")


def test_a_group_by_id_is_accepted(tmp_path: Path) -> None:
    """A Webex id in a file is not mistaken for a token."""
    group = ids.encode("SCIM_GROUP", "1eb65fdf-9643-417f-9974-ad72cae0e10f:2eb65fdf-9643-417f-9974-ad72cae0e10f")

    assert tell(tmp_path, document("GroupTemplate", f"  groups: [id: {group}]\n  licenses: []\n")) == []
