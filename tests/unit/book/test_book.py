"""What the book knows of files and history: declared products, sites, registers of earlier applies."""

from __future__ import annotations

import pytest

from reconciler.book.book import Book
from reconciler.model.catalog import Product, attendee
from reconciler.model.desired import Desired, Managed
from reconciler.model.memory import Memory
from tests.support.desired import attendee as role
from tests.support.desired import desired, everyone, exception, managed, members, organization, ref
from tests.support.live import ALL, NOW, SALES, SITE, SUPPORT

READ = {SALES.id: (1, 0), SUPPORT.id: (1, 0)}


def _book(files: Desired, memory: Memory | None = None, read: dict[str, tuple[int, int]] | None = None) -> Book:
    return Book(files, ALL, (SALES, SUPPORT), READ if read is None else read, memory or Memory(), NOW)


def test_what_is_declared() -> None:
    """Declared is what templates grant, exceptions add and `manage` lists; not what exceptions deny, nor a host's role."""
    org = organization(manage=(*managed("Real-Time Translations"), Managed(attendee_site=SITE)))
    files = desired(
        org,
        everyone("Webex Meetings Suite"),
        exception("x", "a@x", add=["Contact Center Premium Agent"]),
        exception("y", "a@x", deny=["Contact center Standard Agent"]),
    )
    assert _book(files).declared == {
        Product("Webex Meetings Suite", SITE),
        Product("Contact Center Premium Agent"),
        Product("Real-Time Translations"),
        attendee(SITE),
    }
    assert attendee(SITE) not in _book(desired(organization(), everyone("Webex Meetings Suite"))).declared
    assert _book(desired(organization(), everyone(role()))).declared == {attendee(SITE)}


def test_templates_of_an_unused_mode_still_declare() -> None:
    """A template that the mode leaves unused declares its products all the same."""
    files = desired(
        organization("organization"), everyone("Webex Meetings Suite"), members("Sales", "Real-Time Translations")
    )
    assert Product("Real-Time Translations") in _book(files).declared


def _after(files: Desired, then: Desired, read: dict[str, tuple[int, int]] | None = None) -> Book:
    return _book(then, Memory(registry=_book(files).registry(NOW)), read)


IN_SALES, NOWHERE = frozenset({SALES.id}), frozenset[str]()
GROUPS = desired(organization("groups"), members("Sales", "Real-Time Translations"))


def test_who_a_template_spoke_for() -> None:
    """The register says for whom a template spoke at the last apply, in each mode."""
    both = (everyone("Real-Time Translations"), members("Sales", "Real-Time Translations"))
    expected = {
        "organization": {("everyone", NOWHERE), ("everyone", IN_SALES)},
        "groups": {("sales", IN_SALES)},
        "groupsThenOrganization": {("everyone", NOWHERE), ("sales", IN_SALES)},
    }
    for mode, spoke in expected.items():
        book = _after(desired(organization(mode), *both), GROUPS)
        asked = [(name, groups) for name in ("everyone", "sales") for groups in (NOWHERE, IN_SALES)]
        assert {(name, groups) for name, groups in asked if book.spoke_for(name, groups)} == spoke


@pytest.mark.parametrize(
    ("then", "groups", "ended"),
    [
        (GROUPS, IN_SALES, False),
        (GROUPS, NOWHERE, False),
        (desired(organization("groups"), members("Support", "Real-Time Translations", name="sales")), IN_SALES, True),
        (desired(organization("groups"), members("Support", "Real-Time Translations")), IN_SALES, True),
        (desired(organization("organization"), *GROUPS.templates), IN_SALES, True),
        (desired(organization("organization"), *GROUPS.templates), NOWHERE, False),
    ],
)
def test_whether_files_or_live_ended_it(then: Desired, groups: frozenset[str], ended: bool) -> None:
    """Files ended a template for those whom it would still speak for if they had not changed."""
    assert _after(GROUPS, then).files_ended("sales", groups) is ended


def test_a_group_that_is_not_read_any_more() -> None:
    """Where the files drop a group, nobody's membership is read; then the files count as what ended the template."""
    then = desired(organization("groups"), members("Support", "Real-Time Translations"))
    assert _after(GROUPS, then, {SUPPORT.id: (1, 0)}).files_ended("sales", NOWHERE)


def test_the_register_is_in_a_fixed_order() -> None:
    """Templates and grants in another order make the same register."""
    one = members("Sales", "Real-Time Translations", "Webex Meetings Suite")
    two = members("Sales", "Webex Meetings Suite", "Real-Time Translations")
    other = everyone("Real-Time Translations")
    assert _book(desired(organization("groups"), one, other)).registry(NOW) == _book(
        desired(organization("groups"), other, two)
    ).registry(NOW)


def test_inside_the_defaults_per_product() -> None:
    """A subscription that a reference names is inside for that product only."""
    files = desired(
        organization(), everyone(ref("Webex Meetings Suite", subscription="Sub-2"), "Real-Time Translations")
    )
    book = _book(files)
    assert set(book.catalog.sellers[Product("Webex Meetings Suite", SITE)]) <= book.inside
