"""From YAML text to plain values with places.

Built on PyYAML's *events*: its constructors would lose the places and turn `+14085550100` into a number. Anchors, aliases,
tags, merge keys and duplicate keys are refused here, because a reviewer of a pull request should see what a document
says without resolving anything. Everything found is reported; only broken syntax ends a file.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from reconciler.load import scalars, secrets
from reconciler.load.nodes import Document, File, Map, Place, Seq, finding
from reconciler.model.desired import Source
from reconciler.model.finding import Finding

EventLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40
_TAB = re.compile(r"^[ ]*\t[ \t]*(?=\S)", re.MULTILINE)


def compose(file: File) -> tuple[list[Document], list[Finding]]:
    """The documents of `file` and what is wrong with its YAML; no documents where the syntax is broken."""
    composer = _Composer(file)
    _scan_secrets(composer)
    tab = _TAB.search(file.text) if "\t" in file.text else None
    if tab is not None:
        composer.report(
            "yaml-tab",
            _place(file.text, tab.end() - 1),
            "a tab in the indentation; YAML indents with spaces only",
            "replace tabs with spaces (most editors: convert indentation to spaces)",
        )
        return [], composer.findings
    try:
        return composer.documents(), composer.findings
    except yaml.MarkedYAMLError as error:
        composer.syntax(error)
    except yaml.reader.ReaderError as error:
        at = _place(file.text, error.position if isinstance(error.position, int) else 0)
        composer.report("yaml-syntax", at, "a control character that YAML does not allow", "delete it")
    return [], composer.findings


class _TooDeepError(yaml.MarkedYAMLError):
    """A document nested deeper than any of ours; ends the file as broken syntax does."""


class _Composer:
    """Walks the events of one file once."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.troubled: set[Place] = set()
        self.secret_lines: set[int] = set()
        self.keys: list[str] = []
        self.depth = 0
        self.events: Any = None

    def report(self, code: str, at: Place, message: str, hint: str = "") -> None:
        self.troubled.add(at)
        self.findings.append(finding(code, Source(self.file.path, at[0], at[1]), message, hint))

    def syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        what = secrets.shown(str(error.problem or "not YAML")).strip("`")
        self.report("yaml-syntax", at, f"not valid YAML: {what}", _syntax_hint(what))

    def documents(self) -> list[Document]:
        self.events = EventLoader(self.file.text)
        found: list[Document] = []
        try:
            while True:
                event = self.events.get_event()
                if isinstance(event, yaml.StreamEndEvent):
                    return found
                if isinstance(event, yaml.DocumentStartEvent):
                    document = self.document(event)
                    if document is not None:
                        found.append(document)
        finally:
            self.events.dispose()

    def document(self, start: Any) -> Document | None:
        if start.version or start.tags:
            self.report("yaml-directive", _at(start), "a % directive; these files are plain YAML", "delete the line")
        self.troubled = set(self.troubled)
        event = self.events.get_event()
        at = _at(event)
        root = self.node(event)
        if root is None and isinstance(event, yaml.ScalarEvent):
            return None  # an empty document: a stray `---` or comments only
        return Document(self.file, root, at, self.troubled)

    def node(self, event: Any) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self.report("yaml-alias", _at(event), f"an alias (`*{event.anchor}`)", "write the value out")
            return None
        if event.anchor is not None:
            self.report(
                "yaml-anchor", _at(event), f"an anchor (`&{event.anchor}`)", "delete it and write repeated values out"
            )
        if event.tag is not None and event.tag != "!":
            self.report("yaml-tag", _at(event), "a tag (`!...`)", "delete it; write text in quotes")
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _TooDeepError(problem=f"nested deeper than {_DEEPEST} levels", problem_mark=event.start_mark)
        value = self.mapping(event) if isinstance(event, yaml.MappingStartEvent) else self.sequence(event)
        self.depth -= 1
        return value

    def scalar(self, event: Any) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            value: Any = text
        else:
            value = scalars.resolve(text)
            if type(value) is scalars.Surprise:
                self.surprise(value, _at(event))
                return text
        if len(text) >= 40 and secrets.looks_secret(text):
            self.secret(_at(event))
        return value

    def surprise(self, value: scalars.Surprise, at: Place) -> None:
        # `attendeeFeature: {SITE: off}` is the one place where only a switch can stand, so both readings agree.
        if self.keys[-2:-1] == ["attendeeFeature"] and scalars.is_switch(value):
            return
        message = f"{secrets.shown(value)} without quotes means one thing to YAML 1.1 and another to JSON"
        self.report("yaml-surprise", at, message, value.hint)

    def secret(self, at: Place, message: str = secrets.MESSAGE) -> None:
        """Report a secret once a line: the scan of the raw text and the walk of the values may both meet it."""
        self.troubled.add(at)
        if at[0] not in self.secret_lines:
            self.secret_lines.add(at[0])
            self.report("secret-in-yaml", at, message, secrets.HINT)

    def sequence(self, start: Any) -> Seq:
        items = Seq(_at(start))
        while not isinstance(event := self.events.get_event(), yaml.SequenceEndEvent):
            items.put(self.node(event), _at(event))
        return items

    def mapping(self, start: Any) -> Map:
        items = Map(_at(start))
        while not isinstance(key_event := self.events.get_event(), yaml.MappingEndEvent):
            key_at = _at(key_event)
            key = self.key(key_event, key_at)
            self.keys.append(key or "")
            event = self.events.get_event()
            value, value_at = self.node(event), _at(event)
            self.keys.pop()
            if key is None:
                continue
            if secrets.is_secret_key(key):
                self.secret(key_at, f"a key named {secrets.shown(key)}: secrets do not belong into these files")
                self.troubled.add(value_at)
                value = None
            if key in items:
                message = f"the key {secrets.shown(key)} stands twice; first on line {items.keys_at[key][0]}"
                self.report("yaml-duplicate-key", key_at, message, "delete one of the two")
                continue
            items.put(key, value, key_at, value_at)
        return items

    def key(self, event: Any, at: Place) -> str | None:
        """The key's text; None after reporting one that cannot be used."""
        plain = isinstance(event, yaml.ScalarEvent) and event.implicit[0]
        if plain and event.value == "<<":
            self.report("yaml-merge-key", at, "a merge key (`<<`)", "write the keys out")
            return None
        value = self.node(event)
        if isinstance(value, str):
            return value
        if at not in self.troubled:
            hint = f'write "{event.value}"' if plain and event.value else "keys are text"
            self.report("yaml-key", at, "a key that is not text", hint)
        return None


def _at(event: Any) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1)


def _place(text: str, offset: int) -> Place:
    line = text.count("\n", 0, offset) + 1
    return (line, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _scan_secrets(composer: _Composer) -> None:
    for offset in secrets.token_offsets(composer.file.text):
        composer.secret(_place(composer.file.text, offset))


def _syntax_hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "look for a missing quote around text with `: ` in it, or for wrong indentation"
    if "expected <block end>" in problem or "could not find expected ':'" in problem:
        return "look at the indentation here and on the lines above, and for a missing `:`"
    if "cannot start any token" in problem:
        return "put text that begins with a special character in quotes"
    if "unexpected end of stream" in problem:
        return "a quote or bracket that was opened further up is not closed"
    return ""
