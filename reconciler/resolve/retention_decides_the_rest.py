"""What is held, declared and not expected: the first matching row of the retention table decides.

a denied, b deactivated, c outside the defaults, d its template dropped it, e the person left its template, f the files
dropped its template, g its exception ended, h given by hand. Several claims: kept if any says preserve. What nothing
declares is left alone. Why: a license that nobody grants any more was given by somebody for a reason, and whether it
may go depends on who gave it and on what changed since; Control Hub has two switches for this and forgets who gave what.
Source: RULES 4.1, 4.2, 4.3 (R26-R35, C4, C7, C12).

Rows c and h: in another subscription, or by hand. What no file names stays, whatever the policies say.

>>> from tests.support.example import example
>>> story = '''
... organization: {manage: [Webex Meetings Suite], retention: {outsideDefaults: %s, manual: %s}}
... templates: {everyone: {licenses: [Basic Messaging]}}
... people:
...   ann: {holds: [Basic Messaging, Webex Meetings Suite (Sub-2)]}
...   bob: {holds: [Basic Messaging, Webex Meetings Suite (Sub-1), Real-Time Translations]}
... '''
>>> example(story % ("remove", "preserve"))
ann: - Webex Meetings Suite @ acme.webex.com (Sub-2)
>>> example(story % ("preserve", "remove"))
bob: - Webex Meetings Suite @ acme.webex.com (Sub-1)

Row d: the template that gave it speaks still, and dropped it.

>>> example('''
... templates: {everyone: {licenses: [Basic Messaging], preserveLicenses: false}}
... before: {templates: {everyone: {licenses: [Basic Messaging, Real-Time Translations]}}}
... people:
...   ann: {holds: [Basic Messaging, Real-Time Translations], given: {Real-Time Translations: everyone}}
...   bob: {holds: [Basic Messaging, Real-Time Translations]}
... ''', reasons=True)
ann: - Real-Time Translations because retention-decides-the-rest: the template dropped it, preserveLicenses
    false (everyone)

Rows e and f: ann left the group, and bob's template was deleted.

>>> story = '''
... organization: {assignment: groups, retention: {groupChange: %s, templateRemoval: %s}}
... templates: {sales: {groups: [Sales], licenses: [Real-Time Translations]}}
... before:
...   templates:
...     sales: {groups: [Sales], licenses: [Real-Time Translations]}
...     support: {groups: [Support], licenses: [Real-Time Translations]}
... people:
...   ann: {holds: [Real-Time Translations], given: {Real-Time Translations: sales}}
...   bob: {in: [Support], holds: [Real-Time Translations], given: {Real-Time Translations: support}}
... '''
>>> example(story % ("remove", "preserve"))
ann: - Real-Time Translations
>>> example(story % ("preserve", "remove"))
bob: - Real-Time Translations
>>> example(story % ("preserve", "preserve"), kept=True)
ann: keeps Real-Time Translations because retention-decides-the-rest: its template no longer speaks,
    retention.groupChange preserve (sales)
bob: keeps Real-Time Translations because retention-decides-the-rest: the files dropped its template,
    retention.templateRemoval preserve (support)

`removeAll` also takes what somebody who moved was given by hand.

>>> story = '''
... organization: {assignment: groups, manage: [Webex Meetings Suite], retention: {groupChange: removeAll}}
... templates: {sales: {groups: [Sales], licenses: [Real-Time Translations]}}
... people:
...   ann: {holds: [Real-Time Translations, Webex Meetings Suite], given: {Real-Time Translations: sales}}
...   bob: {in: [Sales], holds: [Real-Time Translations, Webex Meetings Suite], given: {Real-Time Translations: sales}}
... '''
>>> example(story)
ann: - Real-Time Translations
ann: - Webex Meetings Suite @ acme.webex.com (Sub-1)

Row g: its exception ended, and by default it goes.

>>> story = '''
... templates: {everyone: {licenses: [Basic Messaging]}}
... before:
...   templates: {everyone: {licenses: [Basic Messaging]}}
...   exceptions: {course: {users: [ann], add: [Contact Center Premium Agent]}}
... people:
...   ann:
...     holds: [Basic Messaging, Contact Center Premium Agent]
...     given: {Contact Center Premium Agent: "exception:course"}
... '''
>>> example(story)
ann: - Contact Center Premium Agent
"""

from __future__ import annotations

from typing import NamedTuple

from reconciler.book import retention as names
from reconciler.book.book import BoundTemplate
from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import Keep, Source
from reconciler.model.expected import Removal, Row, role
from reconciler.model.live import DROPPED, LEFT
from reconciler.model.plan import Because
from reconciler.resolve import an_undo_takes_a_run_back
from reconciler.resolve.case import Case


class Verdict(NamedTuple):
    """What one row says of a holding: the row, preserve or remove, why, and the name of the policy that decided."""

    row: Row
    keep: Keep
    because: Because
    policy: str = ""


def act(case: Case) -> None:
    """Decide on every declared holding that no wish is satisfied by."""
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
    if holding in an_undo_takes_a_run_back.taken(case):
        case.leaving[holding] = an_undo_takes_a_run_back.removal(case, holding, product)
        return
    if product not in case.book.declared and not claims and product not in case.denied:
        return
    verdicts = _verdicts(case, holding, product, claims)
    kept = [verdict for verdict in verdicts if verdict.keep == "preserve"]
    deciding = kept or verdicts
    row, because = deciding[0].row, tuple(verdict.because for verdict in deciding)
    if kept:
        case.keep(holding, product, row, because)
    else:
        policies = tuple(verdict.policy for verdict in verdicts if verdict.policy)
        case.leaving[holding] = Removal(holding, product, row, because, policies)


def _verdicts(case: Case, holding: str, product: Product, claims: tuple[str, ...]) -> list[Verdict]:
    organization = case.book.organization
    policy, place = organization.retention, organization.source
    if product in case.denied:
        return [Verdict("a", "remove", case.denied[product])]
    if case.key.state == "deactivated":
        verdict: Keep = "remove" if organization.deactivated_users == "remove" else "preserve"
        because = _because(f"deactivatedUsers {organization.deactivated_users}", None, place)
        return [Verdict("b", verdict, because, names.DEACTIVATED)]
    for item in case.silent:
        if product in item.products:
            because = _because("its template speaks for newcomers only", item.name, item.template.source)
            return [Verdict("h", "preserve", because)]
    if _outside(case, holding, product):
        because = _because(f"retention.outsideDefaults {policy.outside_defaults}", None, place)
        return [Verdict("c", policy.outside_defaults, because, names.OUTSIDE)]
    if claims:
        return [_claim(case, claim, product) for claim in claims]
    return [_manual(case)]


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
            return _granted_still(f"exception:{name}", item.exception.source)
    policy = case.book.organization.retention.exception_end
    because = _because(f"retention.exceptionEnd {policy}", f"exception:{name}", case.book.organization.source)
    return Verdict("g", policy, because, names.EXCEPTION_END)


def _template(case: Case, kind: str, name: str, product: Product) -> Verdict:
    policy, place = case.book.organization.retention, case.book.organization.source
    now = case.book.name_now(name)
    speaking = next((item for item in (*case.speaking, *case.silent) if item.name == now), None)
    if speaking is not None:
        return _dropped(speaking, product)
    if kind == DROPPED or (kind != LEFT and case.book.files_ended(name, case.groups)):
        keep = policy.template_removal
        why = f"the files dropped its template, retention.templateRemoval {keep}"
        return Verdict("f", keep, _because(why, name, place), names.TEMPLATE_REMOVAL)
    change: Keep = "preserve" if policy.group_change == "preserve" else "remove"
    why = f"its template no longer speaks, retention.groupChange {policy.group_change}"
    return Verdict("e", change, _because(why, name, place), names.GROUP_CHANGE)


def _dropped(item: BoundTemplate, product: Product) -> Verdict:
    """Row d: its template speaks for the person still."""
    place = item.template.source
    if product in item.products:
        return _granted_still(item.name, place)
    keep: Keep = "preserve" if item.template.preserve_licenses else "remove"
    why = f"the template dropped it, preserveLicenses {str(keep == 'preserve').lower()}"
    return Verdict("d", keep, _because(why, item.name, place), names.of_template(item.name))


def _granted_still(by: str, place: Source) -> Verdict:
    """What its giver grants as before is no matter of retention, whichever grant beat this one."""
    return Verdict("", "preserve", _because("still granted, but a stronger rule won", by, place))


def _manual(case: Case) -> Verdict:
    policy, place = case.book.organization.retention, case.book.organization.source
    if policy.manual == "preserve" and policy.group_change == "removeAll" and moved_from(case):
        return Verdict("e", "remove", _because("retention.groupChange removeAll", None, place), names.MOVERS_MANUAL)
    because = _because(f"given by hand or unknown, retention.manual {policy.manual}", None, place)
    return Verdict("h", policy.manual, because, names.MANUAL)


def moved_from(case: Case) -> frozenset[str]:
    """The templates that gave this person something and stopped speaking because, as live was read, the person moved."""
    speaking = {item.name for item in (*case.speaking, *case.silent)}
    given = (claim.partition(":") for claims in case.origins.values() for claim in claims)
    return frozenset(
        name
        for kind, _, name in given
        if case.book.name_now(name) not in speaking
        and (kind == LEFT or (kind == "template" and not case.book.files_ended(name, case.groups)))
    )


def _because(what: str, template: str | None, source: Source) -> Because:
    return Because(f"retention-decides-the-rest: {what}", template, str(source))
