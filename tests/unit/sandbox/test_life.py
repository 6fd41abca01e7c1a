"""Life by itself: it happens when it is due, between calls, the same for the same seed, and every event is noted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from reconciler.errors import InputError
from reconciler.sandbox import State, create_app
from reconciler.sandbox.happenings import KINDS
from reconciler.sandbox.life import parse, plan
from reconciler.sandbox.world import World
from tests.unit.sandbox.calls import call, organization

START = datetime(2026, 1, 1, tzinfo=UTC)


class Times:
    """Both clocks of an app, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


def living(state: State | World, life: Any, **more: Any) -> tuple[Starlette, Times]:
    """An app with life, before its first call."""
    times = Times()
    return create_app(state, life=life, clock=times.clock, now=times.now, **more), times


def happened(app: Starlette, since: int = 0) -> list[dict[str, Any]]:
    """The events so far."""
    items: list[dict[str, Any]] = call(app, "GET", f"/sandbox/life?since={since}").json()["items"]
    return items


def history(seed: int, steps: int = 5) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Five minutes of a small organization."""
    state = State.generate(60, 5, 1)
    app, times = living(state, {"perMinute": 30, "seed": seed})
    call(app, "GET", "/v1/licenses")
    for _ in range(steps):
        times.seconds += 300 / steps
        call(app, "GET", "/v1/people")
    return happened(app), state.to_file_shape()


def test_nothing_happens_before_the_first_call_and_so_much_afterwards() -> None:
    """The first answer shows the organization as given, however late it comes; then thirty events a minute on average."""
    state = State.generate(60, 5, 1)
    app, times = living(state, "30/min")
    times.seconds = 5000.0
    before = state.to_file_shape()
    call(app, "GET", "/v1/people")
    assert state.to_file_shape() == before
    times.seconds += 600.0
    assert 240 < len(happened(app)) < 360


def test_the_seed_and_the_clock_make_the_history() -> None:
    """The same twice, down to the last detail; another seed, another history."""
    first, second, other = history(7), history(7), history(8)
    assert first == second
    assert first[0] != other[0]


def test_it_does_not_matter_how_often_somebody_looks() -> None:
    """Events have moments of their own: five reads or fifty, the same history."""
    assert history(7, steps=5) == history(7, steps=50)


def test_every_event_tells_what_when_and_to_whom() -> None:
    """Numbered, in order, each at its own moment between the first call and now; `since` gives the rest."""
    app, times = living(State.generate(60, 5, 1), "60/min")
    call(app, "GET", "/v1/people")
    times.seconds = 60.0
    items = happened(app)
    assert [event["number"] for event in items] == list(range(1, len(items) + 1))
    moments = [event["at"] for event in items]
    assert moments == sorted(moments)
    assert moments[0] > "2026-01-01T00:00:00.000Z"
    assert moments[-1] <= "2026-01-01T00:01:00.000Z"
    assert all(event["what"] in KINDS and event["who"] and event["by"] == "life" for event in items)
    assert happened(app, since=items[-3]["number"]) == items[-2:]


def test_what_happened_shows_in_the_api_with_its_moment() -> None:
    """Who was renamed is listed under the new name, changed at the moment of the event, not of the call."""
    state = State.generate(60, 5, 1)
    app, times = living(state, {"perMinute": 60, "weights": only("rename")})
    call(app, "GET", "/v1/people")
    times.seconds = 30.0
    last = happened(app)[-1]
    person = call(app, "GET", f"/v1/people?email={last['who']}").json()["items"][0]
    assert (person["displayName"], person["lastModified"]) == (last["detail"]["to"], last["at"])


def only(*kinds: str) -> dict[str, float]:
    """Weights with which only these kinds happen."""
    return {kind: float(kind in kinds) for kind in KINDS}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_happens_and_leaves_a_sound_organization(kind: str) -> None:
    """Thirty-one of each kind (with what it needs): they happen, and the state can be written and read again."""
    state = State.generate(80, 6, 3)
    needs = {"accept": ["invite"], "renameGroup": ["newGroup"], "deleteGroup": ["newGroup"]}
    app, _ = living(state, {"perMinute": 0, "weights": only(kind, *needs.get(kind, []))})
    before = state.to_file_shape()
    kinds = Counter(event["what"] for event in call(app, "POST", "/sandbox/life/now", {"times": 31}).json()["items"])
    assert kinds[kind] >= 1
    assert state.to_file_shape() != before
    assert State.from_shape(state.to_file_shape()).to_file_shape() == state.to_file_shape()


def test_indexes_stay_true_through_a_long_life() -> None:
    """After 2,000 events of all kinds: everybody is found by id and address and is where the list says; numbers have one
    owner; nobody holds what does not know them; the API answers everything."""
    state = State.generate(120, 8, 5)
    app, _ = living(state, None)
    for _ in range(4):
        call(app, "POST", "/sandbox/life/now", {"times": 500})
    for at, person in enumerate(state.people):
        assert state.by_uuid[person.uuid] is person
        assert state.by_email[person.email.lower()] is person
        assert state.position_after(person.id) == at + 1
        assert all(person.uuid in license.holders for license in person.licenses)
        assert person.number is None or person.number.owner is person
    everybody = {person.uuid for person in (*state.people, *state.externals)}
    assert all(set(license.holders) <= everybody for license in state.licenses.values())
    assert all(set(group.members) <= everybody for group in state.groups.values())
    for path in (
        "/v1/people?max=1000",
        "/v1/groups?includeMembers=true",
        "/v1/telephony/config/numbers",
        "/v1/licenses",
    ):
        assert call(app, "GET", path).status_code == 200


def test_weights_say_what_happens_more_often() -> None:
    """Hiring three times as often as leaving, and nothing else."""
    app, _ = living(State.generate(200, 3, 1), {"seed": 3, "weights": only("hire", "leave") | {"hire": 3.0}})
    kinds = Counter(event["what"] for event in call(app, "POST", "/sandbox/life/now", {"times": 400}).json()["items"])
    assert set(kinds) == {"hire", "leave"}
    assert 2.2 < kinds["hire"] / kinds["leave"] < 4.2


def test_the_owner_of_a_token_never_leaves() -> None:
    """Or every call would suddenly be somebody else's."""
    state = State.from_shape(
        {"people": [{"email": "admin@x.example"}], "tokens": [{"token": "t", "person": "admin@x.example"}]}
    )
    app, _ = living(state, {"perMinute": 0, "weights": only("leave")})
    assert call(app, "POST", "/sandbox/life/now", {"times": 3}).json()["items"] == []
    assert len(state.people) == 1


def test_an_empty_organization_lives_too() -> None:
    """Where nothing else can happen people are hired; nothing breaks."""
    app, times = living(State.from_shape({}), "60/min")
    call(app, "GET", "/v1/people")
    times.seconds = 60.0
    assert "hire" in {event["what"] for event in happened(app)}


def test_life_can_be_set_and_ended_while_it_runs() -> None:
    """POST /sandbox/life: from now on so much; `{}` is peace, and what happened stays listed."""
    app, times = living(State.generate(60, 5, 1), None)
    assert call(app, "POST", "/sandbox/life", {"perMinute": 120, "seed": 3}).json()["perMinute"] == 120
    times.seconds = 30.0
    count = len(happened(app))
    assert count > 30
    call(app, "POST", "/sandbox/life", {})
    times.seconds = 3000.0
    assert len(happened(app)) == count


def test_reset_is_the_beginning_of_the_same_life() -> None:
    """State and journal as at the start, and then the same history again."""
    state = State.generate(60, 5, 1)
    app, times = living(state, "60/min,seed=4")
    seen = []
    for _ in range(2):
        call(app, "GET", "/v1/people")
        times.seconds += 30.0
        seen.append([(event["what"], event["who"], event["detail"]) for event in happened(app)])
        call(app, "POST", "/sandbox/reset")
        assert happened(app) == []
    assert seen[0] == seen[1] != []


def test_several_organizations_live() -> None:
    """Events fall on all of them; `?org=` lists one organization's."""
    app, times = living(World.generate(people=40, groups=3, organizations=3), "120/min")
    call(app, "GET", "/v1/people")
    times.seconds = 60.0
    names = {event["organization"] for event in happened(app)}
    assert names == {"Acme", "Borealis", "Cobalt"}
    items = call(app, "GET", "/sandbox/life?org=Cobalt").json()["items"]
    assert {event["organization"] for event in items} == {"Cobalt"}


def test_an_effect_after_the_answer_meets_the_life_in_between() -> None:
    """What is due is done before anything else changes, also before an effect that comes late."""
    state = organization({"email": "ann@acme.example"})
    app, times = living(state, {"perMinute": 600, "weights": only("leave")})
    call(app, "GET", "/v1/people")
    times.seconds = 10.0
    body = {"email": "ann@acme.example", "licenses": [{"id": state.licenses["msg"].id}]}
    assert call(app, "PATCH", "/v1/licenses/users", body).status_code == 404


@pytest.mark.parametrize(
    ("text", "a_minute"), [("30/min", 30.0), ("30", 30.0), ("0.5/s", 30.0), ("6/h,seed=2,hire=1,leave=0.5", 0.1)]
)
def test_a_plan_can_be_one_word(text: str, a_minute: float) -> None:
    """Events a second, minute or hour; seed and weights behind it."""
    made = plan(text)
    assert made.per_minute == pytest.approx(a_minute)
    if "seed" in text:
        assert (made.seed, made.all_weights()["hire"], made.all_weights()["leave"]) == (2, 1.0, 0.5)


@pytest.mark.parametrize(
    "raw", ["often", "3/day", "5/min,party=1", "5/min,seed=x", {"perMinute": "x"}, {"weights": dict.fromkeys(KINDS, 0)}]
)
def test_a_plan_nobody_understands_is_refused(raw: Any) -> None:
    """Words, unknown units and kinds, no weight at all."""
    with pytest.raises(InputError):
        plan(raw)


def test_parsing_keeps_what_was_written() -> None:
    """As JSON: what POST /sandbox/life takes."""
    assert parse("5/min,hire=2") == {"perMinute": 5.0, "seed": 0, "weights": {"hire": 2.0}}
