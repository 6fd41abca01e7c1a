"""Plan, drift and the whole organization as one HTML file that needs no network: templates, styles and script are inlined.

A Content-Security-Policy allows exactly the style and the script of this file, by their digests, and nothing else: no
request leaves the page, and no name from Webex can become code. The same value gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from reconciler.model.drift import Drift
from reconciler.model.plan import Plan
from reconciler.model.report import Report
from reconciler.report.html.page import Page

if TYPE_CHECKING:
    from jinja2 import Environment


def render(report: Report) -> bytes:
    """The page about an organization, a plan or drift."""
    from reconciler.report.html.contents import page_of

    return _markup(page_of(report))


def render_plan(plan: Plan) -> bytes:
    """The page about a plan alone: nothing is read but the plan."""
    return render(
        Report(
            "plan", plan.organization, plan.tool.version, plan.live.snapshot, plan.live.taken_at, plan.created_at, plan,
            commit=plan.desired.commit,
        )
    )  # fmt: skip


def render_drift(drift: Drift, tool_version: str) -> bytes:
    """The page about a drift report alone."""
    return render(Report("drift", drift.organization, tool_version, drift.snapshot, drift.taken_at, drift=drift))


def _markup(page: Page) -> bytes:
    style, script = _inlined("report.css"), _inlined("report.js")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    text = _environment().get_template("page.html.j2").render(page=page, style=style, script=script, policy=policy)
    return text.encode()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("reconciler.report.html"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


@cache
def _inlined(name: str) -> Markup:
    text = files("reconciler.report.html").joinpath("templates", name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - a file of this package


def _digest(text: str) -> str:
    """As a Content-Security-Policy spells it: of exactly what stands between the tags."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
