"""`POST /messages` and `/sandbox/messages`: spaces take any message; what was written can be read to see that it was."""

from __future__ import annotations

import uuid
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.model import ids
from reconciler.sandbox.call import Answer, Call, not_found, ok
from reconciler.sandbox.door import Door
from reconciler.sandbox.order import BadRequestError
from reconciler.sandbox.wire import encode
from reconciler.sandbox.world import World

LONGEST = 7439
"""Bytes of a message, as Webex documents it."""
_KEPT = 1000
_SENT: WeakKeyDictionary[World, list[dict[str, str]]] = WeakKeyDictionary()
_NAMES = uuid.UUID("6f3f0f0e-31e8-4ae6-9a41-6e0c4ae6d9f2")


def create_message(call: Call) -> Answer:
    """`POST /messages` with `roomId` and `markdown` or `text`. 404 for an id that is not a room's."""
    body = call.body
    if not isinstance(body, dict):
        raise BadRequestError("The body must be a JSON object.")
    room, markdown, text = body.get("roomId"), body.get("markdown"), body.get("text")
    if not isinstance(room, str) or not room:
        raise BadRequestError("One of the following must be non-null: roomId, toPersonId, toPersonEmail.")
    if not all(part is None or isinstance(part, str) for part in (markdown, text)) or not (markdown or text):
        raise BadRequestError("Message cannot be empty.")
    if len((markdown or text or "").encode(errors="replace")) > LONGEST:
        raise BadRequestError(f"Message length limited to {LONGEST} bytes.")
    parts = ids.decode(room)
    if parts is None or parts.type != "ROOM":
        return not_found("Could not find a room with provided ID.")
    sent = _SENT.setdefault(call.keys.world, [])
    number = f"{call.state.org_uuid}:{len(sent)}"
    message = {"id": ids.encode("MESSAGE", str(uuid.uuid5(_NAMES, number))), "roomId": room, "roomType": "group"}
    message |= {"markdown": markdown} if markdown else {}
    message["text"] = text or markdown or ""
    message["created"] = "2026-01-01T00:00:00.000Z"
    if len(sent) < _KEPT:
        sent.append(message)
    return ok(message)


def routes(door: Door) -> list[Route]:
    """`GET /sandbox/messages`: the messages of all spaces, oldest first."""

    async def messages(_: Request) -> Response:
        return Response(encode({"items": _SENT.get(door.world, [])}), media_type="application/json")

    return [Route("/messages", messages, methods=["GET"])]
