"""A first directory of desired state: small, valid, harmless. It never touches a file that is already there."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from reconciler.errors import InputError
from reconciler.report.wording import some

SCHEMA_FOLDER = ".schemas"
_ENTRY = "desired-state.schema.json"
_REFERENCE = re.compile(r'"\$ref":\s*"([\w-]+\.schema\.json)')

_ORGANIZATION = """\
# yaml-language-server: $schema=.schemas/desired-state.schema.json
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: my-organization}
spec:
  # orgId: ...                  # needed only when the token sees several organizations
  # Members of a group that a GroupTemplate names follow that template, everybody else the OrganizationTemplate.
  assignment: groupsThenOrganization
  # defaults:                   # needed when a license is sold in several subscriptions or on several sites
  #   subscription: Sub-100001
  #   siteUrl: acme.webex.com
  guards:
    removals: {count: 10, percent: 10, ceiling: 100}   # in any 24 hours; more stops an apply
    protected: []               # addresses that never lose anything
"""

_EVERYONE = """\
# yaml-language-server: $schema=../.schemas/desired-state.schema.json
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec:
  licenses:
    - license: Basic Messaging  # names as `webex-licenses inventory` shows them
"""

_TEST = """\
# yaml-language-server: $schema=../.schemas/desired-state.schema.json
# What a person ends up with, checked by `webex-licenses test` without Webex. The first one is in no group of a template.
apiVersion: webex-licenses/v1
kind: TemplateTest
metadata: {name: somebody}
spec:
  given: {}                     # for example {groups: [Sales], workPhone: "+14085550100", newcomer: true}
  expect:
    licenses: [Basic Messaging] # everything the person then holds, and nothing else
    attendeeSites: []
"""

_IGNORE = """\
# The store is state with personal data, plans are artifacts: neither belongs into git.
.webex-licenses/
plan.json
plan.json.gz
"""


def scaffold(directory: Path) -> tuple[Path, ...]:
    """Write the files and return them. InputError, with nothing written, when one of them is there already."""
    contents = {
        directory / "organization.yaml": _ORGANIZATION,
        directory / "templates" / "everyone.yaml": _EVERYONE,
        directory / "tests" / "somebody.yaml": _TEST,
        directory / ".gitignore": _IGNORE,
        **{directory / SCHEMA_FOLDER / name: text for name, text in sorted(_schemas().items())},
    }
    present = [str(file) for file in contents if file.exists() or file.is_symlink()]
    if present:
        raise InputError(
            f"Nothing was written; there already: {some(present, 3)}.",
            hint="Name another directory: webex-licenses init PATH",
        )
    try:
        for file, text in contents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as out:
                out.write(text)
    except OSError as error:
        raise InputError(f"{error.filename or directory} cannot be written: {error.strerror}.") from error
    return tuple(contents)


def _schemas() -> dict[str, str]:
    """The schemas of the desired state, for editors: the entry and everything it refers to."""
    folder, found, wanted = files("webex_licenses_schemas"), dict[str, str](), [_ENTRY]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = folder.joinpath(name).read_text(encoding="utf-8")
            wanted += _REFERENCE.findall(found[name])
    return found
