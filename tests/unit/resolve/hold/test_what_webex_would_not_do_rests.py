"""What Webex did not do is not asked for again before the table says so, and nothing of it is lost or told wrongly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from reconciler.book.retries import DAY, DOCUMENTED, INVITED, TABLE, WEEK
from reconciler.diff.drift import drift_items
from reconciler.execute.codes import WORDS
from reconciler.model.desired import Retention
from reconciler.model.expected import role
from reconciler.model.memory import Setback
from reconciler.model.plan import CallingProperties, SetbackState
from reconciler.planner import Planned
from tests.support.desired import (
    applied,
    attendee,
    changes,
    desired,
    everyone,
    exception,
    held,
    live,
    managed,
    members,
    organization,
    plan,
    ref,
    waiting,
    winners,
)
from tests.support.example import HQ, planned_from
from tests.support.live import ALL, NOW, SALES, SITE, SUPPORT, Someone

RTT = "Real-Time Translations"
IDS = {pool.name: pool.id for pool in ALL}
ADD_RTT = ("+ Real-Time Translations", "asked-before")
GIVE = desired(organization(), everyone(RTT))
TAKE = desired(
    organization(manage=managed(RTT), retention=Retention(manual="remove")), everyone("Basic Messaging", name="base")
)
ANN, BOB = Someone("ann@acme.example"), Someone("bob@acme.example")


def setback(person: Someone, what: str, state: SetbackState, ago: timedelta, **fields: Any) -> Setback:
    """Asked `ago` and not done; an addition, once, unless `fields` say otherwise."""
    known: dict[str, Any] = {"operation": "add", "times": 1} | fields
    holding = what if what.startswith("attendee:") else IDS[what]
    return Setback(person.id, holding, state=state, since=NOW - ago, last=NOW - ago, **known)


def planned(files: Any, *people: Someone, setbacks: tuple[Setback, ...], **fields: Any) -> Planned:
    """The plan of somebody whom Webex did not serve."""
    memory = msgspec.structs.replace(applied(files, live(*people, **fields)), setbacks=setbacks)
    return plan(files, *people, memory=memory, **fields)


@pytest.mark.parametrize(
    ("state", "fields", "rests"),
    [
        ("pending", {}, INVITED),
        ("refused", {"codes": (400000,)}, WEEK),
        ("silentlyIgnored", {"times": 3}, DAY),
        ("silentlyIgnored", {"times": 10}, WEEK),
        ("outOfUnits", {"times": 3}, DAY),
        ("refused", {"codes": (400000,), "others": 2, "times": 3}, DAY),
    ],
)
def test_it_rests_as_long_as_the_table_says(state: SetbackState, fields: dict[str, Any], rests: timedelta) -> None:
    """Held back up to the very moment, and asked for from then on; told with that moment either way."""
    minute = timedelta(minutes=1)
    before = planned(GIVE, ANN, setbacks=(setback(ANN, RTT, state, rests - minute, **fields),))
    assert changes(before) == []
    assert held(before) == [ADD_RTT]
    assert [item.until for item in before.plan.setbacks] == [NOW + minute]
    after = planned(GIVE, ANN, setbacks=(setback(ANN, RTT, state, rests, **fields),))
    assert changes(after) == ["+ Real-Time Translations"]
    assert [item.until for item in after.plan.setbacks] == [None]
    assert (before.plan.summary.held, after.plan.summary.held) == (1, 0)


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("failed", {"times": 99}),
        ("unknown", {"times": 99}),
        ("refused", {"times": 99}),
        ("refused", {"codes": (499999,), "times": 99}),
        ("refused", {"codes": (400000, 499999)}),
        ("silentlyIgnored", {"times": 2}),
        ("outOfUnits", {"times": 2}),
        ("pending", {"same": False}),
        ("refused", {"codes": (400000,), "same": False}),
    ],
)
def test_what_may_work_now_is_asked_at_once(state: SetbackState, fields: dict[str, Any]) -> None:
    """Bad luck, a code nobody documented, the first silence, or a person who has changed: nothing rests."""
    found = planned(GIVE, ANN, setbacks=(setback(ANN, RTT, state, timedelta(0), **fields),))
    assert changes(found) == ["+ Real-Time Translations"]
    assert held(found) == []
    assert [(item.state, item.until) for item in found.plan.setbacks] == [(state, None)]


@pytest.mark.parametrize("state", ["pending", "refused", "silentlyIgnored"])
def test_a_removal_rests_for_a_day_at_most(state: SetbackState) -> None:
    """Whatever the reason: what is to go is asked for once a day."""
    holder = msgspec.structs.replace(ANN, holds=(IDS[RTT],))
    fields = {"operation": "remove", "times": 50, "codes": (700006,)}
    soon = planned(TAKE, holder, setbacks=(setback(ANN, RTT, state, DAY - timedelta(minutes=1), **fields),))
    assert (changes(soon), held(soon)) == ([], [("- Real-Time Translations", "asked-before")])
    later = planned(TAKE, holder, setbacks=(setback(ANN, RTT, state, DAY, **fields),))
    assert changes(later) == ["- Real-Time Translations"]


def test_the_opposite_operation_does_not_rest() -> None:
    """A refused removal keeps nobody from getting the license, nor the other way round."""
    refused = setback(ANN, RTT, "refused", timedelta(0), codes=(400000,), operation="remove")
    found = planned(GIVE, ANN, setbacks=(refused,))
    assert changes(found) == ["+ Real-Time Translations"]
    assert found.plan.setbacks == ()


def test_what_rests_takes_no_unit_and_nobody_waits_for_it() -> None:
    """The last unit goes to the next in order, and who rests is no loser of the allocation."""
    pools = [msgspec.structs.replace(pool, total=1, consumed=0) if pool.name == RTT else pool for pool in ALL]
    pending = setback(ANN, RTT, "pending", timedelta(hours=1))
    found = planned(GIVE, ANN, BOB, setbacks=(pending,), licenses=pools)
    assert winners(found, RTT) == ["bob@acme.example"]
    assert waiting(found) == []
    assert held(found) == [ADD_RTT]


def test_a_place_in_the_queue_outlasts_the_rest() -> None:
    """Who waited since Monday still did when the license is asked for again."""
    pending = setback(ANN, RTT, "pending", timedelta(hours=1))
    memory = msgspec.structs.replace(
        applied(GIVE, live(ANN)), setbacks=(pending,), waiting={(ANN.id, RTT): NOW - timedelta(days=9)}
    )
    assert plan(GIVE, ANN, memory=memory).ledger.waiting == ((ANN.id, RTT),)


def test_a_replacement_rests_as_a_whole() -> None:
    """The lower tier stays, frees no unit, and both sides are told as held."""
    low, high = "Contact center Standard Agent", "Contact Center Premium Agent"
    files = desired(organization(manage=managed(low)), everyone(high))
    holder = msgspec.structs.replace(ANN, holds=(IDS[low],))
    assert changes(planned(files, holder, setbacks=())) == [f"+ {high}", f"- {low}"]
    found = planned(files, holder, setbacks=(setback(ANN, high, "refused", timedelta(days=3), codes=(400000,)),))
    assert changes(found) == []
    assert held(found) == [(f"+ {high}", "asked-before"), (f"- {low}", "asked-before")]
    assert [line.remove for line in found.plan.pools if line.license == low] == [0]


def test_a_resting_removal_of_a_replacement_keeps_the_replacement() -> None:
    """What cannot go now has nothing coming in its place now."""
    low, high = "Contact center Standard Agent", "Contact Center Premium Agent"
    files = desired(organization(manage=managed(low)), everyone(high))
    holder = msgspec.structs.replace(ANN, holds=(IDS[low],))
    no = setback(ANN, low, "refused", timedelta(hours=3), codes=(400000,), operation="remove")
    assert changes(planned(files, holder, setbacks=(no,))) == []
    later = msgspec.structs.replace(no, last=NOW - DAY)
    assert changes(planned(files, holder, setbacks=(later,))) == [f"+ {high}", f"- {low}"]


def test_an_attendee_role_rests_by_itself() -> None:
    """The role is held back, and the licenses of the same person are not."""
    files = desired(organization(), everyone(RTT, attendee()))
    no = setback(ANN, role(SITE), "refused", timedelta(days=3), codes=(400216,))
    found = planned(files, ANN, setbacks=(no,))
    assert changes(found) == ["+ Real-Time Translations"]
    assert held(found) == [(f"+ attendee @ {SITE}", "asked-before")]
    assert [(item.license, item.license_id, item.site) for item in found.plan.setbacks] == [("attendee", None, SITE)]


def test_a_demotion_is_not_held_for_longer_than_a_day() -> None:
    """The host license that a policy takes goes a day later, even if the role that comes instead would rest for a week."""
    files = desired(
        organization("groups", retention=Retention(group_change="remove")),
        members("Support", attendee(), name="support"),
        members("Sales", ref("Webex Meetings Suite"), name="sales"),
    )
    host = next(pool.id for pool in ALL if pool.name == "Webex Meetings Suite" and pool.site == SITE)
    moved = msgspec.structs.replace(
        ANN, groups=(SUPPORT.id,), holds=(host,), given={host: ("template:sales",)}, moved=NOW
    )
    both = [f"+ attendee @ {SITE}", f"- Webex Meetings Suite @ {SITE}"]
    assert changes(planned(files, moved, setbacks=())) == both
    no = setback(ANN, role(SITE), "refused", timedelta(hours=23), codes=(400216,))
    soon = planned(files, moved, setbacks=(no,))
    assert changes(soon) == []
    assert sorted(text for text, _ in held(soon)) == both
    assert [item.until for item in soon.plan.setbacks] == [NOW + timedelta(hours=1)]
    assert changes(planned(files, moved, setbacks=(msgspec.structs.replace(no, last=NOW - DAY),))) == both


def test_a_code_about_calling_does_not_keep_other_licenses_back() -> None:
    """One call was refused for Calling: what else it asked for is asked for again at once, without it."""
    calling = "Webex Calling - Professional"
    about = setback(ANN, RTT, "refused", timedelta(0), codes=(400404,), others=1)
    found = planned(
        GIVE, ANN, setbacks=(about, setback(ANN, calling, "refused", timedelta(0), codes=(400404,), others=1))
    )
    assert changes(found) == ["+ Real-Time Translations"]


def test_what_rests_is_told_in_the_plan_and_is_no_drift() -> None:
    """Times, codes and words stand in the plan; drift has nothing that could be put right now."""
    no = setback(ANN, RTT, "refused", timedelta(days=1), codes=(400000,), detail="Webex does not know it", times=2)
    found = planned(GIVE, ANN, setbacks=(no,))
    (told,) = found.plan.setbacks
    assert (told.email, told.operation, told.license, told.codes) == (ANN.email, "add", RTT, (400000,))
    assert (told.times, told.detail, told.until) == (2, "Webex does not know it", no.last + WEEK)
    assert [guard.code for guard in found.plan.guards if guard.effect == "hold"] == ["asked-before"]
    work = found.workings
    assert drift_items(found.plan, work.book, work.population, work.answers) == ()


def test_what_was_never_given_was_not_taken_by_somebody() -> None:
    """The cause of an addition that Webex ignored is the files, not a change in Webex."""
    asked = setback(ANN, RTT, "silentlyIgnored", timedelta(0))
    for setbacks, cause in (((), "drift"), ((asked,), "config")):
        found = planned(GIVE, ANN, BOB, setbacks=setbacks)
        causes = {change.email: op.cause for change in found.plan.changes for op in change.licenses}
        assert causes == {ANN.email: cause, BOB.email: "drift"}


def test_every_code_that_we_can_name_is_known_to_be_for_good() -> None:
    """A code with words for people has its place in the table, and the other way round."""
    assert set(DOCUMENTED) == set(WORDS)
    assert all(rest.lasts <= INVITED and rest.times >= 1 for rests in TABLE.values() for rest in rests)


def test_a_setback_of_somebody_whom_nothing_is_wanted_for_changes_nothing() -> None:
    """A wish that ended leaves neither a held operation nor a word in the plan."""
    files = desired(organization("groups"), members(SALES.name, RTT))
    no = setback(ANN, RTT, "refused", timedelta(0), codes=(400000,))
    assert planned(files, ANN, setbacks=(no,)).plan.setbacks == ()
    unused = desired(organization(), everyone(RTT), exception("x", "ann@acme.example", deny=[RTT]))
    found = planned(unused, ANN, setbacks=(no,))
    assert (changes(found), held(found), found.plan.setbacks) == ([], [], ())


def test_calling_rests_only_with_the_same_number() -> None:
    """Another number is another wish, and is asked for at once."""
    story: dict[str, Any] = {
        "templates": {"everyone": {"licenses": ["Webex Calling - Professional"]}},
        "numbers": ["+14085550100", "+14085550101"],
        "people": {"ann": {"phone": "+14085550100"}},
    }
    for number, expected in (("+14085550100", 0), ("+14085550101", 1)):
        no = {
            "of": "ann",
            "add": "Webex Calling - Professional",
            "state": "refused",
            "codes": [400411],
            "number": number,
        }
        found = planned_from({**story, "setbacks": [no]})
        assert isinstance(found, Planned)
        assert len(changes(found)) == expected
        held_calling = [getattr(item.operation, "calling", None) for item in found.plan.held]
        assert held_calling[:1] == ([] if expected else [CallingProperties("+14085550100", None, HQ.id)])


def test_many_people_at_rest_are_counted() -> None:
    """Hundreds of people at rest are counted, and nothing is asked of Webex for them."""
    people = [Someone(f"p{number:05}@acme.example") for number in range(500)]
    rest = tuple(setback(person, RTT, "pending", timedelta(days=2)) for person in people)
    found = planned(GIVE, *people, setbacks=rest)
    assert (len(found.plan.changes), found.plan.summary.held, len(found.plan.setbacks)) == (0, 500, 500)
