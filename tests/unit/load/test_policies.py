"""What only shows when all documents lie side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.model.desired import Calling, Managed, Reference, Source
from tests.unit.load.directory import ORGANIZATION, TEMPLATE, document, load, tell, told

EVERYONE = document("OrganizationTemplate", "  licenses: [license: Basic Messaging]\n", "everyone")
EXCEPTION = "  users: [a@b.example]\n  reason: x\n"


def _with_mode(mode: str, **more: str) -> dict[str, str]:
    return {
        "o.yaml": ORGANIZATION.replace("groupsThenOrganization", mode),
        **{f"{name}.yaml": text for name, text in more.items()},
    }


def test_a_directory_needs_an_organization(tmp_path: Path) -> None:
    """Without one nothing is decided."""
    assert [item[0] for item in told(load(tmp_path, {"t.yaml": TEMPLATE}))] == ["no-organization"]


def test_a_directory_has_one_organization(tmp_path: Path) -> None:
    """The second is named with the place of the first."""
    files = {"o.yaml": ORGANIZATION, "p.yaml": ORGANIZATION.replace("acme", "other"), "t.yaml": TEMPLATE}

    assert [item[:3] for item in told(load(tmp_path, files))] == [
        ("several-organizations", "p.yaml:1:1", "a second Organization document; the first is at o.yaml:1")
    ]


def test_a_directory_needs_a_template(tmp_path: Path) -> None:
    """RULES 7.7: without a template everything would look unwanted."""
    assert [item[0] for item in told(load(tmp_path, {"o.yaml": ORGANIZATION}))] == ["no-template"]


def test_a_document_with_errors_still_counts_as_present(tmp_path: Path) -> None:
    """A typo in the Organization is one finding, not also a missing Organization; nor is a file that is no YAML."""
    broken = {"o.yaml": ORGANIZATION.replace("assignment", "asignment"), "t.yaml": TEMPLATE}

    assert [item[0] for item in told(load(tmp_path, broken))] == ["unknown-key"]
    assert [item[0] for item in told(load(tmp_path, broken | {"o.yaml": "a: ["}))] == ["yaml-syntax"]


@pytest.mark.parametrize(("mode", "unused"), [("groups", "everyone.yaml:1:1"), ("organization", "base.yaml:1:1")])
def test_a_template_that_the_mode_leaves_unused_warns(tmp_path: Path, mode: str, unused: str) -> None:
    """RULES 1.1; a warning leaves the files usable."""
    loaded = load(tmp_path, _with_mode(mode, base=TEMPLATE, everyone=EVERYONE))

    assert [("template-unused", "warning", unused)] == [
        (item.code, item.severity, item.where) for item in loaded.findings
    ]
    assert loaded.desired is not None


@pytest.mark.parametrize("mode", ["organization", "groupsThenOrganization"])
def test_there_is_one_organization_template(tmp_path: Path, mode: str) -> None:
    """RULES 1.1: two would both speak for everybody."""
    loaded = load(tmp_path, _with_mode(mode, a=EVERYONE, b=EVERYONE.replace("everyone", "second")))

    assert [item[:2] for item in told(loaded)] == [("several-organization-templates", "b.yaml:1:1")]


@pytest.mark.parametrize(("mode", "template"), [("groups", EVERYONE), ("organization", TEMPLATE)])
def test_a_mode_needs_its_template(tmp_path: Path, mode: str, template: str) -> None:
    """An assignment that can speak for nobody is an error, at the organization."""
    loaded = load(tmp_path, _with_mode(mode, t=template))

    assert ("no-template", "o.yaml:1:1") in [item[:2] for item in told(loaded)]
    assert None is loaded.desired


def test_oldest_first_needs_an_order(tmp_path: Path) -> None:
    """RULES 2.4: the API has no dates, so the files must say which is oldest."""
    text = document("Organization", "  assignment: groups\n  subscriptions: {policy: oldestFirst}\n")

    assert [item[:3] for item in told(load(tmp_path, {"o.yaml": text, "t.yaml": TEMPLATE}))] == [
        ("order-missing", "o.yaml:6:27", "`policy: oldestFirst` needs `order`")
    ]


def test_an_order_without_oldest_first_warns(tmp_path: Path) -> None:
    """Somebody meant it to be used."""
    text = document("Organization", "  assignment: groups\n  subscriptions: {order: [A]}\n")

    assert [item[:2] for item in told(load(tmp_path, {"o.yaml": text, "t.yaml": TEMPLATE}))] == [
        ("no-effect", "o.yaml:6:19")
    ]


def test_giving_licenses_up_needs_existing_users(tmp_path: Path) -> None:
    """RULES 4.2 d."""
    spec = "  groups: [A]\n  licenses: []\n  existingUsers: false\n  preserveLicenses: false\n"

    assert [item[:2] for item in tell(tmp_path, document("GroupTemplate", spec))] == [
        ("preserve-needs-existing", "x.yaml:8:3")
    ]


CALLING = "  groups: [A]\n  licenses:\n    - license: Webex Calling - Professional\n      calling: "


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("{number: none}", "a Calling license needs a number or an extension"),
        (
            "{number: none, extension: {lastDigits: 4}, location: HQ}",
            "a Calling license needs a number or an extension",
        ),
        ("{number: none, extension: fromDirectory}", "without a number the location must be named"),
    ],
)
def test_a_calling_block_that_can_give_nothing(tmp_path: Path, block: str, message: str) -> None:
    """RULES 6.1."""
    assert [("calling-incomplete", "x.yaml:8:16", message)] == [
        item[:3] for item in tell(tmp_path, document("GroupTemplate", CALLING + block))
    ]


def test_a_calling_block_as_the_model_spells_it(tmp_path: Path) -> None:
    """`{lastDigits: 4}` becomes a word and a number."""
    loaded = load(
        tmp_path,
        {
            "o.yaml": ORGANIZATION,
            "x.yaml": document("GroupTemplate", CALLING + "{extension: {lastDigits: 4}, besideUcm: true}"),
        },
    )
    assert loaded.desired is not None

    assert (
        Calling("workPhone", "fromNumber", "lastDigits", 4, True, Source("x.yaml", 8, 16))
        == loaded.desired.templates[0].licenses[0].calling
    )


WARNINGS = [
    ("GroupTemplate", "  groups: [A]\n  licenses: []\n  activeFrom: 2026-12-01\n", "no-effect", "x.yaml:7:3"),
    ("GroupTemplate", "  groups: [A, ' A']\n  licenses: []\n", "listed-twice", "x.yaml:5:15"),
    ("GroupTemplate", "  groups: [A]\n  licenses: [{license: L}, {license: L}]\n", "listed-twice", "x.yaml:6:28"),
    (
        "UserException",
        "  users: [A@b.example, a@B.example]\n  reason: x\n  exempt: true\n",
        "listed-twice",
        "x.yaml:5:24",
    ),
    ("UserException", EXCEPTION + "  exempt: true\n  deny: [L]\n", "no-effect", "x.yaml:1:1"),
]


@pytest.mark.parametrize(("kind", "spec", "code", "where"), WARNINGS)
def test_what_has_no_effect_warns(tmp_path: Path, kind: str, spec: str, code: str, where: str) -> None:
    """Harmless, but somebody should know."""
    loaded = load(tmp_path, {"o.yaml": ORGANIZATION, "base.yaml": TEMPLATE, "x.yaml": document(kind, spec)})

    assert [(code, "warning", where)] == [(item.code, item.severity, item.where) for item in loaded.findings]
    assert loaded.desired is not None


def test_an_exception_must_do_something(tmp_path: Path) -> None:
    """An exception without effect was meant to have one."""
    assert [item[:2] for item in tell(tmp_path, document("UserException", EXCEPTION))] == [
        ("nothing-to-do", "x.yaml:1:1")
    ]


@pytest.mark.parametrize("block", ['{number: "+14085550100"}', '{number: none, location: HQ, extension: "1234"}'])
def test_one_number_cannot_be_for_several_users(tmp_path: Path, block: str) -> None:
    """RULES 1.6."""
    spec = f"  users: [a@b.example, c@b.example]\n  reason: x\n  calling: {block}\n"

    assert [item[:2] for item in tell(tmp_path, document("UserException", spec))] == [
        ("calling-for-several", "x.yaml:7:12")
    ]


def test_two_exceptions_may_disagree_about_a_person(tmp_path: Path) -> None:
    """RULES 1.6 says which wins: exempt beats deny beats add, across exceptions."""
    text = (
        document("UserException", EXCEPTION + "  exempt: true\n")
        + "---\n"
        + document("UserException", EXCEPTION + "  add: [license: L]\n", "z")
    )

    assert tell(tmp_path, text) == []


def test_an_exception_as_the_model_spells_it(tmp_path: Path) -> None:
    """Addresses, names and sites in canonical spelling, each with its place."""
    spec = "  users: [' Ann@B.Example ']\n  reason: ' x '\n  add: [{license: ' L ', site: A.webex.com}]\n"
    spec += "  deny: [' N ', {license: M, site: b.webex.com}, {attendee: C.webex.com}]\n  until: 2027-03-01\n"
    loaded = load(tmp_path, {"o.yaml": ORGANIZATION, "base.yaml": TEMPLATE, "x.yaml": document("UserException", spec)})
    assert loaded.desired is not None
    exception = loaded.desired.exceptions[0]

    assert (("ann@b.example", Source("x.yaml", 5, 11)),) == exception.users
    assert ("x", date(2027, 3, 1)) == (exception.reason, exception.until)
    assert (Reference("L", site="a.webex.com", source=Source("x.yaml", 7, 9)),) == exception.add
    assert (
        Managed(name="N", source=Source("x.yaml", 8, 10)),
        Managed(
            reference=Reference("M", site="b.webex.com", source=Source("x.yaml", 8, 17)), source=Source("x.yaml", 8, 17)
        ),
        Managed(attendee_site="c.webex.com", source=Source("x.yaml", 8, 50)),
    ) == exception.deny


def _rows(name: str, *rows: str) -> str:
    return document("CallingAssignments", "  rows:\n" + "".join(f"    - {row}\n" for row in rows), name)


def test_calling_rows_give_nothing_twice(tmp_path: Path) -> None:
    """One row per person, one person per number and per extension of a location, across documents."""
    first = _rows(
        "a", '{email: a@b.example, number: "+14085550100"}', '{email: c@b.example, location: HQ, extension: "1000"}'
    )
    second = _rows(
        "b",
        '{email: A@b.example, number: "+14085550102"}',
        '{email: d@b.example, number: "+14085550100"}',
        '{email: e@b.example, location: HQ, extension: "1000"}',
        '{email: f@b.example, location: Berlin, extension: "1000"}',
    )

    assert tell(tmp_path, f"{first}---\n{second}") == [
        (
            "calling-twice",
            "x.yaml:14:7",
            "`a@b.example` has a second row; the first is at x.yaml:6",
            "keep one row per person",
        ),
        (
            "number-twice",
            "x.yaml:15:7",
            "the number +14085550100 is given to `d@b.example` and to `a@b.example` (x.yaml:6)",
            "give each person a number of their own",
        ),
        (
            "number-twice",
            "x.yaml:16:7",
            "the extension 1000 is given to `e@b.example` and to `c@b.example` (x.yaml:7)",
            "give each person a number of their own",
        ),
    ]


def test_the_same_acknowledgement_twice_warns(tmp_path: Path) -> None:
    """Two limits for one license would add up unseen."""
    spec = "  license: L\n  users: [a@b.example]\n  reason: x\n  until: 2027-01-01\n"
    other = spec.replace("[a@b.example]", "[c@b.example, A@b.example]")
    text = document("Acknowledgement", spec) + "---\n" + document("Acknowledgement", other, "z")

    assert [item[:3] for item in tell(tmp_path, text)] == [
        (
            "acknowledged-twice",
            "x.yaml:10:1",
            "`L` for `a@b.example` is acknowledged a second time; the first is at x.yaml:1",
        )
    ]


def test_a_budget_stands_once(tmp_path: Path) -> None:
    """Two limits for one group and license contradict each other."""
    text = document(
        "Organization",
        "  assignment: groups\n  capacity: {budgets: [{license: L, group: G, max: 1}, {license: L, group: G, max: 2}]}\n",
    )

    assert [item[:2] for item in told(load(tmp_path, {"o.yaml": text, "t.yaml": TEMPLATE}))] == [
        ("budget-twice", "o.yaml:6:56")
    ]


def test_a_switch_needs_no_quotes_where_only_a_switch_can_stand(tmp_path: Path) -> None:
    """`attendeeFeature: {SITE: off}` is how the rules spell it, and both readings of `off` agree there."""
    text = document("Organization", "  assignment: groups\n  attendeeFeature: {A.webex.com: off, b.webex.com: on}\n")
    loaded = load(tmp_path, {"o.yaml": text, "t.yaml": TEMPLATE})

    assert loaded.desired is not None
    assert frozenset({"a.webex.com"}) == loaded.desired.organization.attendee_off


def test_percentages_and_durations_become_numbers(tmp_path: Path) -> None:
    """Percent are numbers, ages seconds."""
    guards = "{shrinkage: 12.5%, counterSlack: 1, maxAge: 2d, protected: [Z@b.example]"
    guards += ", removals: {percent: 5%}, additions: {count: 3}}"
    loaded = load(
        tmp_path,
        {"o.yaml": document("Organization", f"  assignment: groups\n  guards: {guards}\n"), "t.yaml": TEMPLATE},
    )
    assert loaded.desired is not None
    found = loaded.desired.organization.guards

    assert (
        found.shrinkage_percent,
        found.counter_slack_percent,
        found.max_age_seconds,
        found.removals.percent,
    ) == (12.5, 1.0, 172_800, 5.0)
    assert found.additions is not None
    assert (found.additions.count, found.additions.percent, found.protected) == (3, 0.0, ("z@b.example",))


POLICIES = [
    ("  tiers: [[A, B], [B, C], [C, A]]\n", "tier-circle", "error", "o.yaml:6:27", "`C` stands above `A` here"),
    (
        "  tiers: [[Webex Calling - Standard, Webex Calling - Professional]]\n",
        "tier-circle",
        "error",
        "o.yaml:6:11",
        "below it in other pairs",
    ),
    (
        "  tiers: [[Webex Calling - Professional, Webex Calling - Standard]]\n",
        "listed-twice",
        "warning",
        "o.yaml:6:11",
        "is built in",
    ),
    ("  tiers: [[A, B], [A, B]]\n", "listed-twice", "warning", "o.yaml:6:19", "is listed already"),
    ("  tiers: [[A, A]]\n", "wrong-value", "error", "o.yaml:6:11", "no tier of itself"),
    ("  aliases: {B: A}\n  tiers: [[A, B]]\n", "wrong-value", "error", "o.yaml:7:11", "no tier of itself"),
    ("  aliases: {A: B, B: A}\n", "alias-circle", "error", "o.yaml:6:13", "`A` leads back to itself"),
    (
        "  aliases: {Customer Assist: Single License - CX Essentials}\n",
        "alias-circle",
        "error",
        "o.yaml:6:13",
        "leads back to itself",
    ),
    (
        "  subscriptions: {policy: oldestFirst, order: [A, ' A']}\n",
        "listed-twice",
        "warning",
        "o.yaml:6:51",
        "`A` is listed",
    ),
    (
        "  guards: {protected: [a@b.example, A@b.example]}\n",
        "listed-twice",
        "warning",
        "o.yaml:6:37",
        "`A@b.example` is listed",
    ),
    ("  manage: [L, {license: M}, {license: M}]\n", "listed-twice", "warning", "o.yaml:6:29", "`M` is listed"),
    ("  manage: [L, {attendee: a.webex.com}, L]\n", "listed-twice", "warning", "o.yaml:6:40", "`L` is listed"),
]


@pytest.mark.parametrize(("spec", "code", "severity", "where", "says"), POLICIES)
def test_policies_that_contradict_or_repeat_themselves(
    tmp_path: Path, spec: str, code: str, severity: str, where: str, says: str
) -> None:
    """What contradicts itself is an error at the later place; what repeats itself warns there."""
    text = document("Organization", f"  assignment: groups\n{spec}")
    found = [item for item in load(tmp_path, {"o.yaml": text, "t.yaml": TEMPLATE}).findings if item.code == code]
    assert (found[0].severity, found[0].where) == (severity, where)
    assert says in found[0].message
    assert found[0].hint


def test_an_alias_against_a_rename_is_told_to_go(tmp_path: Path) -> None:
    """Whoever writes Webex's own rename the other way round learns that both names are understood."""
    spec = "  assignment: groups\n  aliases: {Customer Assist: Single License - CX Essentials}\n"
    (found,) = told(load(tmp_path, {"o.yaml": document("Organization", spec), "t.yaml": TEMPLATE}))
    assert (
        found[3] == "'Single License - CX Essentials' is understood without an alias: Webex renamed it; delete this one"
    )


def test_a_denial_that_stands_twice_warns(tmp_path: Path) -> None:
    """The same entry of `deny` twice was meant to be another one."""
    assert [item[:3] for item in tell(tmp_path, document("UserException", EXCEPTION + "  deny: [L, L]\n"))] == [
        ("listed-twice", "x.yaml:7:13", "`L` is listed twice")
    ]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("  given: {holds: [L @ https://a.webex.com]}\n  expect: {licenses: []}\n", "x.yaml:5:19"),
        ("  expect: {licenses: [L @ a.webex.com/x]}\n", "x.yaml:5:23"),
        ("  expect: {licenses: ['L @ a.webex.com#attendee']}\n", "x.yaml:5:23"),
    ],
)
def test_sites_of_a_template_test_are_host_names(tmp_path: Path, path: str, where: str) -> None:
    """RULES 1.8: a scheme, a path or `#attendee` is an error with the host to write, also behind `@`."""
    (found,) = tell(tmp_path, document("TemplateTest", path))
    assert (found[0], found[1]) == ("wrong-value", where)
    assert "`a.webex.com`" in found[3]


def test_prices_have_one_currency(tmp_path: Path) -> None:
    """The cost of a plan is one number; a second currency is an error at its place."""
    row = "{amount: 1, currency: %s, per: month}"
    prices = f"  prices: {{A: {row % 'USD'}, B: {row % 'EUR'}}}\n"
    text = document("Organization", "  assignment: groups\n" + prices)
    assert told(load(tmp_path, {"o.yaml": text, "t.yaml": TEMPLATE})) == [
        ("several-currencies", "o.yaml:6:80", "prices in USD and in EUR have no sum", "write every price in USD")
    ]
