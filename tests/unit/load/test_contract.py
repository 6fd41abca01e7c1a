"""The examples of the interface document are the contract: they keep the schemas and load as they read."""

# ruff: noqa: E501  (the example stands as in the interface document)

from __future__ import annotations

import importlib.resources
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import referencing

from reconciler.load import load_desired
from reconciler.load.compose import compose
from reconciler.load.nodes import File
from reconciler.load.schema import KINDS
from reconciler.model.desired import (
    Budget,
    Capacity,
    GroupReference,
    Guards,
    LicenseCapacity,
    Organization,
    Price,
    Reference,
    Source,
    Template,
    TestGiven,
)
from tests.unit.load.directory import load

INTERFACE = """\
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec:
  orgId: Y2lzY29z...            # optional when the token sees exactly one organization
  assignment: groupsThenOrganization   # organization | groups | groupsThenOrganization
  defaults:
    subscription: Sub-100001
    siteUrl: acme.webex.com
  subscriptions:
    policy: oldestFirst         # defaultOnly (default) | oldestFirst
    order: [Sub-100001, Sub-100002]
  retention: {outsideDefaults: preserve, groupChange: preserve, templateRemoval: preserve, exceptionEnd: remove, manual: preserve, adopt: false}
  deactivatedUsers: keep
  manage: []                    # products to manage although no template grants them; names or references
  aliases: {"Old name": "New name"}
  tiers: []                     # [[higher, lower], ...] beside the built-in ones
  attendeeFeature: {}           # {site: off} where Webex has it switched off
  capacity:
    enforcement: hard           # hard | overage | uncapped
    overage: {percent: 20}
    licenses: {Webex Calling - Professional: {enforcement: hard}}
    budgets: [{license: Webex Calling - Professional, group: Sales, max: 40}]
  guards:
    removals: {count: 10, percent: 10, ceiling: 100}
    additions: {}               # {count, percent}; Calling has a default
    irreversible: stop          # stop | hold
    firstApply: additions       # additions | all
    protected: [ceo@acme.example]
    shrinkage: 20%
    counterSlack: 0.5%
    maxAge: 24h
    stopAfterErrors: 10
  prices: {Webex Calling - Professional: {amount: 25, currency: USD, per: month}}   # optional; adds cost to plans
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec:
  licenses:
    - license: Basic Messaging
    - license: Webex Meetings Suite
      accountType: attendee
---
apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {name: sales}
spec:
  groups: [Sales]               # display name, or {id: ...}
  licenses:
    - license: Webex Meetings Suite
      site: emea.acme.webex.com
      accountType: host         # default
    - license: Webex Calling - Professional
      calling: {number: workPhone, location: fromNumber, extension: none}
  existingUsers: true           # default
  preserveLicenses: true        # default
  priority: 10                  # default 100; 1 is served first
  # activeFrom: 2026-12-01
---
apiVersion: webex-licenses/v1
kind: UserException
metadata: {name: parental-leave}
spec:
  users: [ann@acme.example]
  exempt: true                  # or add: [references], deny: [names or references], calling: {number, extension, location}
  reason: Parental leave, keep everything as it is
  until: 2027-03-01
---
apiVersion: webex-licenses/v1
kind: CallingAssignments
metadata: {name: berlin}
spec:
  rows: [{email: bob@acme.example, location: Berlin, number: "+493055501234", extension: "1234"}]   # or file: berlin.csv
---
apiVersion: webex-licenses/v1
kind: Acknowledgement
metadata: {name: close-berlin}
spec:
  license: Webex Calling - Professional    # or group: NAME (RULES 1.7)
  users: [bob@acme.example]                # or max: 12
  reason: Berlin office closes
  until: 2026-12-15
---
apiVersion: webex-licenses/v1
kind: TemplateTest
metadata: {name: a-new-seller}
spec:
  given: {groups: [Sales], workPhone: "+14085550100"}
  expect: {licenses: [Basic Messaging, Webex Meetings Suite @ emea.acme.webex.com, Webex Calling - Professional], attendeeSites: []}
"""
REPOSITORY = Path(__file__).parents[3]
ACME = REPOSITORY / "examples" / "desired-state" / "acme"


def _schema(file: str) -> Any:
    text = importlib.resources.files("webex_licenses_schemas").joinpath(file).read_bytes()
    return msgspec.json.decode(text)


def _retrieve(uri: str) -> referencing.Resource[Any]:
    return referencing.Resource.from_contents(_schema(uri.rpartition("/")[2]))


REGISTRY: referencing.Registry[Any] = referencing.Registry(retrieve=_retrieve)  # type: ignore[call-arg]


def _documents(text: str) -> list[Any]:
    documents, findings = compose(File("x.yaml", text))
    assert findings == []
    return [document.root for document in documents]


def test_the_interface_example_loads(tmp_path: Path) -> None:
    """Every kind of the interface, with every value it shows, in the model's own spelling."""
    loaded = load(tmp_path, {"acme.yaml": INTERFACE})
    desired = loaded.desired

    assert loaded.findings == ()
    assert desired is not None
    organization, budget = desired.organization, desired.organization.capacity.budgets[0]
    assert (
        Organization(
            name="acme",
            assignment="groupsThenOrganization",
            org_id="Y2lzY29z...",
            default_subscription="Sub-100001",
            default_site="acme.webex.com",
            subscription_policy="oldestFirst",
            subscription_order=("Sub-100001", "Sub-100002"),
            aliases={"Old name": "New name"},
            capacity=Capacity(
                LicenseCapacity("hard", 20.0),
                {"Webex Calling - Professional": LicenseCapacity("hard", 20.0)},
                (
                    Budget(
                        "Webex Calling - Professional",
                        GroupReference("Sales", source=budget.group.source),
                        40,
                        budget.source,
                    ),
                ),
            ),
            guards=Guards(protected=("ceo@acme.example",)),
            prices={"Webex Calling - Professional": Price(25.0, "USD", "month")},
            source=Source("acme.yaml", 1, 1),
            places=organization.places,
        )
        == organization
    )
    assert organization.at("defaults.siteUrl") == Source("acme.yaml", 9, 5)
    assert organization.at("capacity.licenses.Webex Calling - Professional") == Source("acme.yaml", 22, 16)
    assert organization.at("guards.protected.ceo@acme.example") == Source("acme.yaml", 29, 17)
    assert organization.at("nothing.there") == organization.source
    sales, everyone = desired.templates
    assert (
        Template(
            name="everyone",
            kind="organization",
            licenses=(
                Reference("Basic Messaging", source=Source("acme.yaml", 41, 7)),
                Reference("Webex Meetings Suite", account_type="attendee", source=Source("acme.yaml", 42, 7)),
            ),
            source=Source("acme.yaml", 36, 1),
        )
        == everyone
    )
    assert ("group", 10, Source("acme.yaml", 51, 7)) == (sales.kind, sales.priority, sales.licenses[0].source)
    assert (date(2027, 3, 1), True) == (desired.exceptions[0].until, desired.exceptions[0].exempt)
    assert (
        desired.calling_assignments[0].number,
        desired.calling_assignments[0].extension,
    ) == ("+493055501234", "1234")
    assert desired.acknowledgements[0].users == ("bob@acme.example",)
    assert TestGiven(groups=("Sales",), work_phone="+14085550100") == desired.tests[0].given
    assert desired.tests[0].licenses[1] == "Webex Meetings Suite @ emea.acme.webex.com"


@pytest.mark.parametrize("at", range(len(KINDS)))
def test_each_schema_accepts_its_example_as_editors_read_it(at: int) -> None:
    """Read as plain JSON Schema, references and patterns included, each kind's schema and the combined one agree."""
    document = _documents(INTERFACE)[at]

    for file in (f"{KINDS[document['kind']]}.schema.json", "desired-state.schema.json"):
        jsonschema.Draft202012Validator(_schema(file), registry=REGISTRY).validate(document)


def test_the_combined_schema_picks_by_kind() -> None:
    """A key of one kind is refused in another."""
    document = _documents(INTERFACE)[2]
    validator = jsonschema.Draft202012Validator(_schema("desired-state.schema.json"), registry=REGISTRY)

    assert validator.is_valid(document)
    document["kind"] = "OrganizationTemplate"
    assert not validator.is_valid(document)


@pytest.mark.parametrize(
    "file", ["desired-state.schema.json", "common.schema.json", *(f"{name}.schema.json" for name in KINDS.values())]
)
def test_the_schemas_are_schemas(file: str) -> None:
    """Each is valid draft 2020-12, and no object of a kind lets unknown keys through."""
    schema = _schema(file)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(_open_objects(schema, file)) == [] or file == "desired-state.schema.json"


def _open_objects(node: Any, path: str) -> Any:
    if isinstance(node, dict):
        if node.get("type") == "object" and "additionalProperties" not in node:
            yield path
        for key, part in node.items():
            yield from _open_objects(part, f"{path}/{key}")


def test_the_example_organization_is_in_order() -> None:
    """The directory that the README's tutorial uses has nothing to complain about, and something of most kinds."""
    loaded = load_desired(ACME)

    assert loaded.findings == ()
    assert loaded.desired is not None
    assert [template.name for template in loaded.desired.templates] == ["sales", "support", "everyone"]


@pytest.mark.parametrize("file", sorted(ACME.rglob("*.yaml")), ids=lambda file: file.name)
def test_every_example_begins_with_a_modeline_that_leads_to_the_schema(file: Path) -> None:
    """Editors find the schema from the first line alone."""
    first = file.read_text(encoding="utf-8").split("\n")[0]
    start = "# yaml-language-server: $schema="

    assert first.startswith(start)
    assert (file.parent / first.removeprefix(start)).resolve() == REPOSITORY / "schemas" / "desired-state.schema.json"


def test_the_example_names_what_the_example_sandbox_has() -> None:
    """Licenses, groups, sites, subscriptions and people of the example exist in the sandbox file that goes with it."""
    import yaml

    sandbox = yaml.safe_load((REPOSITORY / "examples" / "sandbox" / "acme.yaml").read_text(encoding="utf-8"))
    desired = load_desired(ACME).desired
    assert desired is not None
    grants = [grant for template in desired.templates for grant in template.licenses]
    grants += [grant for exception in desired.exceptions for grant in exception.add]

    assert {grant.license for grant in grants} <= {item["name"] for item in sandbox["licenses"]}
    assert {str(group) for template in desired.templates for group in template.groups} <= {
        item["name"] for item in sandbox["groups"]
    }
    assert set(desired.organization.subscription_order) <= {item.get("subscription") for item in sandbox["licenses"]}
    assert desired.organization.default_site in {item.get("site") for item in sandbox["licenses"]}
    named = {email for exception in desired.exceptions for email, _ in exception.users} | set(
        desired.organization.guards.protected
    )
    assert named <= {person["email"] for person in sandbox["people"]}
