"""Markdown out of text from anybody, read back by a Markdown parser and by what GitHub and GitLab look for in a page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.model.finding import Finding
from reconciler.model.plan import AskedBefore, Plan, Waiting
from reconciler.report import markdown, plan_markdown
from reconciler.report.wording import clean
from tests.support.plans import GETS_CALLING, LOSES_CALLING, NOON, SALES, SUITE, change, one_of_everything, plan

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"", "<details>", "</details>"}
# html-pipeline's MentionFilter and IssueMentionFilter, GitLab's references, and both products' links; wider than each.
PINGS = re.compile(r"(?:^|[^A-Za-z0-9])@\w|(?:^|\W|\w)[#!$%&~^][0-9]|(?:^|\W)gh-[0-9]|\w://|\bwww\.", re.IGNORECASE)
NASTY = st.text(
    st.one_of(
        st.sampled_from("|`*_[]()<>&#!@~$\\-+=:/.1 \n\t\u202e\u200d漢🙂ß'\""), st.characters(exclude_categories=["Cs"])
    ),
    min_size=1,
    max_size=40,
)
WORDS = st.lists(
    st.one_of(
        NASTY,
        st.sampled_from(
            [
                "@org/team",
                ".@bob",
                "_@bob",
                "ß@bob",
                "x/y#1",
                "GH-1",
                "!7",
                "&3",
                "%2",
                "~4",
                "$5",
                "https://a.b",
                "WWW.a.b",
                "</details>",
                "<!--",
                "-->",
                "<script>",
                "| --- |",
                "\\|",
                "[a](b)",
                "![a](b)",
                "- ",
                "1. ",
                "# ",
                "```",
                "$x$",
            ]
        ),
    ),
    min_size=1,
    max_size=4,
).map("".join)


def _nodes(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _nodes(token.children or [])


def _texts(tokens: list[Token]) -> list[str]:
    """What a reader sees, paragraph by paragraph and cell by cell."""
    inlines = [token for token in tokens if token.type == "inline"]
    return ["".join(child.content for child in _nodes(token.children or [])) for token in inlines]


def _evil(text: str) -> Plan:
    """A plan with the text in every place that comes from outside."""
    person = change(1, SUITE, LOSES_CALLING)
    evil = type(person)(person.person_id, text, text, person.expects, person.licenses)
    return plan(
        evil,
        waiting=(Waiting("W", text, text, NOON, SALES, text, text),),
        findings=(Finding(text, "warning", text, text, text),),
        setbacks=(AskedBefore("P", text, "add", text, None, text, "refused", (400,), text, 2, NOON, NOON, None),),
    )


@given(WORDS)
@example("- x")
@example("3) x")
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_back_as_itself(text: str) -> None:
    """Paragraph, list item or table cell: a reader sees the name, and nothing but the name."""
    shown = clean(text)
    document = "\n".join(
        [f"- {markdown.escape(text)}", "", *markdown.header(("a", "b")), markdown.row((markdown.escape(text), "x"))]
    )
    tokens = PARSER.parse(document)
    item, *_, cell, last = _texts(tokens) if shown.strip() else ("", "", "x")
    assert last == "x"
    for seen in (item, cell):
        assert " ".join(seen.replace(markdown._SPLIT, "").split()) == " ".join(shown.split())
    kinds = {token.type for token in _nodes(tokens)}
    assert not kinds & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "em_open",
        "strong_open",
        "s_open",
        "code_inline",
    }
    assert sum(token.type == "bullet_list_open" for token in tokens) == 1
    assert not kinds & {"ordered_list_open", "heading_open", "hr", "fence", "code_block", "blockquote_open"}


@given(WORDS)
@settings(max_examples=100, deadline=None)
def test_no_name_reaches_out_of_a_plan(text: str) -> None:
    """Nobody is mentioned, no issue referred to, nothing linked, no HTML but ours, whatever a display name says."""
    tokens = PARSER.parse(plan_markdown.render(_evil(text)))
    html = [token.content for token in _nodes(tokens) if token.type in ("html_block", "html_inline")]
    for block in html:
        assert all(line in OURS or line.startswith("<summary>") for line in block.splitlines())
    assert sum(block.count("<details>") for block in html) == sum(block.count("</details>") for block in html)
    assert not [seen for seen in _texts(tokens) if PINGS.search(seen)]


@pytest.mark.parametrize("text", [".@org/team", "_@bob", "ß@bob", "x/y#1", "GH-12", "!7", "ftp://a.b"])
def test_what_pings_without_an_escape_is_known(text: str) -> None:
    """The look-out of these tests would see a reference if it was there."""
    assert PINGS.search(text)
    assert not PINGS.search(markdown.escape(text).replace("\\", ""))


def test_an_address_stays_an_address() -> None:
    """Who copies an address out of a comment gets the address."""
    assert markdown.escape("ann.o-k+x@acme.example") == "ann.o-k+x@acme.example"


@pytest.mark.parametrize("name", ["x", "漢字", "🙂", "@" * 40])
@pytest.mark.parametrize("limit", [5_000, markdown.LIMIT])
def test_a_comment_is_within_the_limit_by_every_way_of_counting(name: str, limit: int) -> None:
    """Bytes, code points and UTF-16 units: GitHub's own words and what people measured differ."""
    many = plan(
        *(change(number, SUITE, *[LOSES_CALLING] * 3) for number in range(2_000)),
        waiting=tuple(Waiting(f"W{n}", f"{name}{n}@acme.example", f"{name} {n}", NOON, SALES) for n in range(2_000)),
        findings=tuple(Finding(f"code-{n}", "info", f"{name}{n}", name * 90) for n in range(2_000)),
        setbacks=tuple(
            AskedBefore(
                "P", f"{name}{n}@acme.example", "add", f"{name}{n}", None, None, "refused", (), "", 2, NOON, NOON, None
            )
            for n in range(500)
        ),
    )
    text = plan_markdown.render(many, limit=limit, plan_file="/tmp/plans/plan.json.gz")
    assert len(text.encode()) <= limit
    assert len(text.encode("utf-16-le")) // 2 <= limit
    assert "2,000 people, +2,000 and -6,000 licenses, 6,000 irreversible" in text
    assert "**Waiting (2,000):**" in text
    assert text.endswith("`webex-licenses show plan.json.gz --all`\n")


def test_numbers_of_what_is_left_out_add_up() -> None:
    """People shown and people said to be in the plan file are all that wait."""
    many = plan(
        change(1, SUITE),
        waiting=tuple(
            Waiting(f"W{n}", f"{n}@acme.example", f"{'License ' * 40}{n % 400}", NOON, SALES) for n in range(1_200)
        ),
    )
    text = plan_markdown.render(many, plan_file="plan.json")
    shown = sum(int(number) for number in re.findall(r"^- License.*?, (\d+) people: ", text, re.MULTILINE))
    left_out = re.search(r"^([\d,]+) more waiting requests in the plan file\.$", text, re.MULTILINE)
    assert left_out
    assert 0 < shown < 1_200
    assert shown + int(left_out[1].replace(",", "")) == 1_200


def test_a_plan_that_fits_does_not_point_elsewhere() -> None:
    """The pointer means that something is missing."""
    assert "Not everything fits" not in plan_markdown.render(one_of_everything(), plan_file="plan.json")


def test_stops_do_not_push_the_counts_out() -> None:
    """Twenty guards with long messages leave the table of counts where it is."""
    guards = one_of_everything().guards[:1]
    stopped = plan(change(1, SUITE), guards=tuple(type(guards[0])("c", "stop", "漢" * 1_400) for _ in range(60)))
    text = plan_markdown.render(stopped)
    assert "**Apply would stop before sending anything: 60 guards.**" in text
    assert "| Licenses | 1 | 0 | 0 | 0 | 0 |" in text
    assert len(text.encode()) <= markdown.LIMIT


def test_a_hundred_thousand_changes_are_quick() -> None:
    """A pull request does not wait for its comment."""
    many = plan(
        *(change(number, SUITE, GETS_CALLING) for number in range(100_000)),
        findings=tuple(Finding("code", "info", f"{n}@acme.example", "Message.") for n in range(20_000)),
    )
    began = time.process_time()
    text = plan_markdown.render(many)
    assert time.process_time() - began < 5
    assert "100,000 people" in text
    assert len(text) < 20_000
