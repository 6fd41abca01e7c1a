"""The body of `PATCH /licenses/users`, read with suspicion: what is asked, before anybody asks whether it is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.sandbox.nouns import License

Operation = Literal["add", "remove"]


class BadRequestError(Exception):
    """A request that makes no sense at all: 400 with this message, nothing is done."""


@dataclass(eq=False, slots=True)
class LicenseItem:
    """One entry of `licenses`. `properties` None: absent. `license` is filled in once it is found."""

    id: str
    operation: Operation
    properties: dict[str, str] | None = None
    license: License | None = None


@dataclass(eq=False, slots=True)
class SiteItem:
    """One entry of `siteUrls`; `site` is a lower-case host name."""

    site: str
    operation: Operation
    account_type: str = "attendee"


Item = LicenseItem | SiteItem


@dataclass(slots=True)
class Order:
    """Everything asked for one person, who is named by `person_id`, `email` or both."""

    person_id: str | None
    email: str | None
    org_id: str | None
    licenses: list[LicenseItem] = field(default_factory=list)
    sites: list[SiteItem] = field(default_factory=list)


def read(body: object) -> Order:
    """The order in a decoded body; BadRequestError says what is wrong with it."""
    if not isinstance(body, dict):
        raise BadRequestError("The request body must be a JSON object.")
    order = Order(_text(body, "personId"), _text(body, "email"), _text(body, "orgId"))
    if not order.person_id and not order.email:
        raise BadRequestError("One of email and personId is required.")
    order.licenses = [_license(raw) for raw in _list(body, "licenses")]
    order.sites = [_site(raw) for raw in _list(body, "siteUrls")]
    if not order.licenses and not order.sites:
        raise BadRequestError("One of licenses and siteUrls is required.")
    return order


def _license(raw: dict[str, Any]) -> LicenseItem:
    license_id = _text(raw, "id")
    if not license_id:
        raise BadRequestError("Each entry of licenses needs an id.")
    properties = raw.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise BadRequestError("properties must be an object.")
    kept = None
    if properties is not None:
        kept = {key: value for key in ("locationId", "phoneNumber", "extension") if (value := _text(properties, key))}
    return LicenseItem(license_id, _operation(raw), kept)


def _site(raw: dict[str, Any]) -> SiteItem:
    site, account_type = _text(raw, "siteUrl"), _text(raw, "accountType")
    if not site or not account_type:
        raise BadRequestError("Each entry of siteUrls needs siteUrl and accountType.")
    return SiteItem(site.lower(), _operation(raw), account_type.lower())


def _operation(raw: dict[str, Any]) -> Operation:
    operation = (_text(raw, "operation") or "add").lower()
    if operation == "add":
        return "add"
    if operation == "remove":
        return "remove"
    raise BadRequestError(f"operation must be add or remove, not {operation}.")


def _text(body: dict[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise BadRequestError(f"{key} must be a string.")
    return value


def _list(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadRequestError(f"{key} must be a list of objects.")
    return value
