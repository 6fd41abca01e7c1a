"""The sandbox file with several organizations: how it is read, and what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.errors import SchemaError
from reconciler.sandbox import State, World
from tests.unit.sandbox.worlds import FILE, company, world


def wrong(shape: Any) -> list[str]:
    """Where a file has mistakes."""
    with pytest.raises(SchemaError) as refused:
        World.from_shape(shape)
    return [finding.where for finding in refused.value.findings]


def test_a_file_with_one_organization_is_a_world_of_one(tmp_path: Path) -> None:
    """What was always a sandbox file stays one."""
    path = tmp_path / "one.yaml"
    path.write_text(yaml.safe_dump(company("Solo")), encoding="utf-8")
    there = World.from_file(path)
    assert [state.to_file_shape() for state in there.states] == [State.from_file(path).to_file_shape()]
    assert not there.several


def test_tokens_beside_organizations_belong_to_the_first_or_the_one_they_name() -> None:
    """And each organization keeps its own."""
    there = world()
    assert [[token.token for token in state.tokens] for state in there.states] == [
        ["all", "some", "reader"], ["alder"], ["birch"], [],
    ]  # fmt: skip


def test_several_organizations_are_not_read_as_one() -> None:
    """State says what reads them instead."""
    with pytest.raises(SchemaError, match="several organizations cannot be one"):
        State.from_shape(FILE)


@pytest.mark.parametrize(
    ("shape", "places"),
    [
        ({"organizations": []}, ["organizations"]),
        ({"organizations": [company("A")], "people": []}, ["people"]),
        ({"organizations": [company("A"), company("A")]}, ["organizations[1].organization.name"]),
        ({"organizations": [company("A"), {"people": [{"email": "x"}]}]}, ["organizations[1].people[0].email"]),
        (
            {"organizations": [company("A")], "tokens": [{"token": "t", "organization": "B"}]},
            ["tokens[0].organization"],
        ),
        ({"organizations": [company("A")], "tokens": [{"token": "t", "partner": True, "manages": ["B"]}]}, ["manages"]),
        ({"organizations": [company("A")], "tokens": [{"token": "t", "manages": ["A"]}]}, ["tokens[0].manages"]),
        (
            {"organizations": [company("A", tokens=[{"token": "t"}]), company("B", tokens=[{"token": "t"}])]},
            ["tokens"],
        ),
        (company("A", tokens=[{"token": "t", "organization": "A"}]), ["tokens[0].organization"]),
    ],
)
def test_mistakes_are_told_at_their_place(shape: Any, places: list[str]) -> None:
    """With the organization in front, all at once."""
    assert wrong(shape) == places


def test_no_mistake_repeats_a_secret() -> None:
    """A token that is listed twice is told without its text."""
    shape = {"organizations": [company("A", tokens=[{"token": "hush-hush"}, {"token": "hush-hush"}])]}
    with pytest.raises(SchemaError) as refused:
        World.from_shape(shape)
    assert "hush" not in str(refused.value)


def test_tokens_and_clients_are_written_as_they_are_read() -> None:
    """Everything the file says about them survives a round trip, and `tokens=False` leaves all of it out."""
    shape = company(
        "Solo",
        tokens=[
            {"token": "a", "name": "first", "scopes": ["x"], "readOnly": True, "expiresIn": 60.0},
            {"token": "b", "partner": True, "manages": ["Solo"], "expiresAt": "2026-01-01T00:00:00Z"},
        ],
        clients=[{"id": "C", "secret": "s", "refreshToken": "r", "redirectUri": "http://localhost/x"}],
    )
    state = State.from_shape(shape)
    written = state.to_file_shape()
    assert State.from_shape(written).to_file_shape() == written
    assert written["tokens"] == shape["tokens"]
    assert written["clients"][0].items() >= shape["clients"][0].items()
    assert not {"tokens", "clients"} & set(state.to_file_shape(tokens=False))


def test_the_documented_files_are_read() -> None:
    """Both examples of docs/sandbox.md, as they stand there."""
    text = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    several = [World.from_shape(block) for block in blocks if "organizations" in block]
    authorized = [World.from_shape(block) for block in blocks if "clients" in block]
    assert [state.name for state in several[0].states] == ["Partner", "Acme", "Birch"]
    assert [client.id for client in authorized[0].first.clients] == ["C1234"]
