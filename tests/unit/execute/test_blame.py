"""Blame: which operations of a refused call the refusal is about, and what may be sent without them."""

from __future__ import annotations

import msgspec
import pytest

from reconciler.errors import WebexConflictError, WebexError, WebexRefusedError
from reconciler.execute.blame import without_the_blamed
from reconciler.model.plan import TIER_REPLACED, Change
from tests.unit.execute.bench import Bench, outcomes
from tests.unit.execute.fakes import add, change, paid, remove, role, taken_for


def _error(said: str, *codes: int, status: int = 400) -> WebexRefusedError:
    return WebexRefusedError("Webex refused the call", status=status, codes=codes, said=said)


def _left(change: Change | None) -> list[str]:
    if change is None:
        return []
    return [item.license_id for item in change.licenses] + [item.site_url for item in change.attendee_sites]


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (_error("License not recognized: lic-b"), ["lic-a", "lic-c", "acme.webex.com"]),
        (_error("No unit of Name of lic-a is left."), ["lic-b", "lic-c", "acme.webex.com"]),
        (_error("Not a valid attendee site: ACME.webex.com", 400216), ["lic-a", "lic-b", "lic-c"]),
        (_error("Invalid site URL", 400216), ["lic-a", "lic-b", "lic-c"]),
        (_error("lic-a and lic-b", 400404), ["lic-c", "acme.webex.com"]),
        (_error("License conflict", 400404), []),
        (_error("lic-a lic-b lic-c acme.webex.com"), []),
        (_error("lic-b", status=415), []),
        (WebexConflictError("lic-b", status=409), []),
    ],
)
def test_what_is_named_goes_and_the_rest_is_sent(error: WebexError, left: list[str]) -> None:
    """By license id, by a name nobody shares, by site, or by a code that can only mean the role; else nothing is sent."""
    call = change("ann", add("lic-a"), add("lic-b"), remove("lic-c"), role("add", "acme.webex.com"))
    assert _left(without_the_blamed(call, error)) == left


def test_a_name_that_others_share_blames_nobody() -> None:
    """Two licenses of one name in a call, and one whose name holds another's."""
    twin = msgspec.structs.replace(add("lic-a"), license="Webex Calling")
    call = change("ann", twin, msgspec.structs.replace(add("lic-b"), license="Webex Calling"), add("lic-c"))
    assert without_the_blamed(call, _error("Webex Calling cannot be assigned")) is None


def test_both_sides_of_a_replacement_go() -> None:
    """What would only be taken for what was refused is not taken."""
    call = change("ann", paid("pro"), taken_for(TIER_REPLACED), add("other"))
    assert _left(without_the_blamed(call, _error("pro"))) == ["other"]


def test_the_rest_is_sent_once() -> None:
    """One license is refused, the others come by a second call with an intent of its own; a second refusal is final."""
    bench = Bench(ann=[])
    bench.webex.before["ann"] = _error("License not recognized: lic-b", 400000)

    def recover(person: str) -> None:
        if len(bench.calls("patch")) > 1:
            bench.webex.before.clear()

    bench.webex.on_patch = recover
    result = bench.one(change("ann", add("lic-a"), add("lic-b"), add("lic-c")))
    assert outcomes(result) == ["done", "refused", "done"]
    assert result.operations[1].codes == (400000,)
    assert bench.webex.licenses["ann"] == {"lic-a", "lic-c"}
    assert bench.calls("intend") == bench.calls("patch") == bench.calls("settle") == ["ann", "ann"]


def test_a_second_refusal_that_names_another_is_final() -> None:
    """Nothing is peeled off one by one."""
    bench = Bench(ann=[])
    bench.webex.before["ann"] = _error("lic-b")

    def other(person: str) -> None:
        if len(bench.calls("patch")) > 1:
            bench.webex.before["ann"] = _error("lic-a")

    bench.webex.on_patch = other
    result = bench.one(change("ann", add("lic-a"), add("lic-b"), add("lic-c")))
    assert outcomes(result) == ["refused", "refused", "refused"]
    assert bench.calls("patch") == ["ann", "ann"]
