"""RULES 2.2, 2.7, 3.5, 3.7: products, families and tiers."""

from __future__ import annotations

import msgspec

from reconciler.book.catalog import Catalog
from reconciler.model.catalog import License, Product
from tests.support.live import ALL, MSG, PRO, RTT, SITE, STANDARD, SUITE, SUITE2, license_id

CATALOG = Catalog(ALL, {}, ())


def test_a_product_is_a_name_on_a_site_over_all_subscriptions() -> None:
    """Two subscriptions' pools of one name on one site are one product; another site is another product."""
    assert set(CATALOG.sellers[Product("Webex Meetings Suite", SITE)]) == {SUITE.id, SUITE2.id}
    other = msgspec.structs.replace(SUITE, id=license_id("EE", 9, "x.webex.com"), site="X.webex.com")
    assert Catalog([other], {}, ()).product_of[other.id] == Product("Webex Meetings Suite", "x.webex.com")


def test_kinds_come_from_the_letters_before_the_name() -> None:
    """A license is known by the letters of its id under whatever name, and by its name where the letters are unknown."""
    renamed = License(license_id("BCSTD", 1), "Telephony Gold", 5, 0, 0, 0, "Sub-1")
    unknown = License(license_id("ZZZ", 2), "Webex Calling - Attendant Console", 5, 0, 0, 0, "Sub-1")
    strange = License("no-webex-id", "Single License - CX Essentials", 5, 0, 0, 0, "Sub-1")
    catalog = Catalog([renamed, unknown, strange, RTT], {}, ())
    assert [catalog.is_calling(product) for product in catalog.product_of.values()].count(True) == 3
    assert not catalog.is_calling(Product("Real-Time Translations"))


def test_free_and_hybrid() -> None:
    """What has no subscription is free; hybrid licenses are not counted even where they have one."""
    hybrid = License(license_id("HM", 3), "Hybrid Message", 1, 0, 0, 0, "Sub-1")
    catalog = Catalog([MSG, hybrid, RTT], {}, ())
    assert [catalog.is_free(pool) for pool in (MSG.id, hybrid.id, RTT.id)] == [True, True, False]


def test_tiers_stay_on_their_site() -> None:
    """Tiers compare products of one site."""
    catalog = Catalog(ALL, {}, (("Webex Meetings Suite", "Webex Meetings"),))
    assert catalog.higher_tiers(Product("Webex Meetings", SITE)) == (Product("Webex Meetings Suite", SITE),)
    assert catalog.lower_tiers(catalog.product_of[PRO.id]) == (catalog.product_of[STANDARD.id],)


def test_pools_do_not_depend_on_the_order_of_the_list() -> None:
    """Pools of a product come in the order of their ids."""
    assert Catalog(tuple(reversed(ALL)), {}, ()).sellers == CATALOG.sellers


def test_alias_circles_end() -> None:
    """Aliases that point at each other do not hang."""
    assert Catalog(ALL, {"A": "B", "B": "A"}, ()).canonical("A") in ("A", "B")


def test_an_alias_to_an_old_name_finds_the_new_one() -> None:
    """An alias to a name that Webex renamed is followed to the name of today."""
    catalog = Catalog(ALL, {"CX": "Single License - CX Essentials"}, ())
    assert catalog.canonical("CX") == "Customer Assist"


def test_tiers_that_meet_or_go_round_are_told_once() -> None:
    """A tier that is reached on two ways is one tier, and tiers that contradict each other end."""
    diamond = (("Gold", "Silver"), ("Gold", "Bronze"), ("Silver", "Tin"), ("Bronze", "Tin"))
    lower = Catalog(ALL, {}, diamond).lower_tiers(Product("Gold"))
    assert lower == (Product("Silver"), Product("Bronze"), Product("Tin"))
    circle = Catalog(ALL, {}, (("Gold", "Silver"), ("Silver", "Gold")))
    assert circle.lower_tiers(Product("Gold")) == circle.higher_tiers(Product("Gold")) == (Product("Silver"),)
