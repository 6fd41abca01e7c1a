"""What breaks a schema is told in plain words, at the node, with what to write instead."""

# ruff: noqa: E501  (one case a line: the file is a table)

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.load.directory import ORGANIZATION, TEMPLATE, document, load, tell, told

G, E, A, C = "GroupTemplate", "UserException", "Acknowledgement", "CallingAssignments"
T = "TemplateTest"
LICENSED = "  groups: [Base]\n  licenses:\n"
WHO = "  users: [a@b.example]\n  reason: x\n"
BROKEN = [
    (G, LICENSED + "    - lisence: A\n", ("unknown-key", "x.yaml:7:7", "unknown key `lisence`; did you mean `license`?", "allowed here: license, id, subscription, site, accountType, calling")),
    (G, LICENSED + "    - {license: A, sight: b.webex.com, q: 1}\n", ("unknown-key", "x.yaml:7:40", "unknown key `q`", "allowed here: license, id, subscription, site, accountType, calling")),
    (G, "  groups: [Base]\n", ("missing-key", "x.yaml:4:1", "`spec` lacks the key `licenses`", "")),
    (G, "  groups: [{}]\n  licenses: []\n", ("missing-key", "x.yaml:5:12", "an entry of `groups` lacks the key `id`", "")),
    (G, LICENSED + "  priority: high\n", ("wrong-type", "x.yaml:7:13", "`priority` must be a whole number, at least 1, not text", "")),
    (G, LICENSED + "  priority: 1.5\n", ("wrong-type", "x.yaml:7:13", "`priority` must be a whole number, at least 1, not 1.5", "")),
    (G, LICENSED + "  priority: 0\n", ("wrong-value", "x.yaml:7:13", "`priority` must be a whole number, at least 1, not 0", "")),
    (G, LICENSED + "  existingUsers: 'true'\n", ("wrong-type", "x.yaml:7:18", "`existingUsers` must be true or false, not text", "")),
    (G, LICENSED + "    - A\n", ("wrong-type", "x.yaml:7:7", "an entry of `licenses` must be a mapping (`key: value` lines), not text", "")),
    (G, LICENSED + "    - license: 1234\n", ("wrong-type", "x.yaml:7:16", "`license` must be text, not a number", 'write "1234"')),
    (G, LICENSED + "    - license: ' '\n", ("wrong-value", "x.yaml:7:16", "`license` must not be blank", "")),
    (G, LICENSED + "    - {license: A, id: B}\n", ("wrong-value", "x.yaml:7:7", "a license is named by `license` or by `id`: exactly one of the two", "")),
    (G, LICENSED + "    - {site: a.webex.com}\n", ("wrong-value", "x.yaml:7:7", "a license is named by `license` or by `id`: exactly one of the two", "")),
    (G, LICENSED + "    - {license: A, accountType: hots}\n", ("wrong-value", "x.yaml:7:33", "`accountType` must be `host` or `attendee`, not `hots`", "did you mean `host`?")),
    (G, LICENSED + "    - {license: A, site: https://a.webex.com/x}\n", ("wrong-value", "x.yaml:7:26", "`site` must be a bare host name, without a scheme (`https://`), not `https://a.webex.com/x`", "write `a.webex.com`")),
    (G, LICENSED + "    - {license: A, site: a.webex.com/meet}\n", ("wrong-value", "x.yaml:7:26", "`site` must be a bare host name, without a path, not `a.webex.com/meet`", "write `a.webex.com`")),
    (G, LICENSED + "    - {license: A, site: 'a.webex.com#attendee'}\n", ("wrong-value", "x.yaml:7:26", "`site` must be a bare host name, without `#...`, not `a.webex.com#attendee`", "write `a.webex.com`; the attendee role is given by `accountType: attendee`")),
    (G, LICENSED + "    - {id: Y2lzY29zcGFyazovL3VzL1BFT1BMRS94}\n", ("wrong-value", "x.yaml:7:12", "`id` must be the id of a license; this is the id of something else (PEOPLE), not `Y2lzY29zcGFyazovL3VzL1BFT1BMRS94`", "")),
    (G, LICENSED + "    - {license: A, calling: {extension: {lastDigits: 44}}}\n", ("wrong-value", "x.yaml:7:54", "`lastDigits` must be a whole number, from 2 to 10, not 44", "")),
    (G, LICENSED + "    - {license: A, calling: {number: '+14085550100'}}\n", ("wrong-value", "x.yaml:7:38", "`number` must be `workPhone` or `none`, not `+14085550100`", "")),
    (G, LICENSED + "    - {license: A, calling: {extension: 1234}}\n", ("wrong-type", "x.yaml:7:41", "`extension` must be text or a mapping (`key: value` lines), not a number", 'write "1234"')),
    (G, "  groups: Base\n  licenses: []\n", ("wrong-type", "x.yaml:5:11", "`groups` must be a list, not text", "begin each entry with `- `, or write [one, two]")),
    (G, "  groups: []\n  licenses: []\n", ("wrong-value", "x.yaml:5:11", "`groups` must have at least 1 entry", "")),
    (G, "  groups: [Base]\n  licenses:\n", ("wrong-type", "x.yaml:6:12", "`licenses` must be a list, not empty", "")),
    (G, "  groups: [2024]\n  licenses: []\n", ("wrong-type", "x.yaml:5:12", "an entry of `groups` must be text or a mapping (`key: value` lines), not a number", 'write "2024"')),
    (G, LICENSED + "  activeFrom: 2026-02-30\n", ("wrong-value", "x.yaml:7:15", "`activeFrom` must be a day that the calendar has, not `2026-02-30`", "")),
    (E, WHO + "  until: next year\n", ("wrong-value", "x.yaml:7:10", "`until` must be a date, not `next year`", "write it as YYYY-MM-DD, for example 2027-03-01")),
    (E, "  users: [ann]\n  reason: x\n  exempt: true\n", ("wrong-value", "x.yaml:5:11", "an entry of `users` must be an e-mail address, not `ann`", "write one address such as ann@acme.example")),
    (E, WHO + "  add: [{license: A, calling: {}}]\n", ("wrong-value", "x.yaml:7:31", "`calling` stands once in the exception, beside `add`", "")),
    (E, WHO + "  deny: [{license: A, attendee: a.webex.com}]\n", ("wrong-value", "x.yaml:7:10", "an entry names a license by `license` or by `id`, or a role by `attendee` alone", "")),
    (E, WHO + "  calling: {number: '408 555 0100'}\n", ("wrong-value", "x.yaml:7:21", "`number` must be a phone number in E.164, or `workPhone`, or `none`, not `408 555 0100`", 'write "+4085550100" if that is the country code (spreadsheets drop a leading +)')),
    (E, WHO + "  calling: {number: '+1999'}\n", ("wrong-value", "x.yaml:7:21", "`number` must be a phone number in E.164, or `workPhone`, or `none`, not `+1999`", "write + and the country code, digits only, for example +14085550100")),
    (E, WHO + "  calling: {extension: 1x}\n", ("wrong-value", "x.yaml:7:24", "`extension` must be two to ten digits, or `none`, or `fromDirectory`, or {lastDigits: 4}, not `1x`", 'write the digits in quotes, for example "1234"')),
    (C, "  rows: [{email: a@b.example, number: '+1 (408) 555-0100'}]\n", ("wrong-value", "x.yaml:5:39", "`number` must be a phone number in E.164, not `+1 (408) 555-0100`", 'write "+14085550100"')),
    (C, "  rows: [{email: a@b.example, number: '+14085550100000'}]\n", ("wrong-value", "x.yaml:5:39", "`number` is not a possible phone number", "check the country code and the number of digits")),
    (C, "  rows: [{email: a@b.example}]\n", ("wrong-value", "x.yaml:5:10", "a row needs a `number` or an `extension`", "")),
    (C, "  rows: [{email: a@b.example, extension: '1234'}]\n", ("wrong-value", "x.yaml:5:10", "a row without a `number` needs a `location`", "")),
    (C, "  rows: []\n  file: x.csv\n", ("wrong-value", "x.yaml:5:3", "either `rows` or `file`: exactly one of the two", "")),
    (A, "  license: A\n  group: B\n  reason: x\n  until: 2027-01-01\n", ("wrong-value", "x.yaml:5:3", "either `license` or `group`: exactly one of the two", "")),
    (A, "  license: A\n  reason: x\n  until: 2027-01-01\n", ("wrong-value", "x.yaml:5:3", "with `license`, either `users` or `max`: exactly one of the two", "")),
    (A, "  license: A\n  users: [a@b.example]\n  max: 3\n  reason: x\n  until: 2027-01-01\n", ("wrong-value", "x.yaml:5:3", "with `license`, either `users` or `max`: exactly one of the two", "")),
    (A, "  group: A\n  max: 3\n  reason: x\n  until: 2027-01-01\n", ("wrong-value", "x.yaml:5:3", "`users` and `max` go with `license`, not with `group`", "")),
    (A, "  group: A\n  reason: x\n", ("missing-key", "x.yaml:4:1", "`spec` lacks the key `until`", "")),
    (T, "  expect: {licenses: [A], attendeeSites: [a b]}\n", ("wrong-value", "x.yaml:5:43", "an entry of `attendeeSites` must be a host name, not `a b`", "a site is a bare host name such as acme.webex.com")),
]  # fmt: skip
ORGANIZATION_BROKEN = [
    ("  asignment: groups\n", ("unknown-key", "x.yaml:5:3", "unknown key `asignment`; did you mean `assignment`?", "allowed here: orgId, assignment, defaults, subscriptions, retention, deactivatedUsers, manage, aliases, tiers, attendeeFeature, capacity, guards, prices, notifications")),
    ("  assignment: group\n", ("wrong-value", "x.yaml:5:15", "`assignment` must be `organization`, `groups` or `groupsThenOrganization`, not `group`", "did you mean `groups`?")),
    ("  assignment: groups\n  guards: {shrinkage: lots}\n", ("wrong-value", "x.yaml:6:23", "`shrinkage` must be a percentage, not `lots`", "write it as 20% or 0.5%")),
    ("  assignment: groups\n  guards: {shrinkage: 200}\n", ("wrong-value", "x.yaml:6:23", "`shrinkage` must be a number, from 0 to 100, not 200", "")),
    ("  assignment: groups\n  guards: {maxAge: 24}\n", ("wrong-type", "x.yaml:6:20", "`maxAge` must be text, not a number", 'write "24"')),
    ("  assignment: groups\n  guards: {maxAge: a day}\n", ("wrong-value", "x.yaml:6:20", "`maxAge` must be a duration, not `a day`", "write a whole number and s, m, h or d: 30m, 24h, 2d")),
    ("  assignment: groups\n  attendeeFeature: {'https://a.webex.com': off}\n", ("wrong-value", "x.yaml:6:21", "the key `https://a.webex.com` must be a bare host name, without a scheme (`https://`), not `https://a.webex.com`", "write `a.webex.com`")),
    ("  assignment: groups\n  attendeeFeature: {a.webex.com: maybe}\n", ("wrong-value", "x.yaml:6:34", "`a.webex.com` must be `off` or `on`, not `maybe`", "")),
    ("  assignment: groups\n  tiers: [[A]]\n", ("wrong-value", "x.yaml:6:11", "an entry of `tiers` must have at least 2 entries", "")),
    ("  assignment: groups\n  tiers: [[A, A]]\n", ("wrong-value", "x.yaml:6:11", "a license is no tier of itself", "write [higher, lower]")),
    ("  assignment: groups\n  prices: {A: {amount: 1, currency: usd, per: month}}\n", ("wrong-value", "x.yaml:6:37", "`currency` must be three capital letters such as USD", "")),
    ("  assignment: groups\n  subscriptions: {policy: oldestFirst, order: [A, A]}\n", ("wrong-value", "x.yaml:6:47", "`order` lists an entry twice", "delete one of the two")),
    ("  assignment: groups\n  capacity: {enforcement: overage}\n", ("overage-missing", "x.yaml:6:27", "`enforcement: overage` needs `overage: {percent: ...}`", "say how many percent above what was bought")),
    ("  assignment: groups\n  aliases: {A: B, B: A}\n", ("alias-circle", "x.yaml:6:13", "the alias `A` leads back to itself", "let aliases point to the name Webex uses today")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spec", "expected"), BROKEN)
def test_each_mistake_has_one_sentence_at_its_place(
    tmp_path: Path, kind: str, spec: str, expected: tuple[str, ...]
) -> None:
    """Exactly this finding, word for word: these sentences are what users see of the schemas."""
    assert expected in tell(tmp_path, document(kind, spec))


@pytest.mark.parametrize(("spec", "expected"), ORGANIZATION_BROKEN)
def test_each_mistake_in_the_organization(tmp_path: Path, spec: str, expected: tuple[str, ...]) -> None:
    """The same for the one Organization document."""
    loaded = load(tmp_path, {"t.yaml": TEMPLATE, "x.yaml": document("Organization", spec)})

    assert expected in told(loaded)


def test_one_mistake_gives_one_finding(tmp_path: Path) -> None:
    """A misspelt key is not also a missing key, and text instead of a mapping is not also an incomplete license."""
    text = document(G, "  groups: [Base]\n  licences:\n    - {lisence: A}\n")

    assert [item[:2] for item in tell(tmp_path, text)] == [("unknown-key", "x.yaml:6:3")]
    text = document(G, LICENSED + "    - {lisence: A}\n    - A\n")

    assert [item[:2] for item in tell(tmp_path, text)] == [("unknown-key", "x.yaml:7:8"), ("wrong-type", "x.yaml:8:7")]


def test_documents_that_are_none_of_ours(tmp_path: Path) -> None:
    """Kind and version are checked first, each with the nearest name."""
    text = "kind: GroupTemplat\napiVersion: webex-licenses/v1\n---\napiVersion: v2\nkind: GroupTemplate\n---\n- a\n---\nx\n"

    assert tell(tmp_path, text) == [
        (
            "not-a-document",
            "x.yaml:7:1",
            "the document must be a mapping",
            "begin it with apiVersion, kind, metadata and spec",
        ),
        (
            "not-a-document",
            "x.yaml:9:1",
            "the document must be a mapping",
            "begin it with apiVersion, kind, metadata and spec",
        ),
        ("unknown-api-version", "x.yaml:4:13", "unknown apiVersion `v2`", "write `webex-licenses/v1`"),
        ("unknown-kind", "x.yaml:1:7", "unknown kind `GroupTemplat`", "did you mean `GroupTemplate`?"),
    ]


def test_a_name_may_stand_once_per_kind(tmp_path: Path) -> None:
    """Names compare trimmed and in NFC; another kind may use the same."""
    loaded = load(
        tmp_path, {"o.yaml": ORGANIZATION, "a.yaml": TEMPLATE, "b.yaml": TEMPLATE.replace("base", '" base "')}
    )

    assert told(loaded) == [("duplicate-name", "b.yaml:3:18", "a second template named `base`; the first is at a.yaml:3", "give one of the two another metadata.name")]  # fmt: skip
    assert None is loaded.desired


def test_templates_share_one_set_of_names(tmp_path: Path) -> None:
    """The ledger knows a template by its name, so a group template cannot be called like the organization's."""
    whole = TEMPLATE.replace("GroupTemplate", "OrganizationTemplate").replace("groups: [Base], ", "")
    loaded = load(tmp_path, {"o.yaml": ORGANIZATION, "a.yaml": TEMPLATE, "b.yaml": whole})

    assert [(code, message) for code, _, message, _ in told(loaded) if code == "duplicate-name"] == [
        ("duplicate-name", "a second template named `base`; the first is at a.yaml:3")
    ]


def test_a_long_value_is_shortened(tmp_path: Path) -> None:
    """A message stays readable whatever stands in the file."""
    [found] = tell(tmp_path, document(E, f"  users: ['{'a ' * 200}']\n  reason: x\n  exempt: true\n"))

    assert len(found[2]) < 130
