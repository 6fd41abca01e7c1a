"""The HTML report in a real Chromium: it opens from a file, asks for nothing, can be searched, sorted, read out and printed.

Where Chromium is missing the tests skip and say what to install; with WEBEX_LICENSES_REQUIRE_CHROMIUM they fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, sync_playwright

from reconciler.cli import cli
from tests.support.chromium import FLAGS, executable
from tests.support.report_pages import CODE, LONG, organization

PEOPLE = 400
WIDTHS = (390, 800, 1440)
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", {}),
    ("dark", {"runOnly": ["color-contrast"]}),
)
EVERYBODY = PEOPLE + 11  # and the named ones


@pytest.fixture(scope="module")
def browser(file: Path) -> Iterator[Browser]:
    """One Chromium for all tests. After the file, because playwright's event loop runs until it ends."""
    program = executable()
    assert file.exists()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page as the command writes it."""
    executable()
    folder = tmp_path_factory.mktemp("organization")
    with organization(folder, PEOPLE):
        pass
    out = folder / "report.html"
    arguments = ["report", str(folder / "desired"), "--out", str(out), "--store", f"sqlite:///{folder / 'store.db'}"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    assert "report.html" in done.output
    return out


class Watched:
    """A page, what its console said, and what it asked for."""

    def __init__(self, browser: Browser, file: Path, **options: Any) -> None:
        self.page = browser.new_page(**options)
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html[data-ready]")


@pytest.fixture(scope="module")
def opened(browser: Browser, file: Path) -> Iterator[Watched]:
    """The page, opened once; at the end it has said nothing and asked for nothing, whatever was done with it."""
    watched = Watched(browser, file, viewport={"width": 1440, "height": 900})
    yield watched
    assert watched.complaints == []
    assert watched.requests == [file.as_uri()]
    watched.page.close()


@pytest.fixture
def page(opened: Watched) -> Page:
    """The page as it was opened."""
    for search in opened.page.query_selector_all("input[type=search]"):
        search.fill("")
    for choice in opened.page.query_selector_all("select"):
        choice.select_option("")
    return opened.page


def told(page: Page, key: str = "people-list") -> str:
    """What a list says of how many it shows."""
    return str(page.text_content(f"#{key} output"))


def column(page: Page, number: int, key: str = "people-list") -> list[str]:
    """The texts of one column, of the rows that are in the page."""
    found: list[str] = page.eval_on_selector_all(
        f"#{key} tbody tr[data-at] td:nth-child({number})", "cells => cells.map(cell => cell.textContent)"
    )
    return found


def search(page: Page, text: str, key: str = "people-list") -> None:
    """Type into a list's search field."""
    page.fill(f"#{key} input[type=search]", text)


def test_it_opens_from_a_file_and_asks_for_nothing(opened: Watched, file: Path) -> None:
    """No request but the file itself, no complaint in the console, and its title."""
    assert opened.requests == [file.as_uri()]
    assert opened.complaints == []
    assert opened.page.title() == "Licenses of acme"


def test_a_hostile_name_is_text(page: Page) -> None:
    """Nobody's name runs, and it is shown as it is written."""
    search(page, "code@acme")
    assert column(page, 2) == [CODE]
    page.click("#people-list tbody tr[data-at]")
    assert CODE in str(page.text_content("#people-list .detail"))
    assert page.title() == "Licenses of acme"
    search(page, "long@acme")
    assert column(page, 2) == [LONG]
    row = page.query_selector("#people-list tbody tr[data-at]")
    assert row is not None
    box = row.bounding_box()
    assert box is not None
    assert box["height"] < 40  # three hundred letters do not push the others out of sight


def test_people_are_found_by_any_words(page: Page) -> None:
    """Words in any order and of any column, in any case; what does not exist finds nobody, and nothing finds everybody."""
    assert told(page) == f"{EVERYBODY} people"
    search(page, "NUMBER person.0012")
    assert column(page, 1) == ["person.0012@acme.example"]
    assert told(page) == f"1 of {EVERYBODY} people"
    search(page, "sales person.00")
    assert len(column(page, 1)) == 25  # every fourth of a hundred
    search(page, "sales person.0")
    assert told(page) == f"100 of {EVERYBODY} people"  # fewer letters find more again
    search(page, "nobody at all")
    assert told(page) == f"0 of {EVERYBODY} people"
    search(page, "")
    assert told(page) == f"{EVERYBODY} people"


def test_people_are_chosen_by_what_a_column_holds(page: Page) -> None:
    """A choice narrows the list to exactly as many as it says, and goes together with the search."""
    choice = page.locator("#people-list .tools label", has_text="State").locator("select")
    text = next(option for option in choice.locator("option").all_text_contents() if option.startswith("waiting"))
    choice.select_option(label=text)
    number = re.search(r"\((\d+)\)", text)
    assert number is not None
    assert told(page) == f"{number[1]} of {EVERYBODY} people"
    assert set(column(page, 3)) == {"waiting"}
    somebody = column(page, 1)[3]
    search(page, somebody)
    assert column(page, 1) == [somebody]
    search(page, "fay@acme")
    assert column(page, 1) == []  # who waits for nothing


def test_only_what_is_in_sight_is_in_the_page(page: Page) -> None:
    """Hundreds of people are dozens of rows, and scrolling shows the others, down to the last."""
    assert len(column(page, 1)) < 80
    page.eval_on_selector("#people-list .scroll", "node => node.scrollTo(0, node.scrollHeight)")
    # Nothing may be evaluated from a string in this page, so the last one is waited for by looking.
    page.locator("#people-list tbody", has_text="template@acme.example").wait_for(state="attached")
    assert column(page, 1)[-1] == "template@acme.example"
    assert page.get_attribute("#people-list table", "aria-rowcount") == str(EVERYBODY + 1)
    page.eval_on_selector("#people-list .scroll", "node => node.scrollTo(0, 0)")


def test_a_list_is_sorted_by_its_heads(page: Page) -> None:
    """Up at the first click, down at the second, and it says so to whoever cannot see the arrow."""
    head = page.locator("#people-list thead th", has_text="Name")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    names = column(page, 2)
    assert names == sorted(names, key=str.lower)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    names = column(page, 2)
    assert names == sorted(names, key=str.lower, reverse=True)
    assert page.locator("#people-list thead [aria-sort]").count() == 1
    page.locator("#people-list thead button").first.click()


def test_a_table_is_sorted_by_number(page: Page) -> None:
    """Numbers as numbers, the greatest first; sums stay at the foot."""
    table = page.locator("#capacity table").first
    head = table.locator("thead th", has_text="Bought")
    head.locator("button").click()
    at = table.locator("thead th").all_text_contents().index("Bought") + 1
    numbers = [int(text.replace(",", "")) for text in table.locator(f"tbody tr > :nth-child({at})").all_text_contents()]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) > 2
    assert head.get_attribute("aria-sort") == "descending"


def focused(page: Page) -> str:
    """What has the focus: its tag, and its text."""
    found: str = page.evaluate(
        "() => `${document.activeElement.tagName} ${(document.activeElement.textContent || '').slice(0, 60)}`"
    )
    return found


def test_the_keyboard_is_enough(browser: Browser, file: Path) -> None:
    """From the skip link to a person's details and back, without a mouse; the focus can be seen."""
    page = Watched(browser, file).page
    page.keyboard.press("Tab")
    assert focused(page) == "A Skip to the content"
    page.keyboard.press("Enter")
    assert focused(page).startswith("MAIN")
    page.focus("#people-list input[type=search]")
    page.keyboard.type("person.00")
    for _ in range(len(page.query_selector_all("#people-list select")) + 1):
        page.keyboard.press("Tab")
    assert focused(page) == "BUTTON Person"
    outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert column(page, 1)[0] == "person.0099@acme.example"
    page.focus("#people-list tbody tr[tabindex='0']")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("TR person.0098@acme.example")
    page.keyboard.press("Enter")
    detail = str(page.text_content("#people-list .detail"))
    assert "person.0098@acme.example" in detail
    assert "Basic Messaging" in detail
    page.keyboard.press("End")
    assert focused(page).startswith("TR person.0000@acme.example")
    page.keyboard.press("Escape")
    assert page.is_hidden("#people-list .detail")
    page.close()


def test_every_part_can_be_reached_from_the_contents(page: Page) -> None:
    """Landmarks, one first heading, and a link to each part."""
    for role in ("banner", "navigation", "main"):
        assert page.get_by_role(role).count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    for link in page.query_selector_all("nav a"):
        target = str(link.get_attribute("href"))
        assert page.query_selector(target) is not None, target


def test_nothing_keeps_anybody_out(browser: Browser, file: Path) -> None:
    """No finding of axe-core, with everything unfolded and a person's details shown; contrast in the dark as well."""
    context = browser.new_context(bypass_csp=True, color_scheme="light", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(file.as_uri())
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
    for search_field in page.query_selector_all("input[type=search]"):
        first = search_field.evaluate("node => node.closest('.list').querySelector('tbody td').textContent")
        search_field.fill(first)  # a few rows say as much about a list as dozens
    page.click("#people-list tbody tr[data-at]")
    grounds = []
    for scheme, options in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        grounds.append(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
        found = Axe().run(page, options=options)
        assert found.response["passes"], scheme
        assert found.violations_count == 0, found.generate_report()
    assert grounds == ["rgb(255, 255, 255)", "rgb(21, 24, 28)"]
    context.close()


def test_charts_are_drawn_and_read_out(page: Page) -> None:
    """Each has lines in the page's colors, and says its pool and when it runs dry; the figures stand in a table beneath."""
    charts = page.locator("#trends figure svg[role=img]")
    assert charts.count() > 2
    labels = [str(chart.get_attribute("aria-label")) for chart in charts.all()]
    assert all(re.search(r"Runs dry|No unit left|Lasts beyond|The plan takes|No forecast", label) for label in labels)
    stroke = page.eval_on_selector(".serie-2 path", "line => getComputedStyle(line).stroke")
    assert stroke not in ("none", "")
    assert page.locator("#trends table tbody tr").count() >= charts.count()


def test_print_unfolds_everything(browser: Browser, file: Path) -> None:
    """What is folded is open, whole lists stand there, tools are gone; afterwards it is as before."""
    watched = Watched(browser, file)
    page = watched.page
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert len(column(page, 1)) == EVERYBODY
    assert page.is_hidden("#people-list .tools")
    assert page.is_hidden("nav")
    header = page.eval_on_selector("thead", "head => getComputedStyle(head).display")
    assert header == "table-header-group"
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(column(page, 1)) < 80
    paper = page.pdf(format="A4", landscape=True)
    pages = paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ")
    assert paper.startswith(b"%PDF")
    assert pages > 8  # the four hundred people are on it
    assert watched.complaints == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_every_screen(browser: Browser, file: Path, width: int, tmp_path: Path) -> None:
    """Wide tables scroll in their own frame, and the page never sideways; the whole can be drawn."""
    page = Watched(browser, file, viewport={"width": width, "height": 900}).page
    across = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert across == 0
    shot = page.screenshot(path=tmp_path / f"{width}.png", full_page=True)
    assert len(shot) > 50_000
    page.close()


def test_without_javascript_all_but_the_long_lists_is_there(browser: Browser, file: Path) -> None:
    """Tables, charts and numbers need no script, and what needs it says so."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("#capacity tbody tr").count() > 3
    assert page.locator("#trends figure svg").count() > 2
    assert f"{EVERYBODY} people" in str(page.locator("#people-list").text_content())
    context.close()


def test_where_chromium_is_required_its_absence_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that skips in silence is none; elsewhere the reason says what to install."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("WEBEX_LICENSES_REQUIRE_CHROMIUM", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        executable()
    monkeypatch.setenv("WEBEX_LICENSES_REQUIRE_CHROMIUM", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        executable()
