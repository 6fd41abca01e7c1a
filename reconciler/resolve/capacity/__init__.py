"""Capacity: who gets the last units. Each rule is a file, named by its claim; `engine` hands out units by them.

The table lists the rules in the order in which they come into play: what there is to give, who competes, in which order, and
what becomes of everybody. What a rule's `act` takes is its own; the engine calls it by name, and a test makes sure that it
calls them all. To add a rule: write the file, add one line here, let the engine call it.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model.rule import Rule
from reconciler.resolve.capacity import (
    a_freed_unit_is_given_at_once,
    a_request_is_won_as_a_whole,
    blocked_people_take_no_unit,
    budgets_count_who_holds_the_name,
    enforcement_is_hard_unless_the_files_say,
    free_and_hybrid_licenses_never_run_out,
    oldest_first_spills_in_order,
    one_exhausted_product_blocks_no_other,
    swaps_that_only_wait_for_each_other_wait,
    the_smallest_priority_is_served_first,
    units_are_total_minus_consumed,
    waiting_lasts_until_the_grant_ends,
    what_webex_would_not_give_rests,
)

CapacityRule = Rule[Callable[..., object]]
"""A rule of which the engine asks something while it hands out units."""

CAPACITY: tuple[CapacityRule, ...] = (
    Rule("units-are-total-minus-consumed", "5.1, 5.3", units_are_total_minus_consumed.act),
    Rule("free-and-hybrid-licenses-never-run-out", "5.1", free_and_hybrid_licenses_never_run_out.act),
    Rule("enforcement-is-hard-unless-the-files-say", "5.2", enforcement_is_hard_unless_the_files_say.act),
    Rule("one-exhausted-product-blocks-no-other", "5.4", one_exhausted_product_blocks_no_other.act),
    Rule("the-smallest-priority-is-served-first", "5.3", the_smallest_priority_is_served_first.act),
    Rule("waiting-lasts-until-the-grant-ends", "5.3", waiting_lasts_until_the_grant_ends.act),
    Rule("blocked-people-take-no-unit", "5.3, 6.2, 6.3", blocked_people_take_no_unit.act),
    Rule("what-webex-would-not-give-rests", "5.3, 4.4", what_webex_would_not_give_rests.act),
    Rule("oldest-first-spills-in-order", "5.5, 2.4", oldest_first_spills_in_order.act),
    Rule("budgets-count-who-holds-the-name", "5.6", budgets_count_who_holds_the_name.act),
    Rule("a-request-is-won-as-a-whole", "5.3, 4.4", a_request_is_won_as_a_whole.act),
    Rule("a-freed-unit-is-given-at-once", "5.1, 5.3", a_freed_unit_is_given_at_once.act),
    Rule("swaps-that-only-wait-for-each-other-wait", "5.3, 4.4", swaps_that_only_wait_for_each_other_wait.act),
)
