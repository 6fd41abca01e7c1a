"""A person's record without any list of licenses (Webex leaves empty lists out)."""

from __future__ import annotations

import msgspec

from reconciler.errors import WebexRefusedError, WebexServerError
from reconciler.model.live import PersonReading
from reconciler.model.plan import TIER_REPLACED, Change, Expects
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import Webex, change, paid, remove, taken_for


class Bare(Webex):
    """Answers every reading with a record that has no list of licenses."""

    async def read(self, person_id: str, *, calling: bool = False) -> PersonReading:
        reading = await super().read(person_id, calling=calling)
        return msgspec.structs.replace(reading, licenses=(), licenses_absent=True)


def _bench(*held: str) -> Bench:
    bench = Bench(ann=held)
    bench.webex = Bare(bench.time, bench.log, ann=held)
    return bench


def test_it_does_not_prove_a_removal_while_the_answer_lists_licenses() -> None:
    """Where the answer to the PATCH says that licenses are held, a record without a list leaves the outcome unknown."""
    bench = _bench("a", "b")
    bench.webex.drop["ann"] = {"a"}
    result = bench.one(change("ann", remove("a")))
    assert outcomes(result) == ["unknown"]
    assert "shows no licenses at all" in result.operations[0].detail


def _expecting(*held: str) -> Change:
    return msgspec.structs.replace(change("ann", paid("pro"), taken_for(TIER_REPLACED)), expects=Expects(held))


def test_it_does_not_prove_a_removal_that_webex_refused() -> None:
    """A refused call did nothing, so nothing is recorded as done and nothing is put back."""
    bench = _bench("std", "b")
    bench.webex.before["ann"] = WebexRefusedError("No", codes=(400413,), status=400)
    assert outcomes(bench.one(_expecting("b", "std"))) == ["refused", "refused"]
    assert bench.calls("patch") == ["ann"]


def test_it_does_not_prove_a_removal_without_an_answer() -> None:
    """Licenses that the call is not about are held for all we know: the call stays open for the next apply."""
    bench = _bench("std", "b")
    bench.webex.before["ann"] = WebexServerError("Down", status=503)
    assert outcomes(bench.one(_expecting("b", "std"))) == ["unknown", "unknown"]
    assert bench.journal.settled == {}


def test_it_proves_the_removal_of_the_last_license() -> None:
    """Where the answer says that nothing is held either, the record is as it should be."""
    assert outcomes(_bench("a").one(change("ann", remove("a")))) == ["done"]
