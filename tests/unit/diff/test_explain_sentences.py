"""What an administrator reads: for every situation the sentence, and what to do first."""

from __future__ import annotations

import pytest

from reconciler.diff.explain import Seen
from tests.support.desired import (
    plan,
)
from tests.support.live import (
    SITE,
)
from tests.unit.diff.situations import (
    MEETINGS,
    ROLE,
    RTT_NAME,
    explained,
    line,
    story,
)

SENTENCES = [
    ("as wanted", RTT_NAME, "asWanted", "Held, and granted by sales (templates.yaml:5)."),
    ("to be given", RTT_NAME, "toAdd", "Will be given: granted by sales (templates.yaml:5)."),
    (
        "not a member", RTT_NAME, "notGranted",
        "Only sales grants it, and that template does not speak for this person: not a direct member of Sales.",
    ),
    (
        "nested", RTT_NAME, "notGranted",
        "Only sales grants it, and that template does not speak for this person: not a direct member of Sales (Sales "
        "contains a nested group; who is only in there is not a direct member).",
    ),
    ("two templates", RTT_NAME, "notGranted", "2 templates grant it, and none of them speaks for this person."),
    (
        "other template", RTT_NAME, "notGranted",
        "Only everyone grants it, and that template does not speak for this person: in a group that a template lists, so "
        "the group templates speak instead.",
    ),
    (
        "unused mode", RTT_NAME, "notGranted",
        "Only sales grants it, and that template does not speak for this person: assignment is `organization`: group "
        "templates are not used.",
    ),
    (
        "newcomers only", RTT_NAME, "notGranted",
        "Only sales grants it, and that template does not speak for this person: `existingUsers: false` and the person was "
        "there before it came into force on 2026-11-21.",
    ),
    (
        "newcomers, held", RTT_NAME, "kept",
        "Nothing that speaks for the person grants it, and it stays: its template speaks for newcomers only (sales, "
        "sales.yaml:1).",
    ),
    (
        "deactivated", RTT_NAME, "notGranted",
        "Only sales grants it, and that template does not speak for this person: the person is deactivated.",
    ),
    (
        "deactivated, held", RTT_NAME, "kept",
        "Nothing that speaks for the person grants it, and it stays: the person is deactivated, and `deactivatedUsers` is "
        "`keep`.",
    ),
    (
        "exempt", RTT_NAME, "notGranted",
        "Not given, because the rules leave this person alone: exempt: because (exception leave).",
    ),
    ("external", RTT_NAME, "notManaged", "Left alone: belongs to another organization."),
    (
        "denied", RTT_NAME, "notWanted",
        "Granted by sales (templates.yaml:5), but denied by exception no (no.yaml:1): because.",
    ),
    ("denied, not granted", RTT_NAME, "notWanted", "Denied by exception no (no.yaml:1): because."),
    ("denied, held", RTT_NAME, "toRemove", "Will be taken away: exception no denies it."),
    ("exception adds", RTT_NAME, "toAdd", "Will be given: granted by exception yes (templates.yaml:5)."),
    (
        "exception of others", RTT_NAME, "notGranted",
        "No template grants it, and no exception adds it for this person.",
    ),
    (
        "left the group", RTT_NAME, "kept",
        "Nothing that speaks for the person grants it, and it stays: the template that gave it, sales, speaks for the "
        "person no more, and `retention.groupChange` is `preserve`.",
    ),
    (
        "left, removed", RTT_NAME, "toRemove",
        "Will be taken away: the template that gave it, sales, speaks for the person no more, and `retention.groupChange` "
        "is `remove`.",
    ),
    (
        "by hand", RTT_NAME, "kept",
        "Nothing that speaks for the person grants it, and it stays: it was given by hand or before this tool came, and "
        "`retention.manual` is `preserve`.",
    ),
    (
        "protected", RTT_NAME, "held",
        "Would be taken away, because it was given by hand or before this tool came, and `retention.manual` is `remove`; "
        "but that is held back: the person stands under `guards.protected`.",
    ),
    (
        "first apply", RTT_NAME, "held",
        "Would be taken away, because it was given by hand or before this tool came, and `retention.manual` is `remove`; "
        "but that is held back: the first apply only adds.",
    ),
    ("not managed", RTT_NAME, "notManaged", "No file manages it, so it is left alone."),
    (
        "waits", RTT_NAME, "waiting",
        "Granted by sales (templates.yaml:5), waiting since 2026-11-21 12:00 UTC: no unit is left in Sub-1, next in line; "
        "1 unit has to be bought or freed.",
    ),
    (
        "overdrawn", RTT_NAME, "waiting",
        "Granted by sales (templates.yaml:5), waiting since 2026-11-21 12:00 UTC: no unit is left in Sub-1, next in line; "
        "9 units have to be bought or freed.",
    ),
    (
        "budget", RTT_NAME, "waiting",
        "Granted by sales (templates.yaml:5), waiting since 2026-11-21 12:00 UTC: the budget of Sales (at most 1, :0) is "
        "used up, next in line.",
    ),
    (
        "higher tier", "Contact center Standard Agent", "notWanted",
        "Granted by sales (templates.yaml:5), but not given: Contact Center Premium Agent is the higher tier.",
    ),
    (
        "higher tier held", "Contact center Standard Agent", "notWanted",
        "Granted by sales (templates.yaml:5), and not needed: Contact Center Premium Agent is held, the higher tier.",
    ),
    (
        "lower tier waits", "Contact center Standard Agent", "kept",
        "Stays until Contact Center Premium Agent can be given, which takes its place in the same call.",
    ),
    (
        "lower tier replaced", "Contact center Standard Agent", "toRemove",
        "Will be taken away: Contact Center Premium Agent takes its place, in one call.",
    ),
    (
        "lower tier replaced", "Contact Center Premium Agent", "toAdd",
        "Will be given: granted by sales (templates.yaml:5), and takes the place of Contact center Standard Agent.",
    ),
    ("prerequisite", "Basic Messaging", "toAdd", "Will be given: granted by sales (templates.yaml:5)."),
    (
        "host waits", ROLE, "toAdd",
        f"Will be given until a unit of {MEETINGS} is free: granted by sales (templates.yaml:5).",
    ),
    (
        "outside the defaults", MEETINGS, "asWanted",
        "Held, and granted by sales (templates.yaml:5). It is held in Sub-2, outside the defaults, and kept there.",
    ),
    (
        "site administrator", ROLE, "blocked",
        f"Granted by sales (templates.yaml:5), but it cannot be given: is a site administrator of {SITE}, who cannot be "
        "attendee there.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "product", "status", "text"), SENTENCES, ids=[f"{s[0]}: {s[1]}" for s in SENTENCES])
def test_the_sentence(name: str, product: str, status: str, text: str) -> None:
    """The situation, the license, and what an administrator reads."""
    files, people, more = story(name)
    planned, seen = plan(files, *people, **more), Seen(more.get("seen", {}))
    if product in {item.product for item in explained(planned).licenses}:
        found = line(planned, product, seen=seen)
    else:  # of somebody left alone, and of what no template grants, only who asks is told
        (found,) = explained(planned, name=product, seen=seen).licenses
    assert (found.status, found.text) == (status, text)


TO_DO = [
    ("not a member", RTT_NAME, "make the person a direct member of Sales"),
    ("two templates", RTT_NAME, "make the person a direct member of Sales or Support"),
    ("newcomers only", RTT_NAME, f"add {RTT_NAME} to the person with a UserException (`add`)"),
    ("deactivated", RTT_NAME, "activate the person in Control Hub or the directory"),
    ("exempt", RTT_NAME, "take the person out of exception leave (leave.yaml:1)"),
    ("denied", RTT_NAME, "take the person out of exception no, or the license out of its `deny`"),
    (
        "left the group", RTT_NAME,
        "to let it go: set `retention.groupChange: remove` for everybody, or deny Real-Time Translations to the person in a "
        "UserException",
    ),
    (
        "by hand", RTT_NAME,
        "to let it go: set `retention.manual: remove` for everybody, or deny Real-Time Translations to the person in a "
        "UserException",
    ),
    ("newcomers, held", RTT_NAME, "to let it go: deny Real-Time Translations to the person in a UserException"),
    ("protected", RTT_NAME, "take the address out of `guards.protected`"),
    ("site administrator", ROLE, "take the site administrator role away in Control Hub, or grant a host license"),
    ("outside the defaults", MEETINGS, "set `retention.outsideDefaults: remove` to have it moved to the default subscription"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "product", "to_do"), TO_DO, ids=[item[0] for item in TO_DO])
def test_what_to_do(name: str, product: str, to_do: str) -> None:
    """Every answer that somebody may not like says first what would change it."""
    files, people, more = story(name)
    found = next(x for x in explained(plan(files, *people, **more), name=product).licenses if x.product == product)
    assert found.to_do[0] == to_do
