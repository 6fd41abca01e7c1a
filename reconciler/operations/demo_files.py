"""The desired state of the demo: what `webex-licenses demo` writes into a directory and works with."""

from __future__ import annotations

ORGANIZATION = """\
apiVersion: webex-licenses/v1
kind: Organization
metadata: {name: acme}
spec:
  assignment: groupsThenOrganization   # group templates for their members, the other for all the rest
  defaults: {subscription: Sub-100001, siteUrl: acme.webex.com}
  subscriptions: {policy: oldestFirst, order: [Sub-100001, Sub-100002]}
---
apiVersion: webex-licenses/v1
kind: OrganizationTemplate
metadata: {name: everyone}
spec:
  licenses:
    - license: Basic Messaging
    - {license: Webex Meetings Suite, accountType: attendee}
"""

TEMPLATES = """\
apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {name: sales}
spec:
  groups: [Sales]
  priority: 10                           # served first when units run short
  licenses:
    - license: Webex Meetings Suite      # host on the default site
    - license: Advanced Messaging
---
apiVersion: webex-licenses/v1
kind: GroupTemplate
metadata: {name: support}
spec:
  groups: [Support]
  priority: 20
  licenses:
    - license: Webex Meetings Suite
"""

FILES = {"organization.yaml": ORGANIZATION, "templates.yaml": TEMPLATES}
