"""The Organization document: policies with their defaults filled in, percentages and durations as numbers."""

from __future__ import annotations

from typing import Any

from reconciler.load import build, formats
from reconciler.load.nodes import Document, Map, Seq, finding
from reconciler.load.secrets import shown
from reconciler.model import canonical
from reconciler.model.desired import (
    AdditionLimit,
    Budget,
    Capacity,
    Guards,
    LicenseCapacity,
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
        aliases=_aliases(document, found),
        tiers=_tiers(document, found),
        attendee_off=frozenset(
            canonical.site(key) for key, value in spec.get("attendeeFeature", {}).items() if value == "off"
        ),
        capacity=_capacity(document, found),
        guards=_guards(spec.get("guards", {})),
        prices={canonical.name(key): _price(price) for key, price in spec.get("prices", {}).items()},
        source=document.source(document.at),
        places=Places(_places(document, spec)),
    )


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
    table = {canonical.name(old): canonical.name(new) for old, new in node.items()}
    for old in node:
        seen, at = set(), canonical.name(old)
        while at in table and at not in seen:
            seen.add(at)
            at = table[at]
        if at == canonical.name(old):
            message = f"the alias {shown(old)} leads back to itself"
            hint = "let aliases point to the name Webex uses today"
            found.append(finding("alias-circle", document.source(node.keys_at[old]), message, hint))
    return table


def _tiers(document: Document, found: list[Finding]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for index, (higher, lower) in enumerate(document.root["spec"].get("tiers", ())):
        pair = (canonical.name(higher), canonical.name(lower))
        if pair[0] == pair[1]:
            at = document.place(("spec", "tiers", index))
            found.append(
                finding("wrong-value", document.source(at), "a license is no tier of itself", "write [higher, lower]")
            )
        pairs.append(pair)
    return tuple(pairs)


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


def _price(node: Any) -> Price:
    return Price(float(node["amount"]), node["currency"], node["per"])


def _text(text: str | None) -> str | None:
    return text.strip() if text is not None else None
