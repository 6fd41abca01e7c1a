"""Seats that could be freed: each reason, nobody without one, and YAML that really frees what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.plan import Plan
from reconciler.model.reclaim import Reclaimable
from reconciler.operations import loop
from reconciler.operations.reclaim import reclaimable
from reconciler.operations.sync import sync
from tests.unit.operations.inventory_world import CALLING, NEW, OLD, PRICES, RTT, SITE, SUITE, World, acme, world

__all__ = ["acme"]


def found_in(world: World, *, inactive_days: int = 90) -> Reclaimable:
    """The seats of the newest snapshot."""
    return reclaimable(world.files, world.context, inactive_days=inactive_days)


def seats(found: Reclaimable) -> dict[str, set[str]]:
    """Reason -> who and what."""
    told: dict[str, set[str]] = {}
    for seat in found.seats:
        told.setdefault(seat.reason, set()).add(f"{seat.email.partition('@')[0]}: {seat.license}")
    return told


def removed(plan: Plan) -> set[tuple[str, str]]:
    """Person and license id of every removal."""
    return {
        (change.person_id, item.license_id)
        for change in plan.changes
        for item in change.licenses
        if item.operation == "remove"
    }


def test_every_reason_is_found_and_nobody_without_one(acme: World) -> None:
    """The deactivated, the invited of long ago, those without activity; not the newcomer, nor who was there 89 days ago."""
    found = found_in(acme)
    assert seats(found) == {
        "deactivated": {f"cy: {CALLING}", f"cy: {SUITE}"},
        "neverSignedIn": {f"dan: {SUITE}", f"dan: {RTT}", f"fay: {RTT}"},
    }
    assert seats(found_in(acme, inactive_days=89))["inactive"] == {f"bob: {CALLING}", f"bob: {SUITE}"}
    assert "basic messaging" not in str(seats(found)).lower()


def test_days_are_counted_to_the_reading(acme: World) -> None:
    """From the last activity, or from when the person came; in whole days of UTC."""
    found = {(seat.email, seat.license): seat for seat in found_in(acme, inactive_days=30).seats}
    assert found["bob@acme.example", CALLING].days == 90
    assert str(found["bob@acme.example", CALLING].last_activity) == "2026-08-23"
    assert found["dan@acme.example", RTT].days == 112


def test_without_a_reading_of_activity_nobody_is_inactive(tmp_path: Path) -> None:
    """Only what the people's own records say is believed then."""
    with world(tmp_path) as made:
        made.sync()
        found = found_in(made, inactive_days=30)
        assert found.activity_read_at is None
        assert {seat.reason for seat in found.seats} == {"deactivated", "neverSignedIn"}
        assert {seat.state for seat in found.seats if seat.reason == "neverSignedIn"} == {"pending"}


def test_where_webex_tells_no_activity_at_all_nothing_is_concluded(tmp_path: Path) -> None:
    """A token that sees no presence must not make everybody idle."""
    with world(tmp_path) as made:
        for person in made.state.people:
            person.last_activity = None
            made.state.touch(person)
        made.sync(activity=True)
        found = found_in(made, inactive_days=30)
        assert found.activity_read_at is None
        assert "fay@acme.example" not in {seat.email for seat in found.seats}


def test_money_is_added_up_and_rounded_once(tmp_path: Path) -> None:
    """Yearly prices count a twelfth; what has no price is listed without."""
    with world(tmp_path, PRICES.replace("240", "100")) as made:
        made.sync(activity=True)
        found = found_in(made)
        assert found.currency == "EUR"
        assert found.monthly == pytest.approx(100 / 12 + 10 + 10, abs=0.005)
        assert {seat.license: seat.monthly for seat in found.seats} == {CALLING: 8.33, SUITE: 10.0, RTT: None}


def test_the_yaml_frees_exactly_the_seats_it_names(acme: World) -> None:
    """Loaded beside the other files, and with the policy set, a plan takes every seat and nothing else, and may be applied."""
    found = found_in(acme, inactive_days=30)
    assert {seat.freed_by for seat in found.seats} == {"exception", "setting"}
    before = removed(acme.plan(acme.files))
    for item in found.suggestions:
        if item.whole:
            acme.write(item.name, item.yaml)
    text = (acme.folder / "acme.yaml").read_text()
    [policy] = [item for item in found.suggestions if not item.whole]
    assert policy.yaml == "spec:\n  deactivatedUsers: remove\n"
    acme.write("acme.yaml", text.replace("spec:\n", f"{policy.yaml}", 1))
    plan = acme.plan(acme.files)
    assert removed(plan) - before == {(seat.person_id, seat.license_id) for seat in found.seats}
    stops = {guard.code for guard in plan.guards if guard.effect == "stop" and not guard.acknowledged}
    assert stops == {"removals-limit"}  # more than half of the holders at once, which nobody but a reviewer may allow
    assert [finding for finding in plan.findings if finding.severity != "info"] == []
    assert sum(item.seats for item in found.suggestions if "acknowledged" not in item.name) == len(found.seats)


def test_what_the_files_take_already_needs_no_yaml(acme: World) -> None:
    """After its YAML is there a seat is listed as one that the next plan takes, and no second exception is made."""
    for item in found_in(acme, inactive_days=30).suggestions:
        if item.whole:
            acme.write(item.name, item.yaml)
    again = found_in(acme, inactive_days=30)
    assert {seat.freed_by for seat in again.seats if seat.reason != "deactivated"} == {"plan"}
    assert all(seat.files == () for seat in again.seats if seat.freed_by == "plan" and not seat.irreversible)
    assert not [item for item in again.suggestions if "UserException" in item.yaml]


def test_protected_and_exempt_people_keep_their_seats(tmp_path: Path) -> None:
    """They are listed, because they cost, and nothing is suggested that the files would not do."""
    with world(tmp_path) as made:
        text = (made.folder / "acme.yaml").read_text()
        made.write("acme.yaml", text.replace("guards: {", "guards: {protected: [Cy@acme.example], "))
        made.write(
            "boss.yaml",
            "apiVersion: webex-licenses/v1\nkind: UserException\nmetadata: {name: boss}\n"
            "spec: {users: [dan@acme.example], exempt: true, reason: on leave}\n",
        )
        made.sync(activity=True)
        found = found_in(made)
        assert {seat.email: seat.freed_by for seat in found.seats} == {
            "cy@acme.example": "nobody",
            "dan@acme.example": "nobody",
            "fay@acme.example": "exception",
        }


def double(folder: Path, **more: str) -> World:
    """Guy holds the suite of the main site from both subscriptions."""
    made = World(folder, **more)
    made.state.licenses["suite-old"].total = 9
    for key in ("suite-old", "suite-new"):
        made.state.hold(made.person("guy"), made.state.licenses[key])
    made.state.join_group(made.person("guy"), made.state.groups["Sales"])
    made.sync(activity=True)
    return made


def test_the_second_unit_of_one_product_is_a_duplicate(tmp_path: Path) -> None:
    """The one outside the default subscription is the one too many; the policy that frees it does, and leaves the other."""
    with double(tmp_path) as made:
        found = found_in(made)
        [seat] = [seat for seat in found.seats if seat.reason == "duplicate"]
        assert (seat.email, seat.subscription_id, seat.site_url, seat.freed_by) == (
            "guy@acme.example",
            NEW,
            SITE,
            "setting",
        )
        [item] = [item for item in found.suggestions if item.name.startswith("reclaim-duplicates")]
        assert item.yaml == "spec:\n  retention:\n    outsideDefaults: remove\n"
        assert " 2 more " in item.about  # dan and eve
        text = (made.folder / "acme.yaml").read_text()
        made.write("acme.yaml", text.replace("spec:\n", item.yaml, 1))
        plan = made.plan(made.files)
        assert (seat.person_id, seat.license_id) in removed(plan)
        [change] = [change for change in plan.changes if change.person_id == seat.person_id]
        assert {(o.license, o.operation) for o in change.licenses if o.license == SUITE} == {(SUITE, "remove")}


def test_two_units_inside_the_defaults_are_for_a_person_to_decide(tmp_path: Path) -> None:
    """No policy tells them apart, so Control Hub is named and no YAML."""
    with double(tmp_path, more=f"subscriptions: {{policy: oldestFirst, order: [{OLD}, {NEW}]}}") as made:
        [seat] = [seat for seat in found_in(made).seats if seat.reason == "duplicate"]
        assert (seat.subscription_id, seat.freed_by, seat.files) == (NEW, "controlHub", ())


def test_a_fresh_reading_when_asked(tmp_path: Path) -> None:
    """`sync` reads activity, too."""
    with world(tmp_path) as made:
        found = reclaimable(made.files, made.context, inactive_days=30, sync=True)
        assert found.activity_read_at is not None
        assert "bob@acme.example" in {seat.email for seat in found.seats}


def test_a_second_reading_of_an_unchanged_organization_writes_next_to_nothing(acme: World) -> None:
    """Activity that changed is no change of a person: no row of people is written for it."""
    for person in acme.state.people:
        if person.last_activity:
            person.last_activity = "2026-11-22T08:00:00.000Z"
            acme.state.touch(person)
    outcome = loop.run(sync(acme.files, acme.context, activity=True))
    assert (outcome.added, outcome.changed, outcome.gone, outcome.unchanged) == (0, 0, 0, 7)
    assert "inactive" not in seats(found_in(acme, inactive_days=30))
