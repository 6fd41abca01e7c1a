"""How much of the two SDKs, and of the sandbox, the contract tests go through; `-s` prints the figures."""

from __future__ import annotations

import re
import sys

import pytest

from reconciler.sandbox.app import SCIM, TABLE
from tests.contract.clients import endpoints, scim_here, seen, wps_call, wxc_call
from tests.contract.orders import send
from tests.contract.test_changes import STORIES
from tests.contract.test_refusals import DOCUMENTED
from tests.contract.test_trouble import calls
from tests.contract.test_webexpythonsdk import READS as OTHER
from tests.contract.test_wxc_reads import READS
from tests.support.sandbox_server import RunningSandbox

# a partner's calls and tokens have contract tests of their own; webexpythonsdk knows neither groups nor numbers
ELSEWHERE = ("/partner/", "/applications/")


def of_the_sandbox() -> set[str]:
    """Every endpoint that these tests are to reach, as `clients.endpoints` writes them."""
    table = [(method, f"/v1{path}") for method, path, *_ in TABLE]
    table += [(method, f"/identity/scim{path}") for method, path, *_ in SCIM]
    named = {f"{method} {re.sub(r'{[a-z]+}', '{id}', path)}" for method, path in table}
    return {name for name in named if not any(part in name for part in ELSEWHERE)}


def test_wxc_sdk_reaches_every_endpoint(
    large: RunningSandbox, small: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only `members` in lower case, as the documentation has it, is spelled with a capital by wxc-sdk.

    Audit events (test_audit) and messages, which only our own notices send, have tests of their own.
    Its asynchronous client is asked the same table in test_wxc_reads, so one is enough here.
    """
    before = len(calls(large))
    scim_here(monkeypatch, large)
    for read in READS:
        wxc_call(large, "sync", read.method, **read.given(large.state))
    send(small, STORIES[0].steps[0].order, "sync")
    requests = calls(large)[before:] + calls(small)
    elsewhere = {"GET /v1/adminAudit/eventCategories", "GET /v1/adminAudit/events", "POST /v1/messages"}
    assert of_the_sandbox() - elsewhere - endpoints(requests) == {"GET /v1/groups/{id}/members"}
    methods = {read.method for read in READS} | {"licenses.assign_licenses_to_users"}
    report("wxc-sdk, each client", len(methods), endpoints(requests), seen(requests), len(requests))
    assert len(methods) >= 24
    assert len(seen(requests)) >= 70
    assert {request["status"] for request in requests} == {200}


def test_webexpythonsdk_reaches_its_endpoints(large: RunningSandbox) -> None:
    """All of people, licenses, roles and organizations that only reads."""
    before = len(calls(large))
    for read in OTHER:
        wps_call(large, read.method, **read.given(large.state))
    requests = calls(large)[before:]
    methods = {read.method for read in OTHER}
    report("webexpythonsdk", len(methods), endpoints(requests), seen(requests), len(requests))
    mine = {name for name in of_the_sandbox() if re.match(r"GET /v1/(people|licenses|roles|organizations)", name)}
    assert endpoints(requests) == mine
    assert len(methods) >= 9
    assert len(seen(requests)) >= 16


def test_every_documented_code_is_an_exception_of_three_clients() -> None:
    """The refusals are tried through both of wxc-sdk's clients and webexpythonsdk."""
    report("error codes", len({case.code for case in DOCUMENTED}), set(), set(), 3 * len(DOCUMENTED))
    assert len({case.code for case in DOCUMENTED}) == 16


def report(what: str, methods: int, reached: set[str], distinct: set[str], requests: int) -> None:
    """One line for whoever runs this with `-s`."""
    line = f"{what}: {methods} distinct, {len(reached)} endpoints, {len(distinct)} with parameters, {requests} requests"
    sys.stdout.write(line + "\n")
