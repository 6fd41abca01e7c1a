"""The pytest plugin, used as other projects use it: example projects are written, and pytest runs their tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reconciler.sandbox import file, running

# pytester forgets what a run imported; PyYAML's C part does not survive being imported twice
IMPORTED_ONCE = (yaml, file, running)
pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[3]
PLUGIN = 'pytest_plugins = ["reconciler.sandbox.pytest_plugin"]'
HEAD = """
import httpx, os, pytest

def licenses(sandbox, **headers):
    return httpx.get(sandbox.base_url + "/licenses", headers={"Authorization": "Bearer " + sandbox.access_token} | headers)
"""


def run(pytester: pytest.Pytester, tests: str, *arguments: str, **files: str) -> pytest.RunResult:
    """The outcome of a project's tests; `files` are written beside them."""
    pytester.makeconftest(PLUGIN)
    for name, text in files.items():
        (pytester.path / name.replace("_", ".")).write_text(text)
    pytester.makepyfile(HEAD + tests)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers", *arguments)


def test_a_sandbox_listens_and_does_what_it_is_told(pytester: pytest.Pytester) -> None:
    """Every method of the fixture has its effect on what a client reads over HTTP."""
    tests = """
    SHAPE = {
        "licenses": [{"key": "msg", "name": "Messaging", "type": "FMS"},
                     {"key": "suite", "name": "Suite", "type": "EE", "total": 3, "subscription": "S", "site": "a.webex.com"}],
        "people": [{"email": "ann@a.example"}, {"email": "ext@b.example", "external": True, "pendingLicenses": ["suite"]}],
        "groups": [{"name": "Sales"}, {"name": "Back office", "members": ["ann@a.example"]}],
    }

    @pytest.mark.webex_sandbox(shape=SHAPE)
    def test_deeds(webex_sandbox):
        def ask(path):
            head = {"Authorization": "Bearer " + webex_sandbox.access_token}
            return httpx.get(webex_sandbox.base_url + path, headers=head).json()

        def units():
            return [item["consumedUnits"] for item in ask("/licenses")["items"]]

        person_id = webex_sandbox.hire("bob@a.example", licenses=["msg"])
        assert ask("/people/" + person_id)["displayName"] == "Bob"
        webex_sandbox.change("bob@a.example", name="Bob Example")
        assert ask("/people/" + person_id)["displayName"] == "Bob Example"
        webex_sandbox.assign("bob@a.example", add=["suite"], remove=["msg"])
        webex_sandbox.assign("ann@a.example", add_attendee=["a.webex.com"])
        assert units() == [0, 1]
        assert webex_sandbox.state.by_email["ann@a.example"].attendee_sites == ["a.webex.com"]
        webex_sandbox.accept("ext@b.example")
        assert units() == [0, 2]
        webex_sandbox.buy("suite", 7)
        assert [item["totalUnits"] for item in ask("/licenses")["items"]][1] == 7
        webex_sandbox.move("ann@a.example", join=["Sales"], leave=["Back office"])
        assert [group["memberSize"] for group in ask("/groups")["groups"]] == [1, 0]
        webex_sandbox.leave("bob@a.example")
        assert ask("/people/" + person_id)["message"] == "Person not found."
        webex_sandbox.call("POST", "/groups", {"name": "New"})
        assert [group["name"] for group in webex_sandbox.file_shape()["groups"]] == ["Sales", "Back office", "New"]
        assert [(call["path"], call["status"]) for call in webex_sandbox.requests][-1] == ("/v1/people/" + person_id, 404)

    @pytest.mark.webex_sandbox(shape=SHAPE, faults={"rules": [{"then": {"status": 503}}]})
    def test_trouble(webex_sandbox):
        assert licenses(webex_sandbox).status_code == 503
        webex_sandbox.faults({})
        assert licenses(webex_sandbox).status_code == 200
        assert webex_sandbox.faults(latency=0.01)["latency"] == 0.01 == webex_sandbox.faults()["latency"]
        webex_sandbox.hire("bob@a.example")
        webex_sandbox.call("POST", "/life", {"perMinute": 60000, "seed": 3})
        webex_sandbox.reset()
        assert webex_sandbox.call("GET", "/life")["items"] == []
        assert "bob@a.example" not in webex_sandbox.state.by_email and webex_sandbox.requests == []
        assert licenses(webex_sandbox).status_code == 503

    @pytest.mark.webex_sandbox(shape=SHAPE)
    def test_refusals(webex_sandbox):
        from reconciler.sandbox.running import SandboxError
        with pytest.raises(SandboxError, match="404: no license has the key gold"):
            webex_sandbox.buy("gold", 7)
        with pytest.raises(SandboxError, match="409") as taken:
            webex_sandbox.hire("ann@a.example")
        assert taken.value.status == 409
    """
    run(pytester, unindented(tests)).assert_outcomes(passed=3)


def test_two_tests_share_nothing(pytester: pytest.Pytester) -> None:
    """What one test does another does not see, at another address; a failing test fails, and its sandbox ends too."""
    tests = """
    SEEN = []

    @pytest.mark.parametrize("turn", [1, 2, 3])
    def test_turn(webex_sandbox, turn):
        assert "new@a.example" not in webex_sandbox.state.by_email and webex_sandbox.requests == []
        webex_sandbox.hire("new@a.example")
        assert licenses(webex_sandbox).status_code == 200
        assert webex_sandbox.base_url not in SEEN
        SEEN.append(webex_sandbox.base_url)
        assert turn != 2, "the second one fails"
    """
    result = run(pytester, unindented(tests))
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*the second one fails*"])


def test_markers_say_what_there_is(pytester: pytest.Pytester) -> None:
    """File, generated or spelled out; the nearest marker wins, options of outer ones stay; the rate limit acts."""
    tests = """
    pytestmark = pytest.mark.webex_sandbox(generate=dict(users=30, groups=4, seed=9), rate_limit=6)

    def test_module(webex_sandbox):
        assert (len(webex_sandbox.state.people), len(webex_sandbox.state.groups)) == (30, 4)
        assert [licenses(webex_sandbox).status_code for _ in range(2)] == [200, 429]

    @pytest.mark.webex_sandbox(file="acme.yaml", access_token="reader")
    def test_nearer(webex_sandbox):
        assert [person.email for person in webex_sandbox.state.people] == ["ann@acme.example"]
        assert [licenses(webex_sandbox).status_code for _ in range(2)] == [200, 429]

    @pytest.mark.webex_sandbox(file="acme.yaml")
    def test_first_token(webex_sandbox):
        assert webex_sandbox.access_token == "admin"
        assert licenses(webex_sandbox, Authorization="Bearer other").status_code == 401

    @pytest.mark.webex_sandbox(generate=dict(organizations=3, users=10))
    def test_several(webex_sandbox):
        other = webex_sandbox.world.states[2]
        webex_sandbox.hire("new@a.example", org=other.name)
        assert "new@a.example" in other.by_email and "new@a.example" not in webex_sandbox.state.by_email
    """
    acme = "tokens: [{token: admin}, {token: reader, readOnly: true}]\npeople: [{email: ann@acme.example}]\n"
    run(pytester, unindented(tests), acme_yaml=acme).assert_outcomes(passed=4)


def test_ini_options_hold_for_a_project(pytester: pytest.Pytester) -> None:
    """A file and the environment from the ini file; a marker overrules both."""
    tests = """
    def test_as_the_project_has_it(webex_sandbox):
        assert list(webex_sandbox.state.by_email) == ["ann@acme.example"]
        assert os.environ["WEBEX_BASE_URL"] == webex_sandbox.base_url
        assert os.environ["WEBEX_ACCESS_TOKEN"] == webex_sandbox.access_token

    @pytest.mark.webex_sandbox(env=False, generate={"people": 12})
    def test_otherwise(webex_sandbox):
        assert len(webex_sandbox.state.people) == 12
        assert "WEBEX_BASE_URL" not in os.environ

    def test_left_as_it_was():
        assert "WEBEX_BASE_URL" not in os.environ
    """
    ini = "[pytest]\nwebex_sandbox_file = acme.yaml\nwebex_sandbox_env = true\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WEBEX_BASE_URL", raising=False)
        files = {"pytest_ini": ini, "acme_yaml": "people: [{email: ann@acme.example}]\n"}
        run(pytester, unindented(tests), **files).assert_outcomes(passed=3)
        files["pytest_ini"] = "[pytest]\nwebex_sandbox_generate = users=12, seed=3\n"
        made = "def test_made(webex_sandbox, webex_sandbox_env):\n    assert len(webex_sandbox.state.people) == 12\n"
        made += '    assert os.environ["WEBEX_BASE_URL"] == webex_sandbox_env.base_url\n'
        run(pytester, made, **files).assert_outcomes(passed=1)


def test_the_transport_needs_no_socket(pytester: pytest.Pytester) -> None:
    """httpx reaches the same organization in process; once somebody looks at `base_url`, HTTP reaches it too."""
    tests = """
    import asyncio, threading

    def client(transport):
        return httpx.AsyncClient(transport=transport, base_url="http://anything", headers={"Authorization": "Bearer x"})

    def servers():
        return [thread for thread in threading.enumerate() if thread.name == "webex-sandbox" and thread.is_alive()]

    def test_without(webex_sandbox, webex_sandbox_transport):
        before = servers()
        async def work():
            async with client(webex_sandbox_transport) as webex:
                email = (await webex.get("/v1/people")).json()["items"][0]["emails"][0]
                webex_sandbox.leave(email)  # while this loop runs
                return email, (await webex.get("/v1/people", params={"email": email})).json()["items"]
        email, found = asyncio.run(work())
        assert found == [] and email not in webex_sandbox.state.by_email
        assert servers() == before

    def test_both(webex_sandbox, webex_sandbox_transport):
        async def work():
            async with client(webex_sandbox_transport) as webex:
                first = await webex.get("/v1/people", params={"max": 3})
                async with httpx.AsyncClient(base_url=webex_sandbox.origin, headers={"Authorization": "Bearer x"}) as real:
                    answers = await asyncio.gather(*(c.get("/v1/people?max=3") for c in (webex, real) * 20))
                webex_sandbox.hire("new@a.example")
                return [answer.json()["items"] == first.json()["items"] for answer in answers]
        assert asyncio.run(work()) == [True] * 40
        assert len(webex_sandbox.requests) == 41
    """
    run(pytester, unindented(tests)).assert_outcomes(passed=2)


MISTAKES = {
    "fiel='acme.yaml'": "'fiel' is not understood",
    "'acme.yaml'": "'acme.yaml' is not understood",
    "file='a.yaml', generate={}": "take one of file and generate",
    "generate={'users': 'many'}": "users=many is not understood",
    "generate={'seats': 3}": "seats=3 is not understood",
    "shape={'people': [{'mail': 'ann'}]}": "shape has 1 mistake",
    "file='missing.yaml'": "missing.yaml",
    "faults={'overAlocation': True}": "overAlocation",
}


def test_what_is_not_understood_is_said(pytester: pytest.Pytester) -> None:
    """A mistake in a marker is an error of the test that names it, not an organization that nobody asked for."""
    tests = "".join(
        f"@pytest.mark.webex_sandbox({marker})\ndef test_{number}(webex_sandbox):\n    pass\n\n"
        for number, marker in enumerate(MISTAKES)
    )
    result = run(pytester, tests)
    result.assert_outcomes(errors=len(MISTAKES))
    said = [line for line in result.outlines if line.startswith("webex_sandbox: ")]
    assert len(said) == len(MISTAKES)
    for complaint, line in zip(MISTAKES.values(), said, strict=True):
        assert complaint in line


def test_workers_do_not_meet(pytester: pytest.Pytester) -> None:
    """Under pytest-xdist every test has a port of its own."""
    tests = """
    @pytest.mark.parametrize("turn", range(8))
    def test_turn(webex_sandbox, turn):
        webex_sandbox.hire(f"new{turn}@a.example")
        assert licenses(webex_sandbox).status_code == 200
        assert len(webex_sandbox.requests) == 1 and len(webex_sandbox.state.people) == 51
    """
    pytester.makeconftest(PLUGIN)
    pytester.makepyfile(HEAD + unindented(tests))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n2").assert_outcomes(passed=8)


def test_the_documented_example_runs(pytester: pytest.Pytester) -> None:
    """Every file of the example in docs/sandbox.md is written as it stands, and its tests pass."""
    section = (
        (ROOT / "docs" / "sandbox.md").read_text().split("\n## In the tests of other projects\n")[1].split("\n## ")[0]
    )
    files = re.findall(r"^```\w+\n# ([\w./]+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in files] == ["conftest.py", "acme.yaml", "offboarding.py", "test_offboarding.py"]
    for name, text in files:
        (pytester.path / name).write_text(text)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers")
    wanted = sum(text.count("\ndef test_") for _, text in files)
    result.assert_outcomes(passed=wanted)
    assert wanted == 4


def test_pytest_is_not_needed_to_run_the_product() -> None:
    """Sandbox and command line work where pytest is not installed; only the plugin does not."""
    code = "import sys; sys.modules['pytest'] = None\n"
    code += "import reconciler.sandbox, reconciler.sandbox.running, reconciler.cli\n"
    code += "from reconciler.sandbox import State; print(len(State.generate(people=5).people))\n"
    code += "import reconciler.sandbox.pytest_plugin"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "5\n"
    assert "import of pytest halted" in done.stderr


def unindented(text: str) -> str:
    """The text without the indentation of this file."""
    return re.sub(r"^    ", "", text, flags=re.MULTILINE)
