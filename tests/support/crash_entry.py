"""The real command in a world that runs faster: `python -m tests.support.crash_entry apply ...`.

WEBEX_SOAK_SPEED is how many seconds pass in one since WEBEX_SOAK_STARTED (seconds of the real clock): of the clock, and of
every pause of a tenth of a second or more. Waiting for
a call that may still be on its way then takes seconds and not minutes; the calls themselves take as long as they take.
"""

from __future__ import annotations

import asyncio
import os
import time
from datetime import datetime, timedelta
from typing import Any

from tests.support.crash_time import BEGINS

_real_sleep = asyncio.sleep


def speed() -> float:
    """Seconds that pass in one."""
    return float(os.environ.get("WEBEX_SOAK_SPEED", "1"))


def now() -> datetime:
    """The moment in the faster world, the same in every process of this machine."""
    started = float(os.environ.get("WEBEX_SOAK_STARTED", "0"))
    return BEGINS + timedelta(seconds=(time.time() - started) * speed())


async def _sleep(seconds: float, result: Any = None) -> Any:
    return await _real_sleep(seconds / speed() if seconds >= 0.1 else seconds, result)


def main() -> None:
    """The command."""
    asyncio.sleep = _sleep  # type: ignore[assignment]
    from reconciler import wiring

    wiring.utc_now = now
    from reconciler.webex import Session

    options = Session.__init__.__kwdefaults__
    assert options is not None
    options["ticks"] = lambda: time.monotonic() * speed()
    from reconciler.cli import cli

    cli(prog_name="webex-licenses")


if __name__ == "__main__":
    main()
