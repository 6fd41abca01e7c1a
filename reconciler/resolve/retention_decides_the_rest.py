"""What is held, declared and not expected: the first matching row of the retention table decides.

a denied, b deactivated, c outside the defaults, d its template dropped it, e the person left its template, f the files
dropped its template, g its exception ended, h given by hand. Several claims: kept if any says preserve. Everything not
declared is left alone. Source: RULES 4.1-4.3 (R26-R35, C4, C7, C12).
"""

from __future__ import annotations

from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import Keep, Source
from reconciler.model.expected import Removal, Row, role
from reconciler.model.live import DROPPED
from reconciler.model.plan import Because
from reconciler.resolve.case import Case

Verdict = tuple[Row, str, Because]


def act(case: Case) -> None:
    """Decide on every declared holding that no wish is satisfied by."""
    if case.hands_off:
        return
    taken = {item.holding for item in case.satisfied.values()}
    taken |= {removal.holding for drops in case.swaps.values() for removal in drops}
    for product, pools in case.held.items():
        for pool in pools:
            if pool not in taken:
                _decide(case, pool, product)
    for site in case.key.attendee_sites:
        if role(site) not in taken:
            _decide(case, role(site), attendee(site))


def _decide(case: Case, holding: str, product: Product) -> None:
    claims = case.origins.get(holding, ())
    if product not in case.book.declared and not claims and product not in case.denied:
        return
    verdicts = _verdicts(case, holding, product, claims)
    kept = [verdict for verdict in verdicts if verdict[1] == "preserve"]
    row, _, _ = (kept or verdicts)[0]
    because = tuple(reason for _, _, reason in (kept or verdicts))
    if kept:
        case.keep(holding, product, row, because)
    else:
        case.leaving[holding] = Removal(holding, product, row, because)


def _verdicts(case: Case, holding: str, product: Product, claims: tuple[str, ...]) -> list[Verdict]:
    organization = case.book.organization
    policy, place = organization.retention, organization.source
    if product in case.denied:
        return [("a", "remove", case.denied[product])]
    if case.key.state == "deactivated":
        verdict: Keep = "remove" if organization.deactivated_users == "remove" else "preserve"
        return [("b", verdict, _because(f"deactivatedUsers {organization.deactivated_users}", None, place))]
    for item in case.silent:
        if product in item.products:
            because = _because("its template speaks for newcomers only", item.name, item.template.source)
            return [("h", "preserve", because)]
    if _outside(case, holding, product):
        because = _because(f"retention.outsideDefaults {policy.outside_defaults}", None, place)
        return [("c", policy.outside_defaults, because)]
    if claims:
        return [_claim(case, claim, product) for claim in claims]
    return [_manual(case, product)]


def _outside(case: Case, holding: str, product: Product) -> bool:
    """Whether the holding is in a subscription or on a site that the files do not name (RULES 4.3)."""
    book = case.book
    if not product.is_attendee and holding not in book.inside:
        return True
    return bool(product.site) and product.site not in book.named_sites and bool(case.speaking)


def _claim(case: Case, claim: str, product: Product) -> Verdict:
    kind, _, name = claim.partition(":")
    return _exception(case, name, product) if kind == "exception" else _template(case, kind, name, product)


def _exception(case: Case, name: str, product: Product) -> Verdict:
    for item in case.exceptions:
        if item.exception.name == name and any(grant.product == product for grant in item.grants):
            return "g", "preserve", item.because
    policy = case.book.organization.retention.exception_end
    label = f"exception:{name}"
    return "g", policy, _because(f"retention.exceptionEnd {policy}", label, case.book.organization.source)


def _template(case: Case, kind: str, name: str, product: Product) -> Verdict:
    policy, place = case.book.organization.retention, case.book.organization.source
    speaking = next((item for item in (*case.speaking, *case.silent) if item.name == name), None)
    if speaking is not None:
        if product in speaking.products:
            return "d", "preserve", _because("still granted, but a stronger rule won", name, speaking.template.source)
        keep: Keep = "preserve" if speaking.template.preserve_licenses else "remove"
        return (
            "d",
            keep,
            _because(
                f"the template dropped it, preserveLicenses {str(keep == 'preserve').lower()}",
                name,
                speaking.template.source,
            ),
        )
    if kind == DROPPED or case.book.files_ended(name, case.groups):
        keep = policy.template_removal
        return "f", keep, _because(f"the files dropped its template, retention.templateRemoval {keep}", name, place)
    change: Keep = "preserve" if policy.group_change == "preserve" else "remove"
    return (
        "e",
        change,
        _because(f"its template no longer speaks, retention.groupChange {policy.group_change}", name, place),
    )


def _manual(case: Case, product: Product) -> Verdict:
    policy, place = case.book.organization.retention, case.book.organization.source
    if policy.manual == "preserve" and policy.group_change == "removeAll" and moved_from(case):
        return "e", "remove", _because("retention.groupChange removeAll", None, place)
    return "h", policy.manual, _because(f"given by hand or unknown, retention.manual {policy.manual}", None, place)


def moved_from(case: Case) -> frozenset[str]:
    """The templates that gave this person something and stopped speaking because, as live was read, the person moved."""
    names = {
        claim.partition(":")[2] for claims in case.origins.values() for claim in claims if claim.startswith("template:")
    }
    speaking = {item.name for item in (*case.speaking, *case.silent)}
    return frozenset(name for name in names if name not in speaking and not case.book.files_ended(name, case.groups))


def _because(what: str, template: str | None, source: Source) -> Because:
    return Because(f"retention-decides-the-rest: {what}", template, str(source))
