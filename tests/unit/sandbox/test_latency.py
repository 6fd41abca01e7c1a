"""How long answers take: as described, for the calls it is described for, and the same in every run."""

from __future__ import annotations

import statistics
import time
from typing import Any

import pytest

from reconciler.errors import InputError
from reconciler.sandbox import create_app
from reconciler.sandbox.faults import Faults, describe
from tests.unit.sandbox.calls import call, organization


def drawn(latency: Any, times: int = 2000, path: str = "/v1/people", seed: int = 1) -> list[float]:
    """The waits of so many calls."""
    faults = Faults(lambda: 0.0)
    faults.set(describe({"latency": latency, "seed": seed}))
    return [faults.seconds("GET", path, 9.0) for _ in range(times)]


def test_a_number_is_every_call_s_wait() -> None:
    """Constant, as a number or written out; without a description the default counts."""
    assert set(drawn(0.25)) == set(drawn({"seconds": 0.25})) == {0.25}
    assert set(drawn(None)) == {9.0}


def test_between_two_bounds_anything_is_as_likely() -> None:
    """Never outside, and the mean in the middle."""
    waits = drawn({"between": [0.1, 0.5]})
    assert 0.1 <= min(waits) < 0.11
    assert 0.49 < max(waits) <= 0.5
    assert statistics.mean(waits) == pytest.approx(0.3, abs=0.01)


def test_a_long_tail_has_the_median_and_the_percentile_it_says() -> None:
    """p50 0.2 and p99 2: half of the waits below 0.2 seconds, one in a hundred above 2."""
    waits = sorted(drawn({"p50": 0.2, "p99": 2.0}, times=20_000))
    assert waits[10_000] == pytest.approx(0.2, rel=0.05)
    assert waits[19_800] == pytest.approx(2.0, rel=0.15)


def test_the_seed_decides() -> None:
    """The same seed, the same waits; another, others."""
    tail = {"p50": 0.2, "p99": 2.0}
    assert drawn(tail, 50) == drawn(tail, 50)
    assert drawn(tail, 50) != drawn(tail, 50, seed=2)


def test_the_first_entry_that_matches_counts() -> None:
    """Slow people, quick everything else, nothing for what is named nowhere."""
    entries = [{"path": "^/v1/people", "seconds": 1.0}, {"path": "^/v1/", "method": "get", "seconds": 0.1}]
    assert drawn(entries, 1) == [1.0]
    assert drawn(entries, 1, "/v1/groups") == [0.1]
    assert drawn(entries, 1, "/identity/scim/x/v2/Users") == [0.0]
    assert drawn([{"method": "PATCH", "seconds": 1.0}], 1) == [0.0]


def test_an_answer_really_takes_that_long() -> None:
    """Through HTTP: the call waits, `/sandbox/...` does not."""
    app = create_app(organization(), faults={"latency": [{"path": "/roles$", "seconds": 0.05}]})
    start = time.perf_counter()
    call(app, "GET", "/v1/roles")
    assert time.perf_counter() - start >= 0.05
    assert call(app, "GET", "/sandbox/faults").json()["latency"] == [{"path": "/roles$", "seconds": 0.05}]


@pytest.mark.parametrize(
    "latency",
    [
        {"p50": 0.1},
        {"p50": 2, "p99": 1},
        {"p50": 0, "p99": 1},
        {"seconds": 1, "between": [0, 1]},
        {"seconds": -1},
        {},
        {"path": "(", "seconds": 1},
        [{"seconds": 1, "kind": "uniform"}],
    ],
)
def test_a_latency_nobody_understands_is_refused(latency: object) -> None:
    """Half a distribution, two at once, negative, none, a broken expression, a misspelt key."""
    with pytest.raises(InputError, match="cannot understand"):
        describe({"latency": latency})
