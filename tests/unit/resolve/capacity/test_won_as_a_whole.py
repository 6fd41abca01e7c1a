"""RULES 5.3: a request is won as a whole, or not at all."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.book.book import Book
from reconciler.model.expected import Key, Request, Wish
from reconciler.model.live import Person
from reconciler.model.memory import Memory
from reconciler.resolve.calling import NumberPlan
from reconciler.resolve.capacity import a_request_is_won_as_a_whole
from reconciler.resolve.capacity.engine import count_units
from reconciler.resolve.capacity.units import Bid
from tests.support.desired import desired, everyone, live, organization
from tests.support.live import NOW, RTT


def test_a_unit_that_is_not_there_is_never_given() -> None:
    """Giving what `lacking` says is missing would be a mistake of this program, and ends in an error, not in a plan."""
    none = msgspec.structs.replace(RTT, total=0)
    files = desired(organization(), everyone("Real-Time Translations"))
    view = live(licenses=(none,))
    book = Book(files, view.licenses(), view.groups(), view.members_seen(), Memory(), NOW)
    units, numbers = count_units(book), NumberPlan(view, {}, (), keeping=(), giving=())
    product = book.catalog.product_of[RTT.id]
    bid = Bid(Key(), Request(Wish(product, (RTT.id,), 100, ())), False, (product.name,), (), (), False)
    person = Person("P1", "ann@acme.example", "Ann", 1)
    assert a_request_is_won_as_a_whole.lacking(units, bid, person) == (RTT.id,)
    with pytest.raises(ValueError, match="Real-Time Translations"):
        a_request_is_won_as_a_whole.act(units, numbers, bid, person, None)
    assert units.left[RTT.id] == 0
