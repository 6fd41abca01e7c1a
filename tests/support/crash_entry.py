"""The real command in a world that runs faster: `python -m tests.support.crash_entry apply ...`.

WEBEX_SOAK_SPEED is how many seconds pass in one since WEBEX_SOAK_STARTED (seconds of the real clock): of the clock, and of
every pause. Waiting for a call that may still be on its way then takes a second and not minutes; the calls themselves take
as long as they take.
Without arguments it reads commands from stdin, so that hundreds of them need not load everything again.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from tests.support.crash_time import BEGINS

LATE = (
    "reconciler.load", "reconciler.operations.apply", "reconciler.operations.plan", "reconciler.operations.recover",
    "reconciler.store.opening", "reconciler.store.view", "reconciler.store.sync", "reconciler.store.journal",
    "reconciler.store.memory", "reconciler.webex", "reconciler.report.plan_text", "reconciler.report.plan_json",
    "reconciler.report.apply_result", "reconciler.cli.apply", "reconciler.cli.plan", "reconciler.cli.interrupt",
    "reconciler.cli.progress", "sqlalchemy.dialects.sqlite", "uvloop",
)  # fmt: skip
_real_sleep = asyncio.sleep


def speed() -> float:
    """Seconds that pass in one."""
    return float(os.environ.get("WEBEX_SOAK_SPEED", "1"))


def now() -> datetime:
    """The moment in the faster world, the same in every process of this machine."""
    started = float(os.environ.get("WEBEX_SOAK_STARTED", "0"))
    return BEGINS + timedelta(seconds=(time.time() - started) * speed())


async def _sleep(seconds: float, result: Any = None) -> Any:
    return await _real_sleep(seconds / speed(), result)


def prepare() -> None:
    """From now on everything is faster, and whatever is loaded late is loaded."""
    asyncio.sleep = _sleep  # type: ignore[assignment]
    from reconciler import wiring

    wiring.utc_now = now
    for module in LATE:
        importlib.import_module(module)


def main() -> None:
    """The command; without one: commands from stdin, each in a process of its own, forked off one that has loaded everything."""
    prepare()
    from reconciler.cli import cli

    if sys.argv[1:]:
        cli(prog_name="webex-licenses")
    for line in sys.stdin:
        out, *arguments = json.loads(line)
        pid = os.fork()
        if pid == 0:
            to = os.open(out, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
            null = os.open(os.devnull, os.O_RDONLY)
            for source, target in ((null, 0), (to, 1), (to, 2)):
                os.dup2(source, target)
            cli(arguments, prog_name="webex-licenses")
        _tell(pid)
        _tell(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
