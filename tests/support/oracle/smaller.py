"""A failing case made small and put into words, so that somebody can read it: everything the failure does not need goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec

from tests.support.live import Someone
from tests.support.oracle.predict import Case


def names(case: Case) -> dict[str, str]:
    """License ids in words."""
    return {x.id: " ".join(filter(None, (x.name, x.site and f"@ {x.site}", x.subscription))) for x in case.licenses}


def _without(items: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for index in range(len(items)):
        yield (*items[:index], *items[index + 1 :])


def _smaller(case: Case) -> Iterator[Case]:
    people = tuple(case.people)
    for fewer in _without(people):
        yield _recounted(case, fewer)
    for index, person in enumerate(people):
        for fields in _plainer(person):
            changed = msgspec.structs.replace(person, **fields)
            yield _recounted(case, (*people[:index], changed, *people[index + 1 :]))
    files = case.files
    for field in ("templates", "exceptions", "acknowledgements"):
        items = getattr(files, field)
        for fewer_items in _without(items):
            yield replace(case, files=msgspec.structs.replace(files, **{field: fewer_items}))
    for field, part in (
        ("templates", "licenses"),
        ("exceptions", "add"),
        ("exceptions", "deny"),
        ("exceptions", "users"),
    ):
        items = getattr(files, field)
        for index, item in enumerate(items):
            for less in _without(getattr(item, part)):
                other = msgspec.structs.replace(item, **{part: less})
                changed_items = (*items[:index], other, *items[index + 1 :])
                yield replace(case, files=msgspec.structs.replace(files, **{field: changed_items}))
    for index, template in enumerate(files.templates):
        for name, value in (("existing_users", True), ("preserve_licenses", True), ("priority", 100), ("active_from", None),
                            ("explicitly_licensed_newcomers", "apply")):  # fmt: skip
            if getattr(template, name) != value:
                other = msgspec.structs.replace(template, **{name: value})
                changed_items = (*files.templates[:index], other, *files.templates[index + 1 :])
                yield replace(case, files=msgspec.structs.replace(files, templates=changed_items))
    organization = files.organization
    default = type(organization)(
        "acme", organization.assignment, default_subscription="Sub-1", default_site="acme.webex.com"
    )
    for name in organization.__struct_fields__:
        if name not in ("name", "assignment", "source") and getattr(organization, name) != getattr(default, name):
            less_org = msgspec.structs.replace(organization, **{name: getattr(default, name)})
            yield replace(case, files=msgspec.structs.replace(files, organization=less_org))
    for name in organization.retention.__struct_fields__:
        value = getattr(default.retention, name)
        if getattr(organization.retention, name) != value:
            less_ret = msgspec.structs.replace(organization.retention, **{name: value})
            less_org = msgspec.structs.replace(organization, retention=less_ret)
            yield replace(case, files=msgspec.structs.replace(files, organization=less_org))
    if case.memory.waiting:
        yield replace(case, memory=msgspec.structs.replace(case.memory, waiting={}))
    for fewer in _without(tuple(case.licenses)):
        gone = {x.id for x in case.licenses} - {x.id for x in fewer}
        if not any(gone & set(person.holds) for person in people):
            yield replace(case, licenses=fewer)


def _plainer(person: Someone) -> Iterator[dict[str, Any]]:
    for less in _without(person.holds):
        given = {k: v for k, v in person.given.items() if k in less or k.startswith("attendee:")}
        yield {"holds": less, "given": given}
    for less in _without(person.attendee):
        given = {k: v for k, v in person.given.items() if not k.startswith("attendee:") or k[9:] in less}
        yield {"attendee": less, "given": given}
    for less in _without(person.groups):
        yield {"groups": less}
    for key in person.given:
        yield {"given": {k: v for k, v in person.given.items() if k != key}}
    for name, value in (("admin_of", ()), ("created", None), ("work_phone", None), ("extension", None),
                        ("paid_at_first_sight", False), ("state", "active"), ("moved", None), ("joined", {})):  # fmt: skip
        if getattr(person, name) != value:
            yield {name: value}


def _recounted(case: Case, people: tuple[Someone, ...]) -> Case:
    licenses = []
    for license in case.licenses:
        before = sum(license.id in person.holds for person in case.people)
        after = sum(license.id in person.holds for person in people)
        used, users = (license.consumed or 0) - before + after, (license.consumed_by_users or 0) - before + after
        licenses.append(msgspec.structs.replace(license, consumed=used, consumed_by_users=users))
    memory = case.memory
    if memory.registry is not None:
        peopled = {group for person in people for group in person.groups}
        known = tuple(
            msgspec.structs.replace(k, had_members=k.had_members and k.id in peopled) for k in memory.known_groups
        )
        memory = msgspec.structs.replace(memory, known_groups=known, people_before=len(people))
    return replace(case, people=people, licenses=tuple(licenses), memory=memory)


def shrunk(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The case with everything taken out that the failure does not need."""
    while True:
        for smaller in _smaller(case):
            if smaller.people and smaller.files.templates and fails(smaller):
                case = smaller
                break
        else:
            return case


def described(case: Case) -> str:
    """The case in words, without what is as usual."""
    named = names(case) | {group.id: group.name for group in case.groups}

    def words(text: object) -> str:
        shown = str(text)
        for key, name in named.items():
            shown = shown.replace(key, f"<{name}>")
        return shown

    def lean(value: Any) -> str:
        usual = {f.name: f.default for f in msgspec.structs.fields(value)}
        shown = []
        for name in value.__struct_fields__:
            item = getattr(value, name)
            if name in ("source", "first_seen") or item == usual[name] or item in ((), {}, None):
                continue
            if isinstance(item, msgspec.Struct):
                item = lean(item)
            elif isinstance(item, tuple) and item and isinstance(item[0], msgspec.Struct):
                item = "[" + "; ".join(map(lean, item)) + "]"
            shown.append(f"{name}={item}")
        return f"{type(value).__name__}({', '.join(shown)})"

    lines = [lean(case.files.organization), *map(lean, case.files.templates), *map(lean, case.files.exceptions)]
    lines += [lean(person) for person in case.people]
    lines += [f"{named[x.id]}: {x.total} total, {x.consumed} used" for x in case.licenses]
    lines += [lean(case.memory)]
    return "\n".join("    " + words(line) for line in lines)
