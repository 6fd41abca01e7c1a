"""From a checked document to the structs of `model.desired`: names, addresses and sites in their canonical spelling.

Runs only on documents that keep their schema, so nothing is asked twice; what no schema can say is checked here, at the
place where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from reconciler.load import formats
from reconciler.load.nodes import Document, Map, Path, Seq, finding
from reconciler.load.secrets import shown
from reconciler.model import canonical
from reconciler.model.desired import (
    NOWHERE,
    Acknowledgement,
    Calling,
    CallingAssignment,
    GroupReference,
    Managed,
    Reference,
    Source,
    Template,
    TemplateTest,
    TestGiven,
    UserException,
)
from reconciler.model.finding import Finding

_DEFAULT_CALLING = Calling()


def template(document: Document, name: str, found: list[Finding]) -> Template:
    """An OrganizationTemplate or a GroupTemplate."""
    spec: Map = document.root["spec"]
    existing, preserve = spec.get("existingUsers", True), spec.get("preserveLicenses", True)
    if not preserve and not existing:
        hint = "set existingUsers: true, or leave preserveLicenses out"
        found.append(
            finding(
                "preserve-needs-existing",
                document.source(spec.keys_at["preserveLicenses"]),
                "`preserveLicenses: false` needs `existingUsers: true`",
                hint,
            )
        )
    if existing and "activeFrom" in spec:
        message = "`activeFrom` has no effect on a template for existing users"
        found.append(
            finding(
                "no-effect",
                document.source(spec.keys_at["activeFrom"]),
                message,
                "set existingUsers: false, or delete activeFrom",
                "warning",
            )
        )
    return Template(
        name=name,
        kind="organization" if document.root["kind"] == "OrganizationTemplate" else "group",
        licenses=tuple(reference(document, ("spec", "licenses", at), found) for at in range(len(spec["licenses"]))),
        groups=tuple(group(document, ("spec", "groups", at)) for at in range(len(spec.get("groups", ())))),
        existing_users=existing,
        preserve_licenses=preserve,
        priority=spec.get("priority", 100),
        active_from=day(spec.get("activeFrom")),
        explicitly_licensed_newcomers=spec.get("explicitlyLicensedNewcomers", "apply"),
        source=document.source(document.at),
    )


def exception(document: Document, name: str, found: list[Finding]) -> UserException:
    """A UserException."""
    spec: Map = document.root["spec"]
    users: Seq = spec["users"]
    denied = tuple(managed(document, ("spec", "deny", at)) for at in range(len(spec.get("deny", ()))))
    managed_twice(denied, found)
    return UserException(
        name=name,
        users=tuple(
            (canonical.email(text), document.source(at)) for text, at in zip(users, users.values_at, strict=True)
        ),
        reason=spec["reason"].strip(),
        exempt=spec.get("exempt", False),
        add=tuple(reference(document, ("spec", "add", at), found) for at in range(len(spec.get("add", ())))),
        deny=denied,
        calling=calling(document, ("spec", "calling"), found) if "calling" in spec else None,
        until=day(spec.get("until")),
        source=document.source(document.at),
    )


def calling_rows(document: Document, name: str) -> list[CallingAssignment]:
    """The rows that stand in a CallingAssignments document itself."""
    rows: Seq = document.root["spec"]["rows"]
    return [
        CallingAssignment(
            email=canonical.email(row["email"]),
            location=_name(row.get("location")),
            number=_stripped(row.get("number")),
            extension=_stripped(row.get("extension")),
            document=name,
            source=document.source(at),
        )
        for row, at in zip(rows, rows.values_at, strict=True)
    ]


def acknowledgement(document: Document, name: str) -> Acknowledgement:
    """An Acknowledgement."""
    spec: Map = document.root["spec"]
    return Acknowledgement(
        name=name,
        reason=spec["reason"].strip(),
        until=date.fromisoformat(spec["until"].strip()),
        license=_name(spec.get("license")),
        group=group(document, ("spec", "group")) if "group" in spec else None,
        users=tuple(canonical.email(text) for text in spec.get("users", ())),
        max=spec.get("max"),
        source=document.source(document.at),
    )


def template_test(document: Document, name: str, found: list[Finding]) -> TemplateTest:
    """A TemplateTest."""
    spec: Map = document.root["spec"]
    for path in (("given", "holds"), ("expect", "licenses")):
        _check_products(document, path, found)
    given, expect = spec.get("given", {}), spec["expect"]
    return TemplateTest(
        name=name,
        given=TestGiven(
            groups=tuple(canonical.name(text) for text in given.get("groups", ())),
            work_phone=given.get("workPhone"),
            email=canonical.email(given.get("email", TestGiven().email)),
            newcomer=given.get("newcomer", False),
            holds=tuple(product(text) for text in given.get("holds", ())),
            attendee_sites=_sites(given.get("attendeeSites", ())),
            site_admin_of=_sites(given.get("siteAdminOf", ())),
            active=given.get("active", True),
            external=given.get("external", False),
        ),
        licenses=tuple(product(text) for text in expect["licenses"]),
        attendee_sites=_sites(expect.get("attendeeSites", ())),
        source=document.source(document.at),
    )


def reference(document: Document, path: Path, found: list[Finding]) -> Reference:
    """A license as a template or an exception grants it."""
    node: Map = _at(document, path)
    return Reference(
        license=_name(node.get("license")),
        id=_stripped(node.get("id")),
        subscription=_stripped(node.get("subscription")),
        site=_site(node.get("site")),
        account_type=node.get("accountType", "host"),
        calling=calling(document, (*path, "calling"), found) if "calling" in node else None,
        source=document.source(document.place(path)),
    )


def managed(document: Document, path: Path) -> Managed:
    """An entry of `manage` or `deny`."""
    node, source = _at(document, path), document.source(document.place(path))
    if isinstance(node, str):
        return Managed(name=canonical.name(node), source=source)
    if "attendee" in node:
        return Managed(attendee_site=_site(node["attendee"]), source=source)
    return Managed(reference=reference(document, path, []), source=source)


def managed_twice(entries: Sequence[Managed], found: list[Finding]) -> None:
    """Warn of entries of `manage` or `deny` that say the same."""
    plain = []
    for entry in entries:
        bare = entry.reference and msgspec.structs.replace(entry.reference, source=NOWHERE)
        text = entry.name or entry.attendee_site or (bare and (bare.license or bare.id)) or ""
        plain.append((repr(msgspec.structs.replace(entry, reference=bare, source=NOWHERE)), text, entry.source))
    listed_twice(plain, found)


def listed_twice(entries: Iterable[tuple[str, str, Source]], found: list[Finding]) -> None:
    """Warn of entries (canonical spelling, as written, place) that stand in a list twice."""
    seen: set[str] = set()
    for same, text, source in entries:
        if same in seen:
            message = f"{shown(text)} is listed twice"
            found.append(finding("listed-twice", source, message, "delete one of the two", "warning"))
        seen.add(same)


def group(document: Document, path: Path) -> GroupReference:
    """A group by name or by id."""
    node, source = _at(document, path), document.source(document.place(path))
    if isinstance(node, str):
        return GroupReference(name=canonical.name(node), source=source)
    return GroupReference(id=node["id"].strip(), source=source)


def calling(document: Document, path: Path, found: list[Finding]) -> Calling:
    """A `calling` block; a finding where it can never give anybody a number or an extension (RULES 6.1)."""
    node: Map = _at(document, path)
    source = document.source(document.place(path))
    extension = node.get("extension", "none")
    block = Calling(
        number=node.get("number", _DEFAULT_CALLING.number).strip(),
        location=canonical.name(node.get("location", _DEFAULT_CALLING.location)),
        extension="lastDigits" if isinstance(extension, Map) else extension.strip(),
        last_digits=extension["lastDigits"] if isinstance(extension, Map) else None,
        beside_ucm=node.get("besideUcm", False),
        source=source,
    )
    if block.number == "none" and block.extension in ("none", "lastDigits"):
        hint = "name a number, or an extension: `fromDirectory`, or the digits in an exception"
        found.append(finding("calling-incomplete", source, "a Calling license needs a number or an extension", hint))
    elif block.number == "none" and block.location == "fromNumber":
        found.append(
            finding(
                "calling-incomplete",
                source,
                "without a number the location must be named",
                "write `location:` and the location's name",
            )
        )
    return block


def day(text: str | None) -> date | None:
    """A date that the schema let through."""
    return date.fromisoformat(text.strip()) if text is not None else None


def product(text: str) -> str:
    """`NAME` or `NAME @ SITE` in canonical spelling.

    >>> product("Webex Meetings Suite  @ EMEA.acme.webex.com")
    'Webex Meetings Suite @ emea.acme.webex.com'
    """
    name, separator, site = text.rpartition(" @ ")
    return f"{canonical.name(name)} @ {canonical.site(site)}" if separator else canonical.name(text)


def _check_products(document: Document, path: tuple[str, str], found: list[Finding]) -> None:
    """The site of `NAME @ SITE` keeps the rules of every site (RULES 1.8)."""
    texts = document.root["spec"].get(path[0], {}).get(path[1], ())
    for number, text in enumerate(texts):
        trouble = formats.site(text.rpartition(" @ ")[2]) if " @ " in text else None
        if trouble is not None:
            source = document.source(document.place(("spec", *path, number)))
            found.append(finding("wrong-value", source, f"the site of {shown(text)} {trouble.message}", trouble.hint))


def _at(document: Document, path: Path) -> Any:
    node: Any = document.root
    for step in path:
        node = node[step]
    return node


def _name(text: str | None) -> str | None:
    return canonical.name(text) if text is not None else None


def _site(text: str | None) -> str | None:
    return canonical.site(text) if text is not None else None


def _sites(texts: Any) -> tuple[str, ...]:
    return tuple(sorted(canonical.site(text) for text in texts))


def _stripped(text: str | None) -> str | None:
    return text.strip() if text is not None else None
