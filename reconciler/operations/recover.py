"""What an apply does first: finish the calls that an earlier run left open, under the lease of now."""

from __future__ import annotations

from reconciler.errors import ApplyError
from reconciler.execute import Delays, Recovered
from reconciler.execute import recover as finish
from reconciler.execute.reading import Sleep
from reconciler.operations.context import Connection, Context


async def recover(
    context: Context, connection: Connection, org_id: str, fence: int, *, sleep: Sleep, delays: Delays
) -> Recovered:
    """Finish every open call of the organization and close the runs they belong to.

    ApplyError, with nothing else sent, when somebody lost something that could not be given back, or when the store
    cannot keep what was found.
    """
    store = context.store()
    calls = store.open_calls(org_id)
    done = Recovered()
    if calls:
        snapshots = store.snapshots(org_id)
        connection.reader.use_organization(org_id)
        done = await finish(
            calls,
            connection.writer,
            store.journal(org_id, fence),
            context.progress,
            context.clock,
            people=snapshots[0].people if snapshots else 0,
            sleep=sleep,
            delays=delays,
        )
    if done.fatal:
        raise ApplyError(
            f"An earlier run ended in the middle, and this came of it: {done.fatal}",
            hint="Nothing else was sent. Give back in Control Hub what these people lost, then plan again.",
        )
    store.close_interrupted(org_id, context.clock(), fence)
    return done
