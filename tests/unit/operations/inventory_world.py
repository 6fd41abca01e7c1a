"""One organization for the tests of the inventory: the real client, store and loader around a sandbox in this process."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.load import load_desired
from reconciler.model.desired import Desired
from reconciler.model.live import Snapshot
from reconciler.operations import loop
from reconciler.operations.sync import sync
from tests.support.sandbox_rooms import Rooms

SITE, EMEA = "acme.webex.com", "emea.acme.webex.com"
OLD, NEW = "Sub-100001", "Sub-100002"
CALLING, SUITE, RTT = "Webex Calling - Professional", "Webex Meetings Suite", "Real-Time Translations"

SHAPE: dict[str, Any] = {
    "organization": {"name": "Acme"},
    "licenses": [
        {"key": "msg", "name": "Basic Messaging", "type": "FMS", "total": 100},
        {"key": "pro", "name": CALLING, "type": "BCSTD", "total": 3, "subscription": OLD, "consumedByWorkspaces": 1},
        {"key": "suite-old", "name": SUITE, "type": "EE", "total": 2, "subscription": OLD, "site": SITE},
        {"key": "suite-new", "name": SUITE, "type": "EE", "total": 10, "subscription": NEW, "site": SITE},
        {"key": "suite-emea", "name": SUITE, "type": "EE", "total": 4, "subscription": OLD, "site": EMEA},
        {"key": "rtt", "name": RTT, "type": "RTT", "total": 5, "subscription": NEW},
        {"key": "room", "name": "Webex Room Kit", "type": "SD", "total": 2, "subscription": NEW, "consumedByWorkspaces": 2},
    ],
    "locations": [{"key": "hq", "name": "HQ"}, {"key": "ulm", "name": "Ulm"}, {"key": "oslo", "name": "Oslo"}],
    "groups": [
        {"name": "Sales", "members": ["ann@acme.example", "bob@acme.example", "cy@acme.example"]},
        {"name": "Unread", "members": ["ann@acme.example"]},
    ],
    "people": [
        {"email": "ann@acme.example", "licenses": ["msg", "pro", "suite-old"], "location": "hq",
         "created": "2024-01-01T00:00:00Z", "lastActivity": "2026-11-20T10:00:00Z", "roles": ["id_full_admin"]},
        {"email": "bob@acme.example", "licenses": ["msg", "pro", "suite-old"], "location": "ulm",
         "created": "2024-01-01T00:00:00Z", "lastActivity": "2026-08-23T10:00:00Z"},
        {"email": "cy@acme.example", "licenses": ["msg", "pro", "suite-old"], "location": "ulm", "active": False,
         "created": "2024-01-01T00:00:00Z", "lastActivity": "2026-01-01T10:00:00Z"},
        {"email": "dan@acme.example", "licenses": ["msg", "suite-new", "rtt"], "invitePending": True,
         "created": "2026-08-01T00:00:00Z"},
        {"email": "eve@acme.example", "licenses": ["msg", "suite-new"], "invitePending": True,
         "created": "2026-11-01T00:00:00Z"},
        {"email": "fay@acme.example", "licenses": ["msg", "rtt"], "created": "2024-01-01T00:00:00Z"},
        {"email": "guy@acme.example", "licenses": ["msg", "suite-emea"], "created": "2026-10-01T00:00:00Z",
         "siteAdminOf": [EMEA], "roles": ["id_readonly_admin", "id_user_admin"]},
    ],
}  # fmt: skip

ORGANIZATION = f"""apiVersion: webex-licenses/v1
kind: Organization
metadata: {{name: acme}}
spec:
  assignment: groupsThenOrganization
  defaults: {{subscription: {OLD}, siteUrl: {SITE}}}
  guards: {{firstApply: all, removals: {{count: 100, ceiling: 100}}}}
  MORE
---
apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {{name: sales}}
spec:
  groups: [Sales]
  licenses:
    - license: {CALLING}
      calling: {{number: none, location: HQ, extension: fromDirectory}}
    - license: {SUITE}
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {{name: everyone}}
spec:
  licenses: [{{license: Basic Messaging}}]
"""

PRICES = f"""prices:
    {CALLING}: {{amount: 240, currency: EUR, per: year}}
    {SUITE}: {{amount: 10, currency: EUR, per: month}}"""


class World(Rooms):
    """The organization, and its files in `folder/desired`."""

    def __init__(self, folder: Path, more: str = "", **changes: Any) -> None:
        super().__init__({**copy.deepcopy(SHAPE), **changes}, folder)
        self.folder = folder / "desired"
        self.folder.mkdir()
        self.files = self.write("acme.yaml", ORGANIZATION.replace("  MORE\n", f"  {more}\n" if more else ""))

    def __enter__(self) -> World:
        return self

    def write(self, name: str, text: str) -> Desired:
        """A file, and then all of them as the loader reads them; what is wrong with them fails the test."""
        (self.folder / name).write_text(text)
        loaded = load_desired(self.folder)
        assert loaded.findings == ()
        assert loaded.desired is not None
        self.files = loaded.desired
        return self.files

    def sync(self, *, activity: bool = False, days: float = 0) -> Snapshot:
        """A reading, so many days later."""
        self.now += timedelta(days=days)
        return loop.run(sync(self.files, self.context, activity=activity)).snapshot

    def person(self, name: str) -> Any:
        """Somebody in Webex, by the name before the @."""
        return self.state.by_email[f"{name}@acme.example"]


@contextmanager
def world(folder: Path, more: str = "", **changes: Any) -> Iterator[World]:
    """The organization, its store closed at the end. `more`: keys of the Organization, `changes`: of the sandbox's shape."""
    with World(folder, more, **changes) as made:
        yield made


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[World]:
    """The organization, read once with activity."""
    with world(tmp_path) as made:
        made.sync(activity=True)
        yield made
