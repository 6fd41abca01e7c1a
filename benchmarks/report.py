"""The HTML report for many people: its size, the time to write it, and what Chromium takes to show and to search it.

Run as `python -m benchmarks.report [PEOPLE] [RUNS]` (100,000 and 5). The store holds thirty daily readings of a made-up
organization whose files leave thousands to change and thousands waiting; making it is left out. `report` is measured as a whole
process beside a bare interpreter; the page is opened from its file in Debian's Chromium, without a window. First paint is
Chromium's own `first-contentful-paint`; a keystroke is timed in the page, from the key to the frame after it.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from playwright.sync_api import Page, sync_playwright

from benchmarks.plan import HEAD, run
from benchmarks.store import Organization, sync
from reconciler.store import Store
from tests.support.chromium import FLAGS, MISSING, found

READINGS = 30
SHORT = 1.01  # units bought for each in use
SEARCHES = ("p", "pe", "per", "person.9", "person.99", "group 3", "license 7 waiting", "nobody at all")
# From the key to the frame that shows what it found.
KEYSTROKE = """async (text) => {
  const search = document.querySelector("#people-list input");
  const begin = performance.now();
  search.value = text;
  search.dispatchEvent(new Event("input"));
  const scripted = performance.now() - begin;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return [scripted, performance.now() - begin];
}"""
SORT = """(at) => {
  const begin = performance.now();
  document.querySelectorAll("#people-list thead button")[at].click();
  return performance.now() - begin;
}"""


def files() -> str:
    """Three groups get two licenses each: units enough are left of the one, and hardly any of the other."""
    parts = [
        HEAD.format(kind="Organization", name="bench") + "  assignment: groupsThenOrganization\n"
        "  prices: {License 1: {amount: 10, currency: EUR, per: month}}\n",
        HEAD.format(kind="OrganizationTemplate", name="newcomers")
        + "  existingUsers: false\n  licenses: [{license: License 0}]\n",
    ]
    for number in range(1, 4):
        parts.append(
            HEAD.format(kind="GroupTemplate", name=f"group-{number}")
            + f"  groups: [Group {number}]\n  licenses: [{{license: License {number}}}, {{license: License {number + 4}}}]\n"
        )
    return "---\n".join(parts)


def prepare(people: int, directory: Path) -> None:
    """The files, and a store with one reading a day."""
    organization, chance = Organization(people), random.Random(1)
    held = Counter(license_id for person in organization.people for license_id in person.licenses)
    enough = {f"License {number}" for number in range(5, 8)}
    bought = {item.id: int(held[item.id] * (1.5 if item.name in enough else SHORT)) for item in organization.licenses}
    (directory / "organization.yaml").write_text(files(), encoding="utf-8")
    with Store.open(f"sqlite:///{directory}/store.db") as store:
        for day in range(READINGS, -1, -1):
            organization.licenses = [
                msgspec.structs.replace(
                    item, total=bought[item.id], consumed=int(held[item.id] * (1 - day / 400)) - chance.randrange(20)
                )
                for item in organization.licenses
            ]
            sync(store, organization, datetime.now(UTC) - timedelta(days=day))


def page_figures(page: Page, file: Path) -> None:
    """What the page takes, once."""
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    memory = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    print(f"first paint {paint / 1000:.2f} s, ready {ready / 1000:.2f} s, {memory:.0f} MB of JavaScript")
    page.wait_for_timeout(1000)  # a reader looks before typing
    for text in SEARCHES:
        scripted, whole = page.evaluate(KEYSTROKE, text)
        told = page.text_content("#people-list output")
        print(f"  search {text!r}: {scripted:.0f} ms, {whole:.0f} ms to the next frame; {told}")
    page.evaluate(KEYSTROKE, "")
    for at, name in enumerate(("person", "name", "status", "account", "groups", "licenses")):
        print(f"  sort by {name}: {page.evaluate(SORT, at):.0f} ms")


def main(people: int = 100_000, runs: int = 5) -> None:
    """Prepare, write `runs` times, and open `runs` times."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        subprocess.run([sys.executable, "-m", "benchmarks.report", "--prepare", str(people), name], check=True)
        file = directory / "report.html"
        command = [
            sys.executable,
            "-m",
            "reconciler",
            "--quiet",
            "--store",
            f"sqlite:///{directory}/store.db",
            "report",
        ]
        command += [str(directory), "--out", str(file)]
        walls, peaks, bare = [], [], []
        for _ in range(runs):
            bare.append(run([sys.executable, "-c", "pass"])[0])
            wall, peak, _ = run(command)
            walls.append(wall)
            peaks.append(peak)
        print(
            f"{people:,} people: {file.stat().st_size / 1e6:.1f} MB in {statistics.median(walls):.2f} s "
            f"({min(walls):.2f} to {max(walls):.2f}), peak {max(peaks):.0f} MB; "
            f"a bare interpreter {statistics.median(bare):.3f} s",
            flush=True,
        )
        program = found()
        if program is None:
            print(MISSING)
            return
        with sync_playwright() as playwright:
            for _ in range(runs):
                browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
                page_figures(browser.new_page(viewport={"width": 1440, "height": 900}), file)
                browser.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--prepare"]:
        prepare(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(*(int(text) for text in sys.argv[1:]))
