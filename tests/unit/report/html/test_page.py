"""The page: nothing of a name becomes markup, nothing is fetched, every number is the plan's, the same value the same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.model.plan import Plan
from reconciler.model.report import Report
from reconciler.report import html
from reconciler.report import status as words
from reconciler.report.html.contents import page_of as contents_of
from reconciler.report.html.page import Page, Section, Table
from tests.support.report_pages import CODE, GROUP, LONG, REVERSED, TEMPLATE, organization, page_of


class Markup(HTMLParser):
    """Every tag with its attributes, and what is said in each; scripts and styles by their text."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.styles: list[str] = []
        self.said = ""
        self._in = ""
        self._open: list[str] = []
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it."""
        self.tags.append((tag, dict(attrs)))
        self._in = tag
        if tag == "script":
            self._open = [dict(attrs).get("id") or "program"]

    def handle_data(self, data: str) -> None:
        """Text is a script, a style, or said."""
        if self._in == "script":
            self.scripts[self._open[0]] = self.scripts.get(self._open[0], "") + data
        elif self._in == "style":
            self.styles.append(data)
        else:
            self.said += data

    def handle_endtag(self, tag: str) -> None:
        """What follows is said."""
        self._in = ""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    """The value of a page about sixty people and those with hostile names."""
    with organization(tmp_path_factory.mktemp("organization")) as made:
        yield page_of(made)


@pytest.fixture(scope="module")
def page(report: Report) -> Page:
    """Its parts."""
    return contents_of(report)


@pytest.fixture(scope="module")
def markup(report: Report) -> Markup:
    """What a browser reads."""
    return Markup(html.render(report))


def section(page: Page, key: str) -> Section:
    """One section of a page."""
    return next(item for item in page.sections if item.key == key)


def table(page: Page, key: str, caption: str) -> Table:
    """One table of a section."""
    return next(b for b in section(page, key).blocks if isinstance(b, Table) and b.caption == caption)


def rows(data: dict[str, Any], lists: dict[str, dict[str, Any]]) -> list[tuple[str, ...]]:
    """The rows of a long list, as the page's script reads them."""

    def texts(column: dict[str, Any]) -> list[str]:
        if "v" in column:
            return list(column["v"])
        if "of" in column:
            other = texts(lists[column["of"]]["columns"][0])
            return [other[place] for place in column["i"]]
        distinct = column["d"]
        if "s" in column:
            distinct = [", ".join(column["s"][place] for place in one) for one in distinct]
        return [distinct[place] for place in column["i"]]

    return list(zip(*map(texts, data["columns"]), strict=True))


def lists(markup: Markup) -> dict[str, dict[str, Any]]:
    """All long lists by key."""
    return {
        key.removesuffix("-data"): json.loads(text) for key, text in markup.scripts.items() if key.endswith("-data")
    }


def test_nothing_from_outside_becomes_markup(markup: Markup) -> None:
    """Names that are code, templates or turn the reading direction are text, and only the page's own two programs are there."""
    kinds = Counter(tag for tag, _ in markup.tags)
    assert not {"img", "iframe", "object", "embed", "base", "form", "b", "audio", "video"} & kinds.keys()
    assert kinds["style"] == 1
    assert [key for key in markup.scripts if not key.endswith("-data")] == ["program"]
    people = {row[0]: row[1] for row in rows(lists(markup)["people-list"], lists(markup))}
    assert people["code@acme.example"] == CODE
    assert people["template@acme.example"] == TEMPLATE
    assert people["long@acme.example"] == LONG
    reversed_name = people["reversed@acme.example"]
    assert reversed_name == REVERSED.replace("\u202e", "").replace("\u202c", "").replace("\u200f", "")


def test_nothing_in_the_page_fetches_or_runs_anything_else(markup: Markup) -> None:
    """No inline handlers or styles, no addresses but those within the page."""
    for tag, attributes in markup.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "src", "srcset", "action", "formaction", "poster", "background"), (tag, name)
            if name.endswith("href"):
                assert str(value).startswith("#") or value == "data:,", (tag, value)
    style = markup.styles[0]
    assert "@import" not in style
    assert set(re.findall(r"url\((.*?)\)", style)) == {"#hatch"}
    assert not re.search(
        r"\b(fetch|XMLHttpRequest|WebSocket|import\(|eval|innerHTML|insertAdjacentHTML)\b", markup.scripts["program"]
    )


def test_the_policy_allows_exactly_this_style_and_this_script(report: Report) -> None:
    """The digests in the Content-Security-Policy are those of what stands in the file, and nothing else is allowed."""
    text = html.render(report).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', text)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].replace("&#39;", "'").split(";"))
    for rule, pattern in (("script-src", r"<script>(.*?)</script>"), ("style-src", r"<style>(.*?)</style>")):
        found = re.findall(pattern, text, re.DOTALL)
        assert len(found) == 1
        assert rules[rule] == f"'sha256-{base64.b64encode(hashlib.sha256(found[0].encode()).digest()).decode()}'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy[1]


def test_every_id_is_there_once_and_every_link_leads_somewhere(markup: Markup) -> None:
    """The contents, the numbers on top and the skip link lead to what is there."""
    ids = Counter(attributes["id"] for _, attributes in markup.tags if "id" in attributes)
    assert set(ids.values()) == {1}
    links = {str(attributes["href"])[1:] for tag, attributes in markup.tags if tag == "a"}
    assert links <= {str(key) for key in ids}
    assert {
        "capacity",
        "trends",
        "plan",
        "drift",
        "coverage",
        "waiting",
        "findings",
        "cost",
        "reclaimable",
        "people",
    } <= links


def test_the_snapshot_and_the_version_are_told(report: Report, markup: Markup) -> None:
    """Whoever finds the file later knows how old it is and what wrote it."""
    assert report.taken_at.strftime("%Y-%m-%d %H:%M UTC") in markup.said
    assert report.snapshot in markup.said
    assert f"webex-licenses {report.tool_version}" in markup.said


def test_the_numbers_by_template_add_up_to_the_plan(report: Report, page: Page) -> None:
    """Every operation and everybody who waits stands under one template."""
    assert report.plan is not None
    found = table(page, "plan", "By template")
    sums = [int(sum(float(str(row[column].sort)) for row in found.rows)) for column in range(2, 7)]
    summary = report.plan.summary
    assert sums == [
        summary.additions + summary.attendee_additions, summary.removals + summary.attendee_removals, summary.irreversible,
        summary.held, summary.waiting,
    ]  # fmt: skip
    assert summary.additions
    assert summary.removals
    assert summary.waiting
    assert [cell.text for cell in found.foot[0][2:]] == [f"{number:,}" for number in sums]


def test_every_operation_and_everybody_who_waits_is_listed(report: Report, markup: Markup) -> None:
    """The lists are whole: what the plan says, by person."""
    assert report.plan is not None
    found = lists(markup)
    listed = {(row[0], row[2]) for row in rows(found["operations"], found)}
    assert listed == {(c.email, operation.operation) for c in report.plan.changes for operation in c.licenses}
    waiting = [row[0] for row in rows(found["waiting-list"], found)]
    assert waiting == [item.email for item in report.plan.waiting]
    assert len(rows(found["finding-list"], found)) == len(report.plan.findings)


def test_people_stand_where_status_says(report: Report, markup: Markup) -> None:
    """The states of the list are the counts of the coverage table, which are those of `status`."""
    assert report.status is not None
    found = lists(markup)
    people = rows(found["people-list"], found)
    assert len(people) == report.status.everybody.people
    counted = Counter(row[2] for row in people)
    states = words.states_of(report.status.everybody)
    assert counted == {words.WORDS[state]: number for state, number in states.items() if number}
    ann = next(row for row in people if row[0] == "ann@acme.example")
    assert GROUP in ann[4]
    assert "Webex Meetings Suite @ acme.webex.com" in ann[6]


def test_capacity_tells_now_and_after_the_plan(report: Report, page: Page) -> None:
    """In use and left, before and after, over and waiting, for every pool that counts units."""
    found = table(page, "capacity", "Pools, and what the plan does to them")
    by_name = {(row[0].text, row[0].below): row for row in found.rows}
    row = by_name["Real-Time Translations", "Sub-100002"]
    total, used, added, removed, after, left = (int(row[at].text.replace("–", "0")) for at in (2, 3, 6, 7, 8, 9))
    assert (total, used) == (5, 4)
    assert after == used + added - removed
    assert left == total - after == 0
    over = by_name["Webex Meetings Suite", "acme.webex.com · Sub-100001"]
    assert (over[4].text, over[4].tone, over[10].text) == ("-1", "bad", "1")
    assert int(over[11].text) == sum(item.license == "Webex Meetings Suite" for item in report.plan.waiting)  # type: ignore[union-attr]
    assert [over[12].text, over[13].text] == ["2", "-1"]  # 120 % of two are two
    assert len(found.rows) == sum(pool.limited for pool in report.pools)


def test_the_tightest_pool_comes_first(page: Page) -> None:
    """Whoever reads only the first row has read the worst one."""
    found = table(page, "capacity", "Pools, and what the plan does to them")
    tones = ["bad" if row[9].tone == "bad" or row[4].tone == "bad" else "" for row in found.rows]
    assert tones == sorted(tones, reverse=True)
    assert tones[0] == "bad"


def test_the_same_value_gives_the_same_bytes(report: Report) -> None:
    """Also with another seed for hashes, and however often it is written."""
    assert report.plan is not None
    first = html.render(report)
    assert html.render(report) == first
    plan = msgspec.json.encode(report.plan)
    program = (
        "import sys, hashlib; from reconciler.report import html, plan_json;"
        "print(hashlib.sha256(html.render_plan(plan_json.parse(sys.stdin.buffer.read()))).hexdigest())"
    )
    digests = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program], input=plan, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        assert done.returncode == 0, done.stderr.decode()
        digests.add(done.stdout)
    assert digests == {f"{hashlib.sha256(html.render_plan(report.plan)).hexdigest()}\n".encode()}


def test_a_plan_alone_is_a_page(report: Report) -> None:
    """`plan` and `show` have the plan and nothing else: no people, no trends, but capacity, changes and who waits."""
    assert report.plan is not None
    found = Markup(html.render_plan(report.plan))
    ids = {attributes.get("id") for _, attributes in found.tags}
    assert {"capacity", "plan", "waiting", "findings"} <= ids
    assert not {"people", "trends", "coverage", "drift"} & ids
    assert [row[0] for row in rows(lists(found)["waiting-list"], {})] == [item.email for item in report.plan.waiting]


def test_a_drift_report_alone_is_a_page(report: Report) -> None:
    """With every difference, by cause and by person."""
    assert report.drift is not None
    found = Markup(html.render_drift(report.drift, "1.2.3"))
    listed = rows(lists(found)["drift-list"], {})
    assert Counter(row[0] for row in listed) == Counter(item.email for item in report.drift.items)
    assert "webex-licenses 1.2.3" in found.said


def test_an_empty_plan_is_a_page(report: Report) -> None:
    """Nothing to change, nobody waiting, no pools: said, and nothing breaks."""
    assert report.plan is not None
    empty = Plan(
        report.plan.format_version, "Plan", report.plan.tool, report.plan.organization, report.plan.created_at, "",
        report.plan.desired, report.plan.live, type(report.plan.summary)(),
    )  # fmt: skip
    assert "Nothing to change" in Markup(html.render_plan(empty)).said


def test_without_prices_no_money_is_told(report: Report) -> None:
    """The section is left out, and the page is whole."""
    ids = {
        attributes.get("id") for _, attributes in Markup(html.render(msgspec.structs.replace(report, bill=None))).tags
    }
    assert "cost" not in ids
    assert "people" in ids


def test_a_long_list_writes_each_address_once(markup: Markup) -> None:
    """Addresses of lists beside everybody's are places in that one."""
    found = lists(markup)
    for key in ("operations", "drift-list", "waiting-list", "seats"):
        assert found[key]["columns"][0].keys() & {"v", "d", "of", "i"} == {"of", "i"}, key
    assert "v" in found["people-list"]["columns"][0]


def test_the_package_carries_its_templates() -> None:
    """A wheel without them would fail only at the user's."""
    import tomllib

    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert "reconciler.report.html" in project["packages"]
    assert project["package-data"]["reconciler.report.html"] == ["templates/*"]
