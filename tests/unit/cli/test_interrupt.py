"""Ctrl-C and SIGTERM in the middle of an apply."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from reconciler.cli.interrupt import Interrupted, Stop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_before_the_first_call_a_signal_ends_it_at_once(number: signal.Signals) -> None:
    """Nothing was sent, so nobody has to wait for a reading of minutes."""
    stop = Stop(lambda _: None)

    async def reading() -> None:
        os.kill(os.getpid(), number)
        await asyncio.sleep(30)

    with pytest.raises(Interrupted):
        stop.run(reading())


def test_once_sending_began_calls_in_flight_are_finished() -> None:
    """The signal is a wish to stop; the work goes on until it has settled what it began."""
    notes: list[str] = []
    stop = Stop(notes.append)

    async def sending() -> str:
        assert not stop.is_set()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.01)
        return "settled" if stop.is_set() else "not told"

    assert stop.run(sending()) == "settled"
    assert notes == [
        "Stopping: calls in flight are finished, nothing new is sent.",
        "Still finishing the calls in flight ...",
    ]


def test_errors_of_the_work_pass_through() -> None:
    """Only signals become Interrupted."""

    async def failing() -> None:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        Stop(lambda _: None).run(failing())
