"""The first replacement of each kind goes alone, and has to come out whole."""

from __future__ import annotations

from reconciler.errors import WebexRefusedError
from reconciler.model.plan import TIER_REPLACED, Change
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import add, change, paid, promoted, remove, taken_for

REFUSED = WebexRefusedError("No", status=400, codes=[400413])
SITE = "acme.webex.com"


def swap(person: str, calling: bool = False) -> Change:
    """Premium in place of Standard."""
    return change(person, paid("pro"), taken_for(TIER_REPLACED, calling=calling))


def test_sixty_people_keep_what_they_have() -> None:
    """Webex silently gives nobody the new tier: one is tried and put back, the others are not touched, the rest goes on."""
    people = [f"p{number:02}" for number in range(60)]
    bench = Bench(ann=[], **{person: ["std"] for person in people})
    bench.webex.drop = {person: {"pro"} for person in people}
    out = bench.run(*map(swap, people), change("ann", add("msg")))
    assert all(bench.webex.licenses[person] == {"std"} for person in people)
    assert bench.calls("patch") == ["p00", "p00", "ann"]
    assert outcomes(out.people[1]) == ["skipped", "skipped"]
    assert out.people[1].operations[0].detail == (
        "The first replacement of its kind did not come out whole: Name of pro in place of Name of std for "
        "p00@acme.example: Webex answered 200 and left this out, without saying why."
    )
    assert out.people[1].operations[1].detail.startswith("Kept")
    assert outcomes(out.people[-1]) == ["done"]
    assert bench.progress.steps == 61


def test_the_others_start_when_the_first_is_over_and_then_together() -> None:
    """One call for the first, then as many at once as allowed, no call more than people, and most are read back together."""
    people = [f"p{number:02}" for number in range(20)]
    bench = Bench(**{person: ["std"] for person in people})
    out = bench.run(*map(swap, people), concurrency=4)
    assert all(person.complete for person in out.people)
    assert bench.log.index("settle p00") < bench.log.index("intend p01")
    assert len(bench.calls("patch")) == 20
    assert len(bench.calls("read")) + len(bench.calls("page")) < 10
    assert bench.webex.most_flying == 4


def test_kinds_do_not_wait_for_each_other() -> None:
    """What has nothing to do with a kind that went wrong is carried out, also for the same person."""
    bench = Bench(ann=["std"], bob=["std"], cem=["old"])
    bench.webex.roles["bob"] = {SITE}
    bench.webex.drop = {"ann": {"pro"}}
    out = bench.run(
        swap("ann"),
        change("bob", paid("pro"), taken_for(TIER_REPLACED), paid("suite", SITE), promoted(SITE)),
        change("cem", remove("old")),
        concurrency=1,
    )
    assert outcomes(out.people[1]) == ["skipped", "skipped", "done", "done"]
    assert bench.webex.licenses["bob"] == {"std", "suite"}
    assert bench.webex.roles["bob"] == set()
    assert outcomes(out.people[2]) == ["done"]


def test_promotions_have_a_first_one_too() -> None:
    """Dropped attendee roles are replacements like any other."""
    bench = Bench(**{person: [] for person in ("ann", "bob", "cem")})
    for person in ("ann", "bob", "cem"):
        bench.webex.roles[person] = {SITE}
        bench.webex.drop[person] = {"suite"}
    bench.run(*(change(person, paid("suite", SITE), promoted(SITE)) for person in ("ann", "bob", "cem")))
    assert bench.webex.roles == {person: {SITE} for person in ("ann", "bob", "cem")}
    assert bench.calls("patch") == ["ann", "ann"]


def test_a_refusal_of_one_person_keeps_nobody_else_waiting() -> None:
    """Nothing was taken from the one who was refused; the next one goes first, and then the rest."""
    bench = Bench(ann=["std"], bob=["std"], cem=["std"])
    bench.webex.before["ann"] = REFUSED
    out = bench.run(*map(swap, ("ann", "bob", "cem")))
    assert [outcomes(person)[0] for person in out.people] == ["refused", "done", "done"]
    assert bench.log.index("settle bob") < bench.log.index("intend cem")


def test_refusals_without_end_are_given_up() -> None:
    """Ten refused one after another and none given: the others are not asked for."""
    people = [f"p{number:02}" for number in range(30)]
    bench = Bench(**{person: ["std"] for person in people})
    bench.webex.before = dict.fromkeys(people, REFUSED)
    out = bench.run(*map(swap, people))
    assert len(bench.calls("patch")) == 10
    assert outcomes(out.people[-1]) == ["skipped", "skipped"]


def test_irreversible_losses_go_one_after_another() -> None:
    """However many calls are allowed at once, never two that could lose a number; the others go on beside them."""
    people = [f"p{number}" for number in range(4)]
    others = [f"q{number}" for number in range(4)]
    bench = Bench(**{person: ["std"] for person in people}, **{person: ["x"] for person in others})
    flying: list[str] = []
    bench.webex.on_patch = flying.append
    out = bench.run(*(swap(person, calling=True) for person in people), *(change(p, remove("x")) for p in others))
    assert all(person.complete for person in out.people)
    ours = [entry for entry in bench.log if entry.split()[1] in people]
    assert ours == [f"{what} {person}" for person in people for what in ("intend", "patch", "read", "settle")]
    assert bench.webex.most_flying > 1
