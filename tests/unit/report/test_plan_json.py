"""The plan file: written the same every time, read only if it is whole."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from reconciler.errors import PlanFileError
from reconciler.model import canonical
from reconciler.model.plan import digest_of, stamp
from reconciler.report import plan_json
from tests.support.plans import one_of_everything


def rewritten(**changes: Any) -> bytes:
    """The file with other values in it and a digest that fits again."""
    document = json.loads(plan_json.render(one_of_everything())) | changes
    del document["digest"]
    return json.dumps(document | {"digest": canonical.digest(document)}).encode()


@pytest.mark.parametrize("pack", [bytes, plan_json.compress])
def test_what_was_written_is_read_back(pack: Any) -> None:
    """A plan survives its file, plain and gzipped, held operations of both kinds included."""
    assert plan_json.parse(pack(plan_json.render(one_of_everything()))) == one_of_everything()


def test_the_same_plan_gives_the_same_bytes() -> None:
    """No time of day, no hash order."""
    assert plan_json.render(one_of_everything()) == plan_json.render(one_of_everything())
    assert plan_json.compress(b"x") == plan_json.compress(b"x")


def test_keys_stand_in_the_documented_order_and_the_file_ends_with_a_newline() -> None:
    """INTERFACE: Plan file."""
    data = plan_json.render(one_of_everything())
    assert data.endswith(b"}\n")
    assert list(json.loads(data)) == [
        "formatVersion", "kind", "tool", "organization", "createdAt", "digest", "desired", "live", "summary", "pools",
        "changes", "held", "waiting", "findings", "guards", "setbacks", "undoes",
    ]  # fmt: skip


def test_the_digest_covers_everything_but_itself() -> None:
    """Stamping twice changes nothing, and the digest is the one of the written JSON without its digest."""
    plan = one_of_everything()
    assert stamp(plan) == plan
    document = json.loads(plan_json.render(plan))
    del document["digest"]
    assert canonical.digest(document) == digest_of(plan) == plan.digest


def test_keys_of_a_later_minor_version_are_ignored() -> None:
    """A reader of 1.0 takes a 1.7 file as far as it knows it."""
    plan = plan_json.parse(rewritten(formatVersion="1.7", newKey={"a": 1}))
    assert plan.format_version == "1.7"
    assert plan.changes == one_of_everything().changes


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (plan_json.render(one_of_everything())[:-20], "cut short"),
        (plan_json.compress(plan_json.render(one_of_everything()))[:-9], "does not unpack"),
        (gzip.compress(b"{", mtime=0), "not JSON"),
        (b"[]", "is not a plan"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"kind": "Inventory"}', "its kind is 'Inventory'"),
        (rewritten(formatVersion="2.0"), "format version '2.0'"),
        (rewritten(formatVersion=1), "format version 1"),
        (plan_json.render(one_of_everything()).replace(b"p1@acme", b"px@acme"), "digest does not match"),
        (rewritten(changes=[{"personId": 1}]), "does not follow the format"),
        (
            rewritten(held=[{"personId": "P", "email": "e", "operation": {}, "guard": "g"}]),
            "does not follow the format",
        ),
        (rewritten(held=None), "does not follow the format"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(data: bytes, words: str) -> None:
    """Damaged, cut, edited or foreign files never become a plan."""
    with pytest.raises(PlanFileError) as caught:
        plan_json.parse(data, name="p.json")
    assert words in caught.value.message
    assert caught.value.message.startswith("p.json")
    assert "webex-licenses plan --out" in caught.value.hint
