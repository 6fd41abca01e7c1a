"""A license that the person does not hold and that nothing grants: who would grant it, and why that does not reach them."""

from __future__ import annotations

from reconciler.book.binding import Binder
from reconciler.book.book import BoundTemplate
from reconciler.diff.explain.sheet import Sheet
from reconciler.diff.explain.words import placed, sentence
from reconciler.model import canonical
from reconciler.model.catalog import Product
from reconciler.model.desired import UserException
from reconciler.model.explanation import ExplainedLicense, Step


def ungranted(sheet: Sheet, product: Product) -> ExplainedLicense:
    """Every template that grants it with why it does not speak, every exception that adds it to others, what to do."""
    templates = sheet.granted_elsewhere(product)
    steps = (*(_silent(sheet, item, product) for item in templates), *_exceptions(sheet, product))
    return ExplainedLicense(
        str(product), None, None, False, False, "notGranted", _text(sheet, product, templates, steps),
        tuple(grant.because for item in templates for grant in item.grants if grant.product == product),
        steps, (), _to_do(sheet, product, templates),
    )  # fmt: skip


def _for_people(sheet: Sheet, product: Product) -> bool:
    catalog = sheet.book.catalog
    return product.is_attendee or any(map(catalog.is_assignable, catalog.sellers[product]))


def _text(sheet: Sheet, product: Product, templates: tuple[BoundTemplate, ...], steps: tuple[Step, ...]) -> str:
    if not _for_people(sheet, product):
        return "It is not a license for people: no template can give it."
    if sheet.hands_off:
        return sentence(f"not given, because the rules leave this person alone: {sheet.hands_off}")
    if not templates:
        return (
            "No template grants it."
            if not steps
            else "No template grants it, and no exception adds it for this person."
        )
    if len(templates) == 1:
        return sentence(f"only {templates[0].name} grants it, and that template {_why(sheet, templates[0])}")
    return f"{len(templates)} templates grant it, and none of them speaks for this person."


def _silent(sheet: Sheet, item: BoundTemplate, product: Product) -> Step:
    grant = next(grant for grant in item.grants if grant.product == product)
    text = f"{item.name} grants it, but {_why(sheet, item)}"
    return Step("template", text, grant.because.rule, item.name, grant.because.source)


def _why(sheet: Sheet, item: BoundTemplate) -> str:
    """Why a template does not speak, with what may make membership look other than people think."""
    if sheet.hands_off:
        return f"does not speak for this person: {sheet.hands_off}"
    selected = sheet.selected(item.name)
    why = f"does not speak for this person: {selected.why}" if selected else "does not speak for this person"
    hints = [text for group in sorted(item.groups - frozenset(sheet.key.groups)) for text in _doubts(sheet, group)]
    return f"{why} ({'; '.join(hints)})" if hints and sheet.key.state != "deactivated" else why


def _doubts(sheet: Sheet, group: str) -> list[str]:
    name, nested = sheet.book.groups.names.get(group, group), sheet.seen.members.get(group, (0, 0))[1]
    found = []
    if group in sheet.book.groups.lost:
        found.append(f"{name} is gone or was suddenly emptied")
    if group in sheet.book.reading.groups:
        found.append(f"{name} was read only in part")
    if nested:
        inside = "a nested group" if nested == 1 else f"{nested} nested groups"
        found.append(f"{name} contains {inside}; who is only in there is not a direct member")
    return found


def _exceptions(sheet: Sheet, product: Product) -> tuple[Step, ...]:
    """Exceptions that add it: to other people, or to this one until a day that is over."""
    steps = [
        Step(
            "exception",
            f"exception {name} adds it for other people",
            None,
            f"exception:{name}",
            str(item.exception.source),
        )
        for name, item in sheet.book.exceptions.items()
        if any(grant.product == product for grant in item.grants) and name not in sheet.key.marks.exceptions
    ]
    addresses = {canonical.email(text) for text in (sheet.person.email, *sheet.person.other_emails)}
    for old in sheet.book.desired.exceptions:
        over = old.until is not None and old.until < sheet.book.today
        if over and any(user in addresses for user, _ in old.users) and _added(sheet, old, product):
            text = f"exception {old.name} added it until {old.until}"
            steps.append(Step("exception", text, None, f"exception:{old.name}", str(old.source)))
    return tuple(steps)


def _added(sheet: Sheet, exception: UserException, product: Product) -> bool:
    """Whether an exception that is over would add the product, bound as those in force are."""
    binder = Binder(sheet.book.organization, sheet.book.catalog)
    grants = (binder.bind(reference, template=exception.name, priority=0) for reference in exception.add)
    return any(grant is not None and grant.product == product for grant in grants)


def _to_do(sheet: Sheet, product: Product, templates: tuple[BoundTemplate, ...]) -> tuple[str, ...]:
    """What would give it, in the files or in Webex."""
    if not _for_people(sheet, product):
        return ()
    if sheet.hands_off:
        names = [n for n in sheet.key.marks.exceptions if sheet.book.exceptions[n].exception.exempt]
        places = (placed(f"exception {n}", str(sheet.book.exceptions[n].exception.source)) for n in names)
        return (f"take the person out of {', '.join(places)}",) if names else ()
    if sheet.key.state == "deactivated":
        return ("activate the person in Control Hub or the directory",)
    mode, mine = sheet.book.organization.assignment, frozenset(sheet.key.groups)
    groups = {
        sheet.book.groups.names.get(group, group)
        for item in templates
        if item.template.kind == "group" and mode != "organization" and not item.groups & mine
        for group in item.groups
    }
    found = [f"make the person a direct member of {' or '.join(sorted(groups))}"] if groups else []
    return (*found, f"add {product} to the person with a UserException (`add`)")
