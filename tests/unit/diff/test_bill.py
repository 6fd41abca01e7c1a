"""The monthly bill: sums that are right to the cent, and that say what is not in them."""

from __future__ import annotations

import pytest

from reconciler.book.catalog import Catalog
from reconciler.diff.cost import bill
from reconciler.model.catalog import License
from reconciler.model.desired import Price

EUR = Price(10.0, "EUR", "month")
POOLS = [
    License("a1", "Suite", 10, 4, subscription="Sub-1"),
    License("a2", "Suite", 5, 7, subscription="Sub-2"),
    License("b", "Assist", None, 3, subscription="Sub-1"),
    License("c", "Free thing", 100, 40),
    License("d", "Extra", 9, 1, subscription="Sub-1"),
]
CATALOG = Catalog(POOLS, {"Old Suite": "Suite"}, ())


def test_no_prices_no_bill() -> None:
    """Nothing is made up."""
    assert bill({}, CATALOG) is None


def test_units_times_price() -> None:
    """Over is no negative unused; old names have the price of the license."""
    found = bill({"Old Suite": EUR}, CATALOG, outside={"a2": 6}, reclaimable=["a1", "a2", "d", "gone"])
    assert found is not None
    assert (found.bought, found.in_use, found.unused, found.over) == (150.0, 110.0, 60.0, 20.0)
    assert (found.outside_defaults, found.reclaimable, found.after_plan) == (60.0, 20.0, None)
    assert [(line.license_id, line.unused, line.over) for line in found.pools] == [("a1", 60.0, 0.0), ("a2", 0.0, 20.0)]
    assert found.unpriced == ("Assist", "Extra")


def test_what_webex_does_not_tell_is_in_no_sum() -> None:
    """And it is said how many pools that are."""
    found = bill({"Assist": EUR}, CATALOG)
    assert found is not None
    assert (found.bought, found.in_use, found.unused, found.unknown_units) == (0.0, 30.0, 0.0, 1)
    assert found.pools[0].bought is None


def test_a_priced_free_license_has_nothing_bought() -> None:
    """Its total is no purchase: what is used counts, what is left does not."""
    found = bill({"Free thing": EUR}, CATALOG)
    assert found is not None
    assert (found.bought, found.in_use, found.unused, found.unknown_units) == (0.0, 400.0, 0.0, 0)


def test_sums_are_rounded_once() -> None:
    """A third of a cent, three times, is a cent."""
    third = Price(0.04, "EUR", "year")
    pools = [License(str(n), "Suite", 1, 1, subscription=f"Sub-{n}") for n in range(3)]
    found = bill({"Suite": third}, Catalog(pools, {}, ()))
    assert found is not None
    assert [line.bought for line in found.pools] == [0.0, 0.0, 0.0]
    assert found.bought == 0.01


def test_two_currencies_have_no_sum() -> None:
    """The loader refuses such files; here it is a mistake of the caller."""
    with pytest.raises(ValueError, match="EUR and USD"):
        bill({"Suite": EUR, "Assist": Price(1.0, "USD", "month")}, CATALOG)
