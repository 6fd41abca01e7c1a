"""The Organization document: policies with their defaults filled in, percentages and durations as numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reconciler.book.catalog import Catalog, alias_table
from reconciler.load import build, formats
from reconciler.load.nodes import Document, Map, Seq, finding
from reconciler.load.secrets import shown
from reconciler.model import canonical
from reconciler.model.catalog import RENAMED
from reconciler.model.desired import (
    AdditionLimit,
    Budget,
    Capacity,
    Guards,
    LicenseCapacity,
    Notifications,
    Organization,
    Places,
    Price,
    RemovalLimit,
    Retention,
    Source,
)
from reconciler.model.finding import Finding


def organization(document: Document, name: str, found: list[Finding]) -> Organization:
    """The Organization document as a struct."""
    spec: Map = document.root["spec"]
    defaults, subscriptions = spec.get("defaults", {}), spec.get("subscriptions", {})
    site = defaults.get("siteUrl")
    _check_subscriptions(document, subscriptions, found)
    _check_twice(document, found)
    _check_currencies(document, found)
    aliases = _aliases(document, found)
    return Organization(
        name=name,
        assignment=spec["assignment"],
        org_id=_text(spec.get("orgId")),
        default_subscription=_text(defaults.get("subscription")),
        default_site=canonical.site(site) if site is not None else None,
        subscription_policy=subscriptions.get("policy", "defaultOnly"),
        subscription_order=tuple(text.strip() for text in subscriptions.get("order", ())),
        retention=_retention(spec.get("retention", {})),
        deactivated_users=spec.get("deactivatedUsers", "keep"),
        manage=tuple(build.managed(document, ("spec", "manage", at)) for at in range(len(spec.get("manage", ())))),
        aliases=aliases,
        tiers=_tiers(document, found, aliases),
        attendee_off=_attendee_sites(spec, "off"),
        attendee_on=_attendee_sites(spec, "on"),
        capacity=_capacity(document, found),
        guards=_guards(spec.get("guards", {})),
        prices={canonical.name(key): _price(price) for key, price in spec.get("prices", {}).items()},
        notifications=_notifications(spec.get("notifications", {})),
        source=document.source(document.at),
        places=Places(_places(document, spec)),
    )


def _attendee_sites(spec: Map, switched: str) -> frozenset[str]:
    features = spec.get("attendeeFeature", {})
    return frozenset(canonical.site(site) for site, value in features.items() if value == switched)


_SPELLED = {"attendeeFeature": canonical.site, "protected": canonical.email}
"""How the names below a key are compared, where they are not names of licenses, subscriptions or other keys."""


def _places(document: Document, node: Any, path: str = "", spelled: Any = canonical.name) -> dict[str, Source]:
    """Dotted path -> place, of everything below `node`; entries of a list go by their text, or by their number from 0."""
    found: dict[str, Source] = {}
    entries: list[tuple[str, Any, Any]] = []
    if isinstance(node, Map):
        entries = [(spelled(key), node[key], node.keys_at[key]) for key in node]
    elif isinstance(node, Seq):
        places = zip(node, node.values_at, strict=True)
        entries = [(spelled(e) if isinstance(e, str) else str(n), e, at) for n, (e, at) in enumerate(places)]
    for key, value, at in entries:
        found.setdefault(path + key, document.source(at))
        found |= _places(document, value, f"{path}{key}.", _SPELLED.get(key, canonical.name))
    return found


def _check_subscriptions(document: Document, subscriptions: Any, found: list[Finding]) -> None:
    policy, order = subscriptions.get("policy", "defaultOnly"), subscriptions.get("order", ())
    if policy == "oldestFirst" and not order:
        at = document.place(("spec", "subscriptions", "policy"))
        hint = "list the subscriptions under `order`, oldest first: Webex does not tell when they began"
        found.append(finding("order-missing", document.source(at), "`policy: oldestFirst` needs `order`", hint))
    if policy == "defaultOnly" and order:
        at = subscriptions.keys_at["order"]
        found.append(
            finding(
                "no-effect",
                document.source(at),
                "`order` has no effect with `policy: defaultOnly`",
                "write `policy: oldestFirst`, or delete `order`",
                "warning",
            )
        )


_LISTS: tuple[tuple[tuple[str, str], Callable[[str], str]], ...] = (
    (("subscriptions", "order"), str.strip),
    (("guards", "protected"), canonical.email),
)


def _check_twice(document: Document, found: list[Finding]) -> None:
    """Entries that are the same once they are spelled alike."""
    spec = document.root["spec"]
    for path, spelled in _LISTS:
        node: Seq = spec.get(path[0], {}).get(path[1], Seq(document.at))
        build.listed_twice(
            [(spelled(text), text, document.source(at)) for text, at in zip(node, node.values_at, strict=True)], found
        )
    entries = [build.managed(document, ("spec", "manage", at)) for at in range(len(spec.get("manage", ())))]
    build.managed_twice(entries, found)


def _retention(node: Any) -> Retention:
    default = Retention()
    return Retention(
        outside_defaults=node.get("outsideDefaults", default.outside_defaults),
        group_change=node.get("groupChange", default.group_change),
        template_removal=node.get("templateRemoval", default.template_removal),
        exception_end=node.get("exceptionEnd", default.exception_end),
        manual=node.get("manual", default.manual),
        adopt=node.get("adopt", default.adopt),
    )


def _aliases(document: Document, found: list[Finding]) -> dict[str, str]:
    node = document.root["spec"].get("aliases", {})
    pairs = {canonical.name(old): canonical.name(new) for old, new in node.items()}
    table = alias_table(pairs)
    for old in node:
        seen, at = set(), canonical.name(old)
        while at in table and at not in seen:
            seen.add(at)
            at = table[at]
        if at in seen and at == canonical.name(old):
            renamed = sorted(seen & RENAMED.keys() - pairs.keys())
            hint = "let aliases point to the name Webex uses today"
            if renamed:
                hint = f"{renamed[0]!r} is understood without an alias: Webex renamed it; delete this one"
            message = f"the alias {shown(old)} leads back to itself"
            found.append(finding("alias-circle", document.source(node.keys_at[old]), message, hint))
    return pairs


def _tiers(document: Document, found: list[Finding], aliases: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The pairs of the files. A pair that makes a license stand above itself, through others or not, is an error."""
    nodes = document.root["spec"].get("tiers", ())
    pairs = tuple((canonical.name(higher), canonical.name(lower)) for higher, lower in nodes)
    known = Catalog((), aliases, pairs).tiers
    built_in = len(known) - len(pairs)
    for index, (higher, lower) in enumerate(known[built_in:]):
        at = document.source(document.place(("spec", "tiers", index)))
        before = known[: built_in + index]
        if higher == lower:
            found.append(finding("wrong-value", at, "a license is no tier of itself", "write [higher, lower]"))
        elif higher in _below(lower, before):
            message = f"{shown(higher)} stands above {shown(lower)} here and below it in other pairs"
            found.append(finding("tier-circle", at, message, "write [higher, lower], and keep one order"))
        elif (higher, lower) in before:
            which = "built in" if index == 0 or (higher, lower) in known[:built_in] else "listed already"
            message = f"the pair {shown(higher)}, {shown(lower)} is {which}"
            found.append(finding("listed-twice", at, message, "delete it", "warning"))
    return pairs


def _below(name: str, pairs: Sequence[tuple[str, str]]) -> set[str]:
    """Everything of a lower tier than `name`, through any number of pairs."""
    below: set[str] = set()
    todo = [name]
    while todo:
        at = todo.pop()
        new = {lower for higher, lower in pairs if higher == at} - below
        below |= new
        todo += new
    return below


def _capacity(document: Document, found: list[Finding]) -> Capacity:
    node = document.root["spec"].get("capacity", {})
    default = _license_capacity(node, LicenseCapacity())
    licenses = {
        canonical.name(key): _license_capacity(value, default) for key, value in node.get("licenses", {}).items()
    }
    _check_overage(document, default, (), found)
    for key in node.get("licenses", {}):
        if "enforcement" in node["licenses"][key]:
            _check_overage(document, licenses[canonical.name(key)], ("licenses", key), found)
    return Capacity(default, licenses, tuple(_budget(document, at) for at in range(len(node.get("budgets", ())))))


def _license_capacity(node: Any, default: LicenseCapacity) -> LicenseCapacity:
    overage = node.get("overage")
    return LicenseCapacity(
        enforcement=node.get("enforcement", default.enforcement),
        overage_percent=formats.to_percent(overage["percent"]) if overage is not None else default.overage_percent,
    )


def _check_overage(document: Document, capacity: LicenseCapacity, path: tuple[str, ...], found: list[Finding]) -> None:
    if capacity.enforcement == "overage" and capacity.overage_percent == 0:
        at = document.place(("spec", "capacity", *path, "enforcement"))
        found.append(
            finding(
                "overage-missing",
                document.source(at),
                "`enforcement: overage` needs `overage: {percent: ...}`",
                "say how many percent above what was bought",
            )
        )


def _budget(document: Document, index: int) -> Budget:
    path = ("spec", "capacity", "budgets", index)
    node = document.root["spec"]["capacity"]["budgets"][index]
    return Budget(
        license=canonical.name(node["license"]),
        group=build.group(document, (*path, "group")),
        max=node["max"],
        source=document.source(document.place(path)),
    )


def _guards(node: Any) -> Guards:
    default = Guards()
    removals = node.get("removals", {})
    return Guards(
        removals=RemovalLimit(
            count=removals.get("count", default.removals.count),
            percent=formats.to_percent(removals.get("percent", default.removals.percent)),
            ceiling=removals.get("ceiling", default.removals.ceiling),
        ),
        additions=_additions(node.get("additions", {})),
        irreversible=node.get("irreversible", default.irreversible),
        first_apply=node.get("firstApply", default.first_apply),
        protected=tuple(sorted({canonical.email(text) for text in node.get("protected", ())})),
        shrinkage_percent=formats.to_percent(node.get("shrinkage", default.shrinkage_percent)),
        counter_slack_percent=formats.to_percent(node.get("counterSlack", default.counter_slack_percent)),
        max_age_seconds=formats.to_seconds(node["maxAge"]) if "maxAge" in node else default.max_age_seconds,
        stop_after_errors=node.get("stopAfterErrors", default.stop_after_errors),
    )


def _additions(node: Any) -> AdditionLimit | None:
    return AdditionLimit(node.get("count", 0), formats.to_percent(node.get("percent", 0))) if node else None


def _check_currencies(document: Document, found: list[Finding]) -> None:
    prices = document.root["spec"].get("prices", {})
    first = next((price["currency"] for price in prices.values()), "")
    for name, price in prices.items():
        if price["currency"] != first:
            at = document.source(document.place(("spec", "prices", name, "currency")))
            message = f"prices in {first} and in {price['currency']} have no sum"
            found.append(finding("several-currencies", at, message, f"write every price in {first}"))


def _notifications(node: Any) -> Notifications:
    default = Notifications()
    return Notifications(
        webhook=_text(node.get("webhook")),
        space=_text(node.get("space")),
        on=tuple(node.get("on", default.on)),
        about=tuple(node.get("about", default.about)),
        pool_below=formats.to_percent(node.get("poolBelow", default.pool_below)),
        details=node.get("details", default.details),
    )


def _price(node: Any) -> Price:
    return Price(float(node["amount"]), node["currency"], node["per"])


def _text(text: str | None) -> str | None:
    return text.strip() if text is not None else None
