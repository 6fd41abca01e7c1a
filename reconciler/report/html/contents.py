"""Which parts a page has, in which order, and the numbers on top of it."""

from __future__ import annotations

from reconciler.model.report import Report
from reconciler.report import drift as drift_words
from reconciler.report import wording
from reconciler.report.html import capacity, changes, people, spending, trends
from reconciler.report.html.page import Fact, Page, Section, Tone


def page_of(report: Report) -> Page:
    """The page."""
    name = wording.clean(report.organization.name)
    titles = {"organization": f"Licenses of {name}", "plan": f"Plan for {name}", "drift": f"Drift of {name}"}
    sections = _sections(report)
    verdict, tone = _verdict(report)
    return Page(
        titles[report.kind], verdict, tone, _origin(report), f"webex-licenses {wording.clean(report.tool_version)}",
        tuple(_facts(report)), sections, name,
    )  # fmt: skip


def _sections(report: Report) -> tuple[Section, ...]:
    plan, drift = report.plan, report.drift
    whole = report.kind == "organization"
    pools = report.pools if whole else capacity.pools_of(plan) if plan else ()
    by_id = {pool.license_id: pool for pool in pools}
    everybody = {} if report.people is None else {email: at for at, email in enumerate(report.people.emails)}
    found = (
        capacity.section(pools, beyond=whole) if pools else None,
        trends.section(pools),
        changes.plan_section(plan, everybody) if plan else None,
        people.drift_section(drift, everybody) if drift else None,
        people.coverage_section(report.status, drift.coverage if drift else None),
        changes.waiting_section(plan.waiting if plan else drift.waiting if drift else (), everybody),
        changes.findings_section(plan.findings if plan else drift.findings if drift else ()),
        spending.cost_section(report.bill, by_id),
        spending.reclaim_section(report.reclaimable, everybody),
        people.people_section(report.people),
    )
    return tuple(section for section in found if section is not None)


def _verdict(report: Report) -> tuple[str, Tone]:
    """The most telling sentence, worst first."""
    if report.kind == "drift" and report.drift:
        return _said(drift_words.verdict(report.drift)), "" if report.drift.drifted else "good"
    if report.plan is None:
        return "", ""
    stops = wording.stopping(report.plan)
    text = wording.verdict(report.plan) if report.kind == "organization" else _said(wording.verdict(report.plan))
    if stops:
        return f"{text}. Apply would stop before sending anything: {wording.count(len(stops), 'guard')}.", "bad"
    return f"{text}.", "" if report.plan.changes or report.plan.waiting else "good"


def _said(verdict: str) -> str:
    """Without the name of the organization, which stands above it."""
    text = verdict.partition(": ")[2] or verdict
    return text[:1].upper() + text[1:]


def _origin(report: Report) -> str:
    taken = f"Reading of {wording.moment(report.taken_at)} (snapshot {wording.clean(report.snapshot)})"
    parts = [taken]
    if report.made_at is not None:
        unsent = ", made in memory and not sent" if report.kind == "organization" else ""
        parts.append(f"plan of {wording.moment(report.made_at)}{unsent}")
    if report.commit:
        parts.append(f"files at commit {wording.clean(report.commit)[:12]}")
    return ", ".join(parts)


def _facts(report: Report) -> list[Fact]:
    facts: list[Fact] = []
    plan, drift = report.plan, report.drift
    if report.status is not None:
        row = report.status.everybody
        facts.append(Fact("People", f"{row.people:,}", f"{row.states.as_wanted:,} as wanted", to="people"))
    if report.kind == "organization":
        facts += _capacity_facts(report)
    if plan is not None:
        summary = plan.summary
        gone = f", {summary.irreversible:,} for good" if summary.irreversible else ""
        facts.append(
            Fact("Planned", f"+{summary.additions + summary.attendee_additions:,} "
                 f"−{summary.removals + summary.attendee_removals:,}",
                 f"{wording.count(summary.people, 'person', 'people')}{gone}", "bad" if summary.irreversible else "", "plan")
        )  # fmt: skip
        if summary.held:
            facts.append(Fact("Held back", f"{summary.held:,}", "by guards", "warn", "plan"))
        if summary.monthly_cost is not None:
            currency = f"{wording.clean(report.bill.currency)}, by the plan" if report.bill else "by the plan"
            facts.append(
                Fact("Cost a month", f"{summary.monthly_cost:+,.2f}", currency, to="cost" if report.bill else "plan")
            )
    if drift is not None:
        differences = sum(item.direction != "preserved" for item in drift.items)
        facts.append(Fact("Drift", f"{differences:,}", "differences", "warn" if differences else "", "drift"))
    source = plan or drift
    if source is not None:
        facts.append(Fact("Waiting", f"{len(source.waiting):,}", "no unit left", "warn" if source.waiting else "",
                          "waiting" if source.waiting else ""))  # fmt: skip
        blocked = wording.blocked(source.findings)
        facts.append(Fact("Blocked", f"{blocked:,}", f"{wording.count(len(source.findings), 'finding')} in all",
                          "bad" if blocked else "", "findings" if source.findings else ""))  # fmt: skip
    if report.reclaimable is not None:
        facts.append(Fact("Reclaimable", f"{len(report.reclaimable.seats):,}", "seats",
                          to="reclaimable" if report.reclaimable.seats else ""))  # fmt: skip
    return facts


def _capacity_facts(report: Report) -> list[Fact]:
    counted = [pool for pool in report.pools if pool.limited]
    used, bought = sum(pool.consumed or 0 for pool in counted), sum(pool.total or 0 for pool in counted)
    over = sum(capacity.tone(pool) == "bad" for pool in counted)
    day, name = trends.verdict(report.pools)
    share = f"{100 * used / bought:.0f} % of {bought:,} bought" if bought else "none bought"
    return [
        Fact("Units in use", f"{used:,}", share, to="capacity"),
        Fact("Pools over", f"{over:,}", f"of {len(counted):,}", "bad" if over else "", "capacity"),
        Fact("Next dry", day or "–", name or "none in sight", "warn" if day else "", "trends" if day else ""),
    ]
