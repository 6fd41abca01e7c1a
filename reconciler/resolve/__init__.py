"""The rule book: desired + live + memory -> expected.

One rule per file, named by its claim, listed here in the order they act. WISHING looks at who a person is (groups,
state, exceptions), SETTLING also at what they hold, HOLDS keep back what must not go now. To add a rule: write the
file, add one line here, add its test in tests/unit/resolve/.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model.rule import Rule
from reconciler.resolve import (
    a_denied_prerequisite_blocks,
    a_held_host_license_keeps_its_site,
    a_held_unit_satisfies,
    an_undo_takes_a_run_back,
    calling_needs_a_readable_record,
    deactivated_people_get_nothing,
    exceptions_add_and_deny,
    exempt_people_are_left_alone,
    free_licenses_stay,
    free_prerequisites_come_along,
    grants_are_united,
    held_tiers_are_respected,
    host_and_attendee_exclude_each_other,
    host_beats_attendee,
    newcomer_templates_speak_for_newcomers,
    no_calling_beside_unified_cm,
    one_calendar_per_person,
    one_calling_block_decides,
    one_host_license_per_site,
    outsiders_are_left_alone,
    requests_are_what_is_left,
    retention_decides_the_rest,
    site_admins_cannot_be_attendees,
    the_higher_tier_wins,
    the_mode_selects_templates,
)
from reconciler.resolve.case import Case
from reconciler.resolve.hold import (
    incomplete_reads_release_nothing,
    lost_groups_release_nothing,
    protected_people_lose_nothing,
    the_first_apply_only_adds,
    unacknowledged_losses_are_held,
    what_webex_would_not_do_rests,
)
from reconciler.resolve.scope import scope_needed

__all__ = ["HOLDS", "RULES", "SETTLING", "WISHING", "CaseRule", "scope_needed"]


CaseRule = Rule[Callable[[Case], None]]
"""A rule that reads and writes the working sheet of one situation."""

WISHING: tuple[CaseRule, ...] = (
    Rule("outsiders-are-left-alone", "1.5", outsiders_are_left_alone.act),
    Rule("exempt-people-are-left-alone", "1.6", exempt_people_are_left_alone.act),
    Rule("the-mode-selects-templates", "1.1, 1.2", the_mode_selects_templates.act),
    Rule("newcomer-templates-speak-for-newcomers", "1.3, 1.4", newcomer_templates_speak_for_newcomers.act),
    Rule("deactivated-people-get-nothing", "1.5", deactivated_people_get_nothing.act),
    Rule("grants-are-united", "2.4, 3.1", grants_are_united.act),
    Rule("exceptions-add-and-deny", "1.6", exceptions_add_and_deny.act),
    Rule("an-undo-takes-a-run-back", "7.5", an_undo_takes_a_run_back.act),
    Rule("the-higher-tier-wins", "3.5", the_higher_tier_wins.act),
    Rule("one-host-license-per-site", "2.5, 3.6", one_host_license_per_site.act),
    Rule("host-beats-attendee", "3.3", host_beats_attendee.act),
    Rule("free-prerequisites-come-along", "3.7", free_prerequisites_come_along.act),
)

SETTLING: tuple[CaseRule, ...] = (
    Rule("a-held-unit-satisfies", "3.2, 4.3", a_held_unit_satisfies.act),
    Rule("site-admins-cannot-be-attendees", "3.4", site_admins_cannot_be_attendees.act),
    Rule("retention-decides-the-rest", "4.1, 4.2", retention_decides_the_rest.act),
    Rule("calling-needs-a-readable-record", "6.6", calling_needs_a_readable_record.act),
    Rule("no-calling-beside-unified-cm", "6.5", no_calling_beside_unified_cm.act),
    Rule("held-tiers-are-respected", "3.5, 3.7", held_tiers_are_respected.act),
    Rule("a-held-host-license-keeps-its-site", "2.5, 3.6", a_held_host_license_keeps_its_site.act),
    Rule("host-and-attendee-exclude-each-other", "3.3", host_and_attendee_exclude_each_other.act),
    Rule("free-licenses-stay", "3.8", free_licenses_stay.act),
    Rule("one-calendar-per-person", "3.7", one_calendar_per_person.act),
    Rule("a-denied-prerequisite-blocks", "1.6, 3.7", a_denied_prerequisite_blocks.act),
    Rule("one-calling-block-decides", "6.1", one_calling_block_decides.act),
    Rule("requests-are-what-is-left", "3.7, 4.4", requests_are_what_is_left.act),
)

HOLDS: tuple[CaseRule, ...] = (
    Rule("protected-people-lose-nothing", "7.4", protected_people_lose_nothing.act),
    Rule("the-first-apply-only-adds", "7.6", the_first_apply_only_adds.act),
    Rule("lost-groups-release-nothing", "1.7", lost_groups_release_nothing.act),
    Rule("incomplete-reads-release-nothing", "7.3", incomplete_reads_release_nothing.act),
    Rule("unacknowledged-losses-are-held", "7.2", unacknowledged_losses_are_held.act),
    Rule("what-webex-would-not-do-rests", "4.4, 5.3", what_webex_would_not_do_rests.act),
)

RULES: tuple[CaseRule, ...] = WISHING + SETTLING + HOLDS
