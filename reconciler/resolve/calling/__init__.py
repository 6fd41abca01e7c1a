"""Numbers, locations and extensions for Calling licenses (RULES section 6): who gets which, and every reason why not.

One check per file, named by its claim, listed here in the order in which an answer tells of them. Unlike other rules they
look at one person, not at a situation: two people never get the same number. KEEPING is asked of people who have Calling
already, GIVING of all others. A check that fails is a finding of its own and holds up no other license. To add a check:
write the file, add one line here.
"""

from __future__ import annotations

from reconciler.book.book import Book
from reconciler.book.population import Population
from reconciler.ports import LiveView
from reconciler.resolve.calling import (
    a_location_is_named,
    a_number_or_an_extension_is_wanted,
    an_extension_can_be_made,
    no_extension_is_given_twice,
    no_mobile_number_is_given,
    no_number_is_given_twice,
    no_reserved_number_is_given,
    no_service_number_is_given,
    no_toll_free_number_is_given,
    one_row_speaks_for_a_person,
    the_extension_is_free,
    the_extension_is_two_to_ten_digits,
    the_location_exists,
    the_location_is_enabled,
    the_location_was_read,
    the_number_has_no_owner,
    the_number_is_active,
    the_number_is_at_the_named_location,
    the_number_is_international,
    the_number_is_listed_once,
    the_number_is_ours,
    there_is_a_work_phone,
    who_has_calling_keeps_number_and_place,
)
from reconciler.resolve.calling.ask import Ask, CallingCheck, Problem, directory
from reconciler.resolve.calling.number_plan import NumberPlan, callers, e164, rows_by_person

__all__ = [
    "CHECKS",
    "GIVING",
    "KEEPING",
    "Ask",
    "CallingCheck",
    "NumberPlan",
    "Problem",
    "directory",
    "e164",
    "number_plan",
]

KEEPING: tuple[CallingCheck, ...] = (
    CallingCheck("who-has-calling-keeps-number-and-place", "6.4", who_has_calling_keeps_number_and_place.check),
)

GIVING: tuple[CallingCheck, ...] = (
    CallingCheck("one-row-speaks-for-a-person", "6.1", one_row_speaks_for_a_person.check),
    CallingCheck("a-number-or-an-extension-is-wanted", "6.1", a_number_or_an_extension_is_wanted.check),
    CallingCheck("there-is-a-work-phone", "6.2", there_is_a_work_phone.check),
    CallingCheck("the-number-is-international", "6.2", the_number_is_international.check),
    CallingCheck("the-number-is-ours", "6.2", the_number_is_ours.check),
    CallingCheck("the-number-is-listed-once", "6.2", the_number_is_listed_once.check),
    CallingCheck("the-number-has-no-owner", "6.2", the_number_has_no_owner.check),
    CallingCheck("the-number-is-active", "6.2", the_number_is_active.check),
    CallingCheck("no-mobile-number-is-given", "6.2", no_mobile_number_is_given.check),
    CallingCheck("no-toll-free-number-is-given", "6.2", no_toll_free_number_is_given.check),
    CallingCheck("no-service-number-is-given", "6.2", no_service_number_is_given.check),
    CallingCheck("no-reserved-number-is-given", "6.2", no_reserved_number_is_given.check),
    CallingCheck("a-location-is-named", "6.1", a_location_is_named.check),
    CallingCheck("the-location-exists", "6.1", the_location_exists.check),
    CallingCheck("the-number-is-at-the-named-location", "6.2", the_number_is_at_the_named_location.check),
    CallingCheck("the-location-was-read", "6.2", the_location_was_read.check),
    CallingCheck("the-location-is-enabled", "6.2", the_location_is_enabled.check),
    CallingCheck("an-extension-can-be-made", "6.1", an_extension_can_be_made.check),
    CallingCheck("the-extension-is-two-to-ten-digits", "6.1", the_extension_is_two_to_ten_digits.check),
    CallingCheck("the-extension-is-free", "6.3", the_extension_is_free.check),
    CallingCheck("no-number-is-given-twice", "6.3", no_number_is_given_twice.check),
    CallingCheck("no-extension-is-given-twice", "6.3", no_extension_is_given_twice.check),
)

CHECKS: tuple[CallingCheck, ...] = KEEPING + GIVING


def number_plan(book: Book, population: Population, live: LiveView) -> NumberPlan:
    """The numbers of one plan, with all checks."""
    rows, have_calling = rows_by_person(book, population), callers(book, population)
    return NumberPlan(live, rows, have_calling, keeping=KEEPING, giving=GIVING)
