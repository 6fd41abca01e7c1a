"""One organization per policy, in which two values of that policy make two plans.

Stories of `tests/support/example.py`, with VALUE where the policy's value stands, and the two values. A policy that no story
can show stands in ELSEWHERE, with the test that shows it.
"""

from __future__ import annotations

from tests.support.live import ALL

RTTS = "Real-Time Translations"
BOTH = "people: {ann: {in: [Sales]}, bob: {in: [Support]}}"
PAIR = "people: {ann: {}, bob: {}}"
HOLDER = f"people: {{ann: {{holds: [{RTTS}]}}}}"
ALL_GET = f"templates: {{everyone: {{licenses: [{RTTS}]}}}}"
NOBODY_GETS = "templates: {everyone: {licenses: []}}"
TEN = ", ".join(f"p{n}: {{in: [{'Sales' if n < 6 else 'Support'}], holds: [{RTTS}]}}" for n in range(10))
FOUR_OF_TEN_LOSE = f"""
organization: {{assignment: groups, retention: {{manual: remove}}, guards: {{removals: %s}}}}
templates: {{sales: {{groups: [Sales], licenses: [{RTTS}]}}}}
people: {{{TEN}}}
"""
TWO_GET = f"organization: {{guards: {{additions: %s}}}}\n{ALL_GET}\n{PAIR}"
CALLING = "license: Webex Calling - Professional"
PHONE = 'people: {ann: {phone: "+14085550100", extension: "4321"}}\nnumbers: ["+14085550100", "+14085550101"]'
CALLING_LOST = f"""
organization: {{assignment: groups, retention: {{manual: remove}}, guards: {{irreversible: %s}}}}
templates: {{sales: {{groups: [Sales], licenses: [{{{CALLING}}}]}}}}
people: {{ann: {{holds: [Webex Calling - Professional]}}}}
"""
PAPER = CALLING_LOST % "stop" + "acknowledgements: {paper: {%s}}\n"
ONE_UNIT = f"""
organization: {{assignment: groupsThenOrganization}}
templates: {{everyone: {{licenses: [{RTTS}], priority: %s}}, sales: {{groups: [Sales], licenses: [{RTTS}], priority: %s}}}}
units: {{{RTTS}: 1}}
people: {{ann: {{in: [Sales]}}, bob: {{}}}}
"""
BUDGET = f"""
organization: {{assignment: groups, capacity: {{budgets: [{{license: %s, group: %s, max: %s}}]}}}}
templates: {{sales: {{groups: [Sales], licenses: [{RTTS}]}}}}
people: {{ann: {{in: [Sales]}}}}
"""
COST = f"organization: {{prices: {{{RTTS}: {{amount: %s, currency: USD, per: %s}}}}}}\n{ALL_GET}\n{PAIR}"
SHORT = f"{ALL_GET}\nunits: {{{RTTS}: 2}}\npeople: {{ann: {{}}, bob: {{}}, cy: {{}}, dan: {{}}}}"
ROWS = (
    f"templates: {{everyone: {{licenses: [{{{CALLING}}}]}}}}\n"
    'people: {ann: {}, bob: {}}\nnumbers: ["+14085550100", "+14085550101"]\ncalling: [{%s}]'
)
EXCEPTION = f"{ALL_GET}\nexceptions: {{x: {{%s}}}}\n{PAIR}"
PERSONAL = (
    f"{NOBODY_GETS}\nexceptions: {{x: {{users: [ann], add: [Webex Calling - Professional], calling: {{%s}}}}}}\n{PHONE}"
)
NEWCOMER = "people: {ann: {newcomer: true, in: [Sales], %s}}"
IDS = {name: next(pool.id for pool in ALL if pool.name == name) for name in (RTTS, "Contact Center Premium Agent")}
SUITE = "Webex Meetings Suite"


def _templates(spec: str) -> dict[str, tuple[str, str, str]]:
    """Stories for what both kinds of templates have; `%s` of `spec` is filled with keys beside the groups."""
    one = f"organization: {{assignment: groupsThenOrganization}}\ntemplates: {{t: {{{spec}%s}}}}\n"
    gave = one % "licenses: [], preserveLicenses: VALUE"
    gave += f"before: {{templates: {{t: {{{spec}licenses: [{RTTS}]}}}}}}\n"
    return {
        "licenses": (one % "licenses: VALUE" + "people: {ann: {in: [%s]}}", "[]", f"[{RTTS}]"),
        "existingUsers": (one % f"licenses: [{RTTS}], existingUsers: VALUE" + "people: {ann: {in: [%s]}}", "true", "false"),
        "preserveLicenses": (
            gave + f"people: {{ann: {{in: [%s], holds: [{RTTS}], given: {{{RTTS}: t}}}}}}", "true", "false",
        ),
        "activeFrom": (
            one % f"licenses: [{RTTS}], existingUsers: false, activeFrom: VALUE" + "people: {ann: {newcomer: true, in: [%s]}}",
            "2026-11-20", "2026-12-01",
        ),
    }  # fmt: skip


FOR_ALL = {key: (text % "", *values) for key, (text, *values) in _templates("").items()}
FOR_GROUPS = {key: (text % "Sales", *values) for key, (text, *values) in _templates("groups: [Sales], ").items()}

STORIES: dict[str, tuple[str, ...]] = {
    "Organization.assignment": (
        f"organization: {{assignment: VALUE}}\ntemplates: {{everyone: {{licenses: [{RTTS}]}}, sales: {{groups: [Sales], "
        f"licenses: [Advanced Messaging]}}}}\n{BOTH}",
        "groups", "groupsThenOrganization",
    ),
    "Organization.defaults.subscription": (
        "organization: {defaults: {subscription: VALUE, siteUrl: acme.webex.com}}\n"
        f"templates: {{everyone: {{licenses: [{SUITE}]}}}}\n{PAIR}", "Sub-1", "Sub-2",
    ),
    "Organization.defaults.siteUrl": (
        "organization: {defaults: {subscription: Sub-1, siteUrl: VALUE}}\n"
        f"templates: {{everyone: {{licenses: [{SUITE}]}}}}\n{PAIR}", "acme.webex.com", "emea.webex.com",
    ),
    "Organization.subscriptions.policy": (
        "organization: {subscriptions: {policy: VALUE, order: [Sub-2, Sub-1]}}\n"
        f"templates: {{everyone: {{licenses: [{SUITE}]}}}}\n{PAIR}", "defaultOnly", "oldestFirst",
    ),
    "Organization.subscriptions.order": (
        "organization: {subscriptions: {policy: oldestFirst, order: VALUE}}\n"
        f"templates: {{everyone: {{licenses: [{SUITE}]}}}}\n{PAIR}", "[Sub-1, Sub-2]", "[Sub-2, Sub-1]",
    ),
    "Organization.retention.outsideDefaults": (
        f"organization: {{retention: {{outsideDefaults: VALUE}}}}\ntemplates: {{everyone: {{licenses: [{SUITE}]}}}}\n"
        f"people: {{ann: {{holds: [{SUITE} (Sub-2)]}}}}", "preserve", "remove",
    ),
    "Organization.retention.groupChange": (
        f"organization: {{assignment: groups, retention: {{groupChange: VALUE}}}}\n"
        f"templates: {{sales: {{groups: [Sales], licenses: [{RTTS}]}}}}\n"
        f"people: {{ann: {{holds: [{RTTS}], given: {{{RTTS}: sales}}}}}}", "preserve", "remove",
    ),
    "Organization.retention.templateRemoval": (
        f"organization: {{assignment: groups, retention: {{templateRemoval: VALUE}}}}\n"
        f"templates: {{sales: {{groups: [Sales], licenses: []}}}}\n"
        f"before: {{templates: {{old: {{groups: [Sales], licenses: [{RTTS}]}}}}}}\n"
        f"people: {{ann: {{in: [Sales], holds: [{RTTS}], given: {{{RTTS}: old}}}}}}", "preserve", "remove",
    ),
    "Organization.retention.exceptionEnd": (
        f"organization: {{retention: {{exceptionEnd: VALUE}}}}\n{NOBODY_GETS}\n"
        f"before: {{templates: {{everyone: {{licenses: []}}}}, exceptions: {{x: {{users: [ann], add: [{RTTS}]}}}}}}\n"
        f"people: {{ann: {{holds: [{RTTS}], given: {{{RTTS}: 'exception:x'}}}}}}", "preserve", "remove",
    ),
    "Organization.retention.manual": (
        f"organization: {{manage: [{RTTS}], retention: {{manual: VALUE}}}}\n{NOBODY_GETS}\n{HOLDER}", "preserve", "remove",
    ),
    "Organization.deactivatedUsers": (
        f"organization: {{deactivatedUsers: VALUE}}\n{ALL_GET}\npeople: {{ann: {{state: deactivated, holds: [{RTTS}]}}}}",
        "keep", "remove",
    ),
    "Organization.manage": (
        f"organization: {{manage: VALUE, retention: {{manual: remove}}}}\n{NOBODY_GETS}\n{HOLDER}", "[]", f"[{RTTS}]",
    ),
    "Organization.aliases": (
        f"organization: {{aliases: {{Old: VALUE}}}}\ntemplates: {{everyone: {{licenses: [Old]}}}}\n{PAIR}",
        RTTS, "Advanced Messaging",
    ),
    "Organization.tiers": (
        f"organization: {{tiers: VALUE}}\ntemplates: {{everyone: {{licenses: [{RTTS}, Advanced Messaging]}}}}\n{PAIR}",
        "[]", f"[[{RTTS}, Advanced Messaging]]",
    ),
    "Organization.attendeeFeature": (
        "organization: {attendeeFeature: {acme.webex.com: VALUE}}\n"
        f"templates: {{everyone: {{licenses: [{{license: {SUITE}, accountType: attendee}}]}}}}\n{PAIR}", "off", "on",
    ),
    "Organization.capacity.enforcement": (
        f"organization: {{capacity: {{enforcement: VALUE}}}}\n{SHORT}", "hard", "uncapped",
    ),
    "Organization.capacity.overage.percent": (
        f"organization: {{capacity: {{enforcement: overage, overage: {{percent: VALUE}}}}}}\n{SHORT}", "50", "100",
    ),
    "Organization.capacity.licenses": (
        f"organization: {{capacity: {{licenses: VALUE}}}}\n{SHORT}", "{}", f"{{{RTTS}: {{enforcement: uncapped}}}}",
    ),
    "Organization.capacity.licenses.NAME.enforcement": (
        f"organization: {{capacity: {{licenses: {{{RTTS}: {{enforcement: VALUE}}}}}}}}\n{SHORT}", "hard", "uncapped",
    ),
    "Organization.capacity.licenses.NAME.overage.percent": (
        f"organization: {{capacity: {{licenses: {{{RTTS}: {{enforcement: overage, overage: {{percent: VALUE}}}}}}}}}}\n{SHORT}",
        "50", "100",
    ),
    "Organization.capacity.budgets": (
        f"organization: {{assignment: groups, capacity: {{budgets: VALUE}}}}\n"
        f"templates: {{sales: {{groups: [Sales], licenses: [{RTTS}]}}}}\npeople: {{ann: {{in: [Sales]}}}}",
        "[]", f"[{{license: {RTTS}, group: Sales, max: 0}}]",
    ),
    "Organization.capacity.budgets[].license": (BUDGET % ("VALUE", "Sales", "0"), RTTS, "Advanced Messaging"),
    "Organization.capacity.budgets[].group": (BUDGET % (RTTS, "VALUE", "0"), "Sales", "Support"),
    "Organization.capacity.budgets[].max": (BUDGET % (RTTS, "Sales", "VALUE"), "0", "1"),
    "Organization.guards.removals.count": (FOUR_OF_TEN_LOSE % "{count: VALUE, percent: 0, ceiling: 0}", "3", "4"),
    "Organization.guards.removals.percent": (FOUR_OF_TEN_LOSE % "{count: 0, percent: VALUE}", "39", "40"),
    "Organization.guards.removals.ceiling": (FOUR_OF_TEN_LOSE % "{count: 0, percent: 50, ceiling: VALUE}", "3", "4"),
    "Organization.guards.additions": (TWO_GET % "VALUE", "{}", "{count: 1}"),
    "Organization.guards.additions.count": (TWO_GET % "{count: VALUE}", "1", "2"),
    "Organization.guards.additions.percent": (TWO_GET % "{percent: VALUE}", "50", "100"),
    "Organization.guards.irreversible": (CALLING_LOST % "VALUE", "stop", "hold"),
    "Organization.guards.firstApply": (
        f"organization: {{manage: [{RTTS}], retention: {{manual: remove}}, guards: {{firstApply: VALUE}}}}\n{NOBODY_GETS}\n"
        f"firstRun: true\n{HOLDER}", "additions", "all",
    ),
    "Organization.guards.protected": (
        f"organization: {{manage: [{RTTS}], retention: {{manual: remove}}, guards: {{protected: VALUE}}}}\n{NOBODY_GETS}\n"
        f"{HOLDER}", "[]", "[Ann@acme.example]",
    ),
    "Organization.guards.counterSlack": (
        f"organization: {{manage: [{RTTS}], retention: {{manual: remove}}, guards: {{counterSlack: VALUE}}}}\n{NOBODY_GETS}\n"
        f"{HOLDER}\nunseen: {{{RTTS}: 1}}", "0.5%", "50%",
    ),
    "Organization.prices": (
        f"organization: {{prices: VALUE}}\n{ALL_GET}\n{PAIR}", "{}", f"{{{RTTS}: {{amount: 5, currency: USD, per: month}}}}",
    ),
    "Organization.prices.NAME.amount": (COST % ("VALUE", "month"), "5", "6"),
    "Organization.prices.NAME.per": (COST % ("12", "VALUE"), "month", "year"),
    **{f"OrganizationTemplate.{key}": story for key, story in FOR_ALL.items()},
    "OrganizationTemplate.priority": (ONE_UNIT % ("VALUE", "100"), "1", "200"),
    "OrganizationTemplate.explicitlyLicensedNewcomers": (
        f"templates: {{everyone: {{licenses: [{RTTS}], explicitlyLicensedNewcomers: VALUE}}}}\n"
        + NEWCOMER % "paidAtFirstSight: true, holds: [Advanced Messaging]", "apply", "skip",
    ),
    **{f"GroupTemplate.{key}": story for key, story in FOR_GROUPS.items()},
    "GroupTemplate.groups": (
        f"organization: {{assignment: groups}}\ntemplates: {{t: {{groups: VALUE, licenses: [{RTTS}]}}}}\n{BOTH}",
        "[Sales]", "[Support]",
    ),
    "GroupTemplate.priority": (ONE_UNIT % ("100", "VALUE"), "1", "200"),
    "Reference.license": (
        f"templates: {{everyone: {{licenses: [license: VALUE]}}}}\n{PAIR}", RTTS, "Contact Center Premium Agent",
    ),
    "Reference.id": (f"templates: {{everyone: {{licenses: [id: VALUE]}}}}\n{PAIR}", *IDS.values()),
    "Reference.subscription": (
        f"templates: {{everyone: {{licenses: [{{license: {SUITE}, subscription: VALUE}}]}}}}\n{PAIR}", "Sub-1", "Sub-2",
    ),
    "Reference.site": (
        f"templates: {{everyone: {{licenses: [{{license: {SUITE}, site: VALUE}}]}}}}\n{PAIR}",
        "acme.webex.com", "emea.webex.com",
    ),
    "Reference.accountType": (
        f"templates: {{everyone: {{licenses: [{{license: {SUITE}, accountType: VALUE}}]}}}}\n{PAIR}", "host", "attendee",
    ),
    "Reference.calling.number": (
        f"templates: {{everyone: {{licenses: [{{{CALLING}, calling: {{number: VALUE, location: HQ, extension: "
        f"fromDirectory}}}}]}}}}\n{PHONE}", "workPhone", "none",
    ),
    "Reference.calling.location": (
        f"templates: {{everyone: {{licenses: [{{{CALLING}, calling: {{location: VALUE}}}}]}}}}\n{PHONE}", "fromNumber", "Berlin",
    ),
    "Reference.calling.extension": (
        f"templates: {{everyone: {{licenses: [{{{CALLING}, calling: {{extension: VALUE}}}}]}}}}\n{PHONE}",
        "none", "{lastDigits: 4}",
    ),
    "Reference.calling.besideUcm": (
        f"templates: {{everyone: {{licenses: [{{{CALLING}, calling: {{besideUcm: VALUE}}}}]}}}}\nnumbers: ['+14085550100']\n"
        "people: {ann: {phone: '+14085550100', holds: [Unified Communication Manager (UCM)]}}", "true", "false",
    ),
    "UserException.users": (EXCEPTION % f"users: VALUE, deny: [{RTTS}]", "[ann]", "[bob]"),
    "UserException.exempt": (EXCEPTION % "users: [ann], exempt: VALUE, add: [Advanced Messaging]", "true", "false"),
    "UserException.add": (EXCEPTION % "users: [ann], add: VALUE", "[Advanced Messaging]", "[Contact Center Premium Agent]"),
    "UserException.deny": (EXCEPTION % "users: [ann], deny: VALUE", f"[{RTTS}]", "[Advanced Messaging]"),
    "UserException.until": (EXCEPTION % f"users: [ann], deny: [{RTTS}], until: VALUE", "2026-11-20", "2026-11-21"),
    "UserException.calling.number": (PERSONAL % "number: VALUE", '"+14085550101"', "workPhone"),
    "UserException.calling.location": (PERSONAL % "location: VALUE", "fromNumber", "Berlin"),
    "UserException.calling.extension": (PERSONAL % "extension: VALUE", "none", '"1234"'),
    "UserException.calling.besideUcm": (
        f"{NOBODY_GETS}\nexceptions: {{x: {{users: [ann], add: [Webex Calling - Professional], calling: {{besideUcm: VALUE}}}}}}"
        "\n"
        "numbers: ['+14085550100']\npeople: {ann: {phone: '+14085550100', holds: [Unified Communication Manager (UCM)]}}",
        "true", "false",
    ),
    "Acknowledgement.license": (PAPER % "license: VALUE, max: 1", "Webex Calling - Professional", RTTS),
    "Acknowledgement.users": (PAPER % f"{CALLING}, users: VALUE", "[ann]", "[bob]"),
    "Acknowledgement.max": (
        (PAPER % f"{CALLING}, max: VALUE").replace("people: {", "people: {bob: {holds: [Webex Calling - Professional]}, "),
        "1", "2",
    ),
    "Acknowledgement.until": (PAPER % f"{CALLING}, max: 1, until: VALUE", "2026-11-20", "2026-11-21"),
    "Acknowledgement.group": (
        f"organization: {{assignment: groups, retention: {{groupChange: remove}}}}\nemptied: [Sales, Support]\n"
        f"templates: {{sales: {{groups: [Sales], licenses: [{RTTS}]}}, support: {{groups: [Support], licenses: []}}}}\n"
        f"people: {{ann: {{holds: [{RTTS}], given: {{{RTTS}: sales}}}}}}\nacknowledgements: {{paper: {{group: VALUE}}}}",
        "Sales", "Support",
    ),
    "CallingAssignments.rows[].email": (ROWS % 'email: VALUE, number: "+14085550100"', "ann", "bob"),
    "CallingAssignments.rows[].location": (ROWS % 'email: ann, location: VALUE, extension: "1234"', "HQ", "Berlin"),
    "CallingAssignments.rows[].number": (ROWS % "email: ann, number: VALUE", '"+14085550100"', '"+14085550101"'),
    "CallingAssignments.rows[].extension": (ROWS % "email: ann, location: HQ, extension: VALUE", '"1234"', '"1235"'),
}  # fmt: skip

ELSEWHERE = {
    "Organization.orgId": "tests/unit/operations/test_organization.py"
    "::test_the_files_choose_among_several_in_any_spelling_of_the_id",
    "Organization.guards.stopAfterErrors": "tests/unit/execute/test_run.py::test_errors_in_a_row_stop_the_run",
    "Organization.prices.NAME.currency": "tests/unit/load/test_policies.py::test_prices_have_one_currency",
    "Organization.notifications": "tests/unit/operations/test_notify.py::test_nobody_is_told_unless_the_files_say",
    "Organization.notifications.webhook": "tests/unit/operations/test_notify.py::test_the_environment_beats_the_files",
    "Organization.notifications.space": "tests/unit/operations/test_notify.py::test_the_environment_beats_the_files",
    "Organization.notifications.on": "tests/unit/operations/test_notify.py::test_nobody_is_told_unless_the_files_say",
    "Organization.notifications.about": "tests/unit/operations/test_notify.py::test_what_is_told_is_what_the_files_say",
    "Organization.notifications.poolBelow": "tests/unit/operations/test_notify.py::test_pools_that_run_dry",
    "Organization.notifications.details": "tests/unit/operations/test_notify.py::test_nobody_is_named_unless_the_files_say",
    "CallingAssignments.file": "tests/unit/load/test_calling_csv.py::test_a_file_as_a_spreadsheet_saves_it",
    "Organization.retention.adopt": "tests/unit/test_every_policy_decides.py::test_adopt",
    "Organization.guards.shrinkage": "tests/unit/test_every_policy_decides.py::test_shrinkage",
    "Organization.guards.maxAge": "tests/unit/test_every_policy_decides.py::test_max_age",
}
"""Policies that decide before or after a plan, over several applies, or what no story can tell: the test that shows it."""
ONLY_WORDS = {"UserException.reason", "Acknowledgement.reason"}
"""Required, and for people alone."""
