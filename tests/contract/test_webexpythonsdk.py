"""webexpythonsdk, the community's client, lists what it can list from the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from webexpythonsdk import ApiError, WebexAPI

from reconciler.sandbox import State
from tests.contract.small import SMALL, TOKEN
from tests.support.sandbox_server import RunningSandbox, running_sandbox


@pytest.fixture(scope="module")
def api(large: RunningSandbox) -> Any:
    """A webexpythonsdk client of the large organization."""
    return WebexAPI(access_token=TOKEN, base_url=large.base_url + "/")


def test_it_lists_licenses(api: Any, large: RunningSandbox) -> None:
    """Every license, and one by its id; keys that do not apply are absent."""
    licenses = list(api.licenses.list())
    assert [license.id for license in licenses] == [license.id for license in large.state.licenses.values()]
    assert "subscriptionId" not in licenses[0].json_data
    assert api.licenses.get(licenses[6].id).json_data["siteUrl"] == "acme.webex.com"


def test_it_lists_people_over_several_pages(api: Any, large: RunningSandbox) -> None:
    """It rewrites the next link in its own way and still sees everybody once."""
    assert [person.id for person in api.people.list(max=300)] == [person.id for person in large.state.people]


def test_it_finds_people_by_name_and_address(api: Any, large: RunningSandbox) -> None:
    """displayName finds by prefix over several pages, email finds exactly one."""
    expected = [person.id for person in large.state.people if person.name.lower().startswith("ann")]
    assert len(expected) > 10
    assert [person.id for person in api.people.list(displayName="Ann", max=10)] == expected
    ann = large.state.people[0]
    assert [person.id for person in api.people.list(email=ann.email)] == [ann.id]


def test_it_lists_roles_organizations_and_itself(api: Any, large: RunningSandbox) -> None:
    """Roles, organizations and /people/me decode."""
    assert [organization.id for organization in api.organizations.list()] == [large.state.org_id]
    role = next(iter(api.roles.list()))
    assert api.roles.get(role.id).name == role.name
    assert api.people.me().orgId == large.state.org_id


def test_errors_are_its_exceptions(api: Any) -> None:
    """An unknown person is its ApiError, with the tracking id that Webex puts into the body."""
    with pytest.raises(ApiError) as missing:
        api.people.get("nobody")
    assert missing.value.response.status_code == 404
    assert missing.value.details["trackingId"]


def test_a_token_the_file_does_not_list_is_refused() -> None:
    """With `tokens:` in the file, any other token is 401."""
    listed = {**SMALL, "tokens": [{"token": "the-only-one"}]}
    with running_sandbox(State.from_shape(listed)) as sandbox:
        stranger = WebexAPI(access_token=TOKEN, base_url=sandbox.base_url + "/")
        with pytest.raises(ApiError) as refused:
            list(stranger.licenses.list())
        assert refused.value.response.status_code == 401
        assert len(list(WebexAPI(access_token="the-only-one", base_url=sandbox.base_url + "/").licenses.list())) == 5
