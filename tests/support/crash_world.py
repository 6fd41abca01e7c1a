"""Two small organizations with everything an apply can meet, and the files that ask for it.

`smooth`: whatever is asked for can be done, once Webex has stumbled over it (429, lost answers, an effect that comes late).
`rough`: the same, and people whom Webex refuses in part, ignores, or takes something from without giving what was to come.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from reconciler.load import load_desired
from reconciler.model.desired import Desired
from reconciler.sandbox import State, refusal, rules
from reconciler.sandbox.nouns import Person
from reconciler.sandbox.order import Order
from reconciler.sandbox.refusal import Refusal
from reconciler.webex import Client
from tests.support.crash_webex import Refuses

SITE, OTHER_SITE = "acme.webex.com", "emea.acme.webex.com"
LICENSES: list[dict[str, Any]] = [
    {"key": "msg", "name": "Basic Messaging", "type": "FMS"},
    {"key": "host", "name": "Webex Meetings Suite", "type": "EE", "total": 30, "subscription": "Sub-1", "site": SITE},
    {"key": "old", "name": "Webex Meetings Suite", "type": "EE", "total": 9, "subscription": "Sub-2", "site": SITE},
    {
        "key": "emea",
        "name": "Webex Meetings Suite",
        "type": "EE",
        "total": 9,
        "subscription": "Sub-1",
        "site": OTHER_SITE,
    },
    {"key": "silver", "name": "Analytics Silver", "type": "ASLV", "total": 1, "subscription": "Sub-1"},
    {"key": "gold", "name": "Analytics Gold", "type": "AGLD", "total": 9, "subscription": "Sub-1"},
    {"key": "agent", "name": "Contact center Standard Agent", "type": "CJPSTD", "total": 9, "subscription": "Sub-1"},
    {"key": "premium", "name": "Contact Center Premium Agent", "type": "CJPPRM", "total": 9, "subscription": "Sub-1"},
    {"key": "pro", "name": "Webex Calling - Professional", "type": "BCSTD", "total": 9, "subscription": "Sub-1"},
]
GROUPS = {
    "Hosts": ["gains1", "gains2", "swaps", "promoted", "slow", "answerless", "late", "lost", "refused"],
    "Guests": ["demoted"],
    "Silver": ["queues"],
    "Callers": ["calls"],
    "Gold": ["ignored"],
    "Agents": ["half"],
    "Emea guests": ["partly"],
}
HOLDS: dict[str, dict[str, Any]] = {
    "swaps": {"licenses": ["msg", "old"]},
    "promoted": {"licenses": ["msg"], "attendeeSites": [SITE]},
    "demoted": {"licenses": ["msg", "host"]},
    "frees": {"licenses": ["msg", "silver"]},
    "quits": {"licenses": ["msg", "pro"], "workPhone": "+14085550100"},
    "calls": {"licenses": ["msg"], "workPhone": "+14085550101"},
    "half": {"licenses": ["msg", "agent"]},
    "partly": {"licenses": []},
    "refused": {"licenses": []},
    "bystander": {"licenses": ["msg", "host"]},
}
CLIENT = Client("C1234", "client-secret", "first-refresh-token")
OUTSIDER = {"email": "guest@other.example", "external": True, "licenses": ["emea"]}
"""Somebody whom only the list of holders shows, so that it is read."""
ROUGH_ONLY = ("ignored", "half", "partly", "refused", "lost")
FILES = """
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec:
  assignment: groupsThenOrganization
  defaults: {subscription: Sub-1, siteUrl: acme.webex.com}
  retention: {manual: remove, outsideDefaults: remove}
  manage: [Contact center Standard Agent]
  guards: {firstApply: all, removals: {count: 50, percent: 100, ceiling: 100}}
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec: {licenses: [{license: Basic Messaging}]}
---
apiVersion: webex-licenses/v1
kind: UserException
metadata: {name: bystander}
spec: {users: [bystander@acme.example], exempt: true, reason: Nobody touches them}
---
apiVersion: webex-licenses/v1
kind: UserException
metadata: {name: gone}
spec: {users: [frees@acme.example], deny: [Analytics Silver], reason: Moved on}
---
apiVersion: webex-licenses/v1
kind: UserException
metadata: {name: quits}
spec: {users: [quits@acme.example], deny: [Webex Calling - Professional], reason: Moved on}
---
apiVersion: webex-licenses/v1
kind: Acknowledgement
metadata: {name: quits}
spec: {license: Webex Calling - Professional, users: [quits@acme.example], reason: Moved on, until: 2027-01-01}
"""
MANY = """---
apiVersion: webex-licenses/v1
kind: Acknowledgement
metadata: {name: silver}
spec: {license: Analytics Silver, max: 99, reason: More than half of them go, until: 2027-01-01}
---
apiVersion: webex-licenses/v1
kind: Acknowledgement
metadata: {name: suite}
spec: {license: Webex Meetings Suite, max: 99, reason: More than half of them go, until: 2027-01-01}
---
apiVersion: webex-licenses/v1
kind: Acknowledgement
metadata: {name: calling}
spec: {license: Webex Calling - Professional, max: 99, reason: All of them go, until: 2027-01-01}
"""
_MESSAGING = {"license": "Basic Messaging"}
GRANTS: dict[str, list[dict[str, Any]]] = {
    "Hosts": [_MESSAGING, {"license": "Webex Meetings Suite"}],
    "Guests": [{"license": "Webex Meetings Suite", "accountType": "attendee"}],
    "Emea guests": [_MESSAGING, {"license": "Webex Meetings Suite", "site": OTHER_SITE, "accountType": "attendee"}],
    "Silver": [{"license": "Analytics Silver"}],
    "Gold": [{"license": "Analytics Gold"}],
    "Agents": [{"license": "Contact Center Premium Agent"}],
    "Callers": [
        {"license": "Webex Calling - Professional", "calling": {"number": "workPhone", "location": "fromNumber"}}
    ],
}


class _Plain(yaml.SafeDumper):
    """Without anchors, which our files must not have."""

    def ignore_aliases(self, data: Any) -> bool:
        """Everything is written out."""
        return True


class Scene(NamedTuple):
    """An organization, what is wrong with its Webex, and what is wanted of it."""

    name: str
    state: State
    faults: dict[str, Any]
    refuses: Refuses | None
    desired: Desired


def address(kind: str, copy: int = 0) -> str:
    """The address of somebody of this organization."""
    return f"{kind}{f'.{copy}' if copy else ''}@acme.example"


def is_kind(email: str, *kinds: str) -> bool:
    """Whether somebody is one of these, whichever copy."""
    return email.partition("@")[0].partition(".")[0] in kinds


def scene(name: str, folder: Path, *, copies: int = 1) -> Scene:
    """`smooth` or `rough`, so many times over; the files are written to `folder` and loaded from there."""
    rough = name == "rough"
    kinds = sorted({person for members in GROUPS.values() for person in members} | set(HOLDS))
    kinds = [kind for kind in kinds if rough or kind not in ROUGH_ONLY]
    each = range(copies)
    state = State.from_shape(
        {
            "organization": {"name": "Acme"},
            "licenses": [_times(license, copies) for license in LICENSES],
            "locations": [{"key": "hq", "name": "HQ", "calling": True}],
            "numbers": [
                {"number": f"+140855501{copy}{digit}", "location": "hq"} for copy in each for digit in range(3)
            ],
            "groups": [
                {"name": group, "members": [address(kind, copy) for kind in members if kind in kinds for copy in each]}
                for group, members in GROUPS.items()
            ],
            "people": [*(_person(kind, copy) for kind in kinds for copy in each), OUTSIDER],
            "attendeeOff": [OTHER_SITE] if rough else [],
            "tokens": [{"token": "token"}],
            "clients": [{"id": CLIENT.id, "secret": CLIENT.secret, "refreshToken": CLIENT.refresh_token}],
        }
    )
    return Scene(name, state, _faults(rough), _refuses if rough else None, desired_state(folder, copies=copies))


def _person(kind: str, copy: int) -> dict[str, Any]:
    person = {"email": address(kind, copy), "licenses": ["msg"]} | HOLDS.get(kind, {})
    if "workPhone" in person:
        person["workPhone"] = f"+140855501{copy}{person['workPhone'][-1]}"
    return person


def _times(license: dict[str, Any], copies: int) -> dict[str, Any]:
    return license | {"total": license["total"] * copies} if "total" in license else license


def desired_state(folder: Path, *, copies: int = 1) -> Desired:
    """The files of both organizations."""
    names = ("bystander", "frees", "quits")
    files = FILES + (MANY if copies > 1 else "")
    for name in names:
        everyone = ", ".join(address(name, copy) for copy in range(copies))
        files = files.replace(f"[{address(name)}]", f"[{everyone}]")
    documents = [
        {
            "apiVersion": "webex-licenses/v1",
            "kind": "GroupTemplate",
            "metadata": {"name": group.lower().replace(" ", "-")},
            "spec": {"groups": [group], "licenses": granted},
        }
        for group, granted in GRANTS.items()
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "acme.yaml").write_text(files + "---\n" + yaml.dump_all(documents, Dumper=_Plain))
    loaded = load_desired(folder)
    assert loaded.desired is not None, loaded.findings
    return loaded.desired


def _faults(rough: bool) -> dict[str, Any]:
    def once(who: str, **then: Any) -> dict[str, Any]:
        return {"match": {"method": "PATCH", "person": address(who)}, "times": 1, "then": then}

    return {
        "ignorePatch": ["gold", "premium"] if rough else [],
        "rules": [
            once("slow", status=429, retryAfter=3),
            once("answerless", status=502, effect="before"),
            once("late", status=504, effect="after", effectDelay=20),
            *([once("lost", status=504, delay=70)] if rough else []),
        ],
    }


def _refuses(state: State, person: Person, order: Order) -> rules.Outcome | None:
    """Webex says no to all of a call because of one license in it, and names it."""
    suite = state.licenses["host"]
    if person.email != address("refused") or suite not in [state.license(item.id) for item in order.licenses]:
        return None
    reason = Refusal(refusal.LICENSE_UNKNOWN, f"License not recognized: {suite.id}")
    return rules.Outcome(400, {"message": reason.message, "errors": [reason.body()]}, (reason,))
