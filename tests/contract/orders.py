"""Changes as tests write them, sent through any client, and what each client sees of a person afterwards."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wxc_sdk.licenses import (
    LicenseProperties,
    LicenseRequest,
    LicenseRequestOperation,
    SiteAccountType,
    SiteUrlsRequest,
)

from reconciler.sandbox import State
from tests.contract.clients import wps, wxc_call
from tests.support.sandbox_server import RunningSandbox

# wxc-sdk's enumerations are invisible to mypy
OPERATION: Any = LicenseRequestOperation
ATTENDEE: Any = getattr(SiteAccountType, "attendee")  # noqa: B009
ANN = "ann@small.example"


@dataclass(frozen=True)
class Item:
    """A license to add or remove, by key; an unknown key is sent as it stands. `location` is a key as well."""

    key: str
    operation: str = "add"
    number: str | None = None
    extension: str | None = None
    location: str | None = None

    def body(self, state: State) -> dict[str, Any]:
        """As JSON of the specification."""
        known = state.licenses.get(self.key)
        place = state.locations.get(self.location or "")
        properties = {
            "phoneNumber": self.number,
            "extension": self.extension,
            "locationId": place.id if place else self.location,
        }
        properties = {name: value for name, value in properties.items() if value}
        body: dict[str, Any] = {"id": known.id if known else self.key, "operation": self.operation}
        return body | ({"properties": properties} if properties else {})


def gone(key: str) -> Item:
    """A removal."""
    return Item(key, "remove")


@dataclass(frozen=True)
class Order:
    """One PATCH. `attendee`: site -> add or remove."""

    items: Sequence[Item] = ()
    attendee: dict[str, str] = field(default_factory=dict)
    email: str = ANN

    def body(self, state: State) -> dict[str, Any]:
        """As JSON of the specification."""
        sites = [
            {"siteUrl": site, "accountType": "attendee", "operation": operation}
            for site, operation in self.attendee.items()
        ]
        return {"email": self.email, "licenses": [item.body(state) for item in self.items], "siteUrls": sites}

    def arguments(self, state: State) -> dict[str, Any]:
        """As wxc-sdk takes it."""
        body = self.body(state)
        licenses = [
            LicenseRequest(
                id=item["id"],
                operation=OPERATION(item["operation"]),
                properties=LicenseProperties.model_validate(item["properties"]) if "properties" in item else None,
            )
            for item in body["licenses"]
        ]
        sites = [
            SiteUrlsRequest(site_url=site, account_type=ATTENDEE, operation=OPERATION(operation))
            for site, operation in self.attendee.items()
        ]
        return {"email": self.email, "licenses": licenses or None, "site_urls": sites or None}


def send(sandbox: RunningSandbox, order: Order, writer: str) -> Any:
    """Through wxc-sdk (`writer` is "sync" or "async"): its answer."""
    arguments = order.arguments(sandbox.state)
    return wxc_call(sandbox, writer, "licenses.assign_licenses_to_users", **arguments)


def send_bare(sandbox: RunningSandbox, order: Order) -> Any:
    """Through webexpythonsdk's session, as it has no method of its own for that; 200 is success to it and nothing else."""
    session = wps(sandbox)._session
    return session.request("PATCH", "licenses/users", erc=200, json=order.body(sandbox.state)).json()


def tell(sandbox: RunningSandbox, path: str, body: Any) -> Any:
    """A POST below `/sandbox`."""
    request = urllib.request.Request(f"{sandbox.origin}/sandbox{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@dataclass
class View:
    """What a client sees of a person: licenses by key, sites, place; and units in use of every license by key."""

    licenses: set[str] = field(default_factory=set)
    sites: list[str] = field(default_factory=list)
    extension: str | None = None
    location: str | None = None
    phones: list[tuple[str, str]] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)


def look(sandbox: RunningSandbox, reader: str, email: str = ANN) -> View:
    """The person as `reader` sees it: "sync" and "async" are wxc-sdk, "other" is webexpythonsdk."""
    state = sandbox.state
    keys = {license.id: key for key, license in state.licenses.items()}
    places = {place.id: key for key, place in state.locations.items()}
    if reader == "other":
        # through its session: `people.list` sends further parameters under the name `request_parameters`
        (body,) = wps(sandbox)._session.get("people", params={"email": email, "callingData": "true"})["items"]
        assert wps(sandbox).people.get(body["id"]).json_data.get("licenses") == body.get("licenses")
        units = {keys[one.id]: one.json_data["consumedUnits"] for one in wps(sandbox).licenses.list()}
        phones = [(phone["type"], phone["value"]) for phone in body.get("phoneNumbers", [])]
        held, sites = body.get("licenses", []), body.get("siteUrls", [])
        extension, location = body.get("extension"), body.get("locationId")
    else:
        (found,) = wxc_call(sandbox, reader, "people.list", email=email)
        person = wxc_call(sandbox, reader, "people.details", person_id=found.person_id, calling_data=True)
        units = {keys[one.license_id]: one.consumed_units for one in wxc_call(sandbox, reader, "licenses.list")}
        phones = [(phone.number_type, phone.value) for phone in person.phone_numbers or []]
        held, sites, extension, location = person.licenses, person.site_urls, person.extension, person.location_id
    place = places[location] if location else None
    return View({keys[one] for one in held or []}, list(sites or []), extension, place, phones, units)


def look_everywhere(sandbox: RunningSandbox, email: str = ANN) -> View:
    """The person as all clients see it, who must agree."""
    views = [look(sandbox, reader, email) for reader in ("sync", "async", "other")]
    assert views[0] == views[1] == views[2]
    return views[0]
