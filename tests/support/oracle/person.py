"""What one person should have, before anybody asks how many units there are (RULES 1, 3 and 4)."""

from __future__ import annotations

from reconciler.model import catalog
from reconciler.model.catalog import Product, attendee
from tests.support.live import Someone
from tests.support.oracle.files import Files
from tests.support.oracle.opinion import Opinion, Request
from tests.support.oracle.retention import Retention
from tests.support.oracle.words import Grant


class OnePerson:
    """Works out the opinion of one person, step by step."""

    def __init__(self, files: Files, person: Someone) -> None:
        self.files, self.words, self.person = files, files.words, person
        self.opinion = Opinion(person)
        self.exceptions = files.of(person)
        self.denied: set[Product] = set()
        self.grants: dict[Product, list[Grant]] = {}
        self.fallback: set[str] = set()
        self.beaten: set[Product] = set()

    def work(self) -> Opinion:
        """The opinion."""
        if self.person.state in ("machine", "external"):
            self.opinion.hands_off = "outsider"
        elif any(exception.exempt for exception in self.exceptions):
            self.opinion.hands_off = "exempt"
        else:
            self._grant()
            self._settle_wishes()
            self._look_at_holdings()
            self._ask_for_units()
            self._ask_for_roles()
            self._keep_free_licenses()
        return self.opinion

    # -- who grants what (1, 3.1)

    def _grant(self) -> None:
        selected = [] if self.person.state == "deactivated" else self.files.selected(self.person)
        self.speaking = [bound for bound in selected if self.files.speaks(bound, self.person)]
        self.silent = [bound for bound in selected if bound not in self.speaking]
        granted = [grant for bound in self.speaking for grant in bound.grants]
        found: list[Grant] = []
        for exception in sorted(self.exceptions, key=lambda exception: exception.name, reverse=True):
            for item in exception.deny:
                self.denied |= self.words.meant(item)
            if self.person.state != "deactivated":
                for reference in exception.add:
                    grant = self.words.bind(reference)
                    grant.giver, grant.priority = f"exception:{exception.name}", 0
                    grant.calling = grant.calling or exception.calling
                    found.append(grant)
        for grant in (*found, *sorted(granted, key=lambda grant: (grant.priority, grant.giver, grant.place))):
            self.grants.setdefault(grant.product, []).append(grant)
        self.retention = Retention(self.files, self.person, self.speaking, self.silent, self.grants, self.denied)
        self.opinion.left = self.retention.left()

    # -- conflicts among what is granted (3.3, 3.5, 3.6)

    def _settle_wishes(self) -> None:
        wishes = {product: grants for product, grants in self.grants.items() if product not in self.denied}
        for high, low in self.words.tiers():
            for product in list(wishes):
                if product.name == low and Product(high, product.site) in wishes:
                    self.beaten.add(product)
        wishes = {product: grants for product, grants in wishes.items() if product not in self.beaten}
        for site in {product.site for product in wishes if product.site}:
            hosts = [product for product in wishes if product.site == site and not product.is_attendee]
            best = min(hosts, key=lambda product: (wishes[product][0].priority, product.name), default=None)
            for product in hosts:
                if product != best:
                    self.beaten.add(product)
                    del wishes[product]
            if best is not None and attendee(site) in wishes:
                del wishes[attendee(site)]
                self.fallback.add(site)
        for product, grants in list(wishes.items()):
            for needed in self._needed(grants[0].ladder[0].id) if not product.is_attendee else ():
                if needed not in wishes and needed not in self.denied:
                    wishes[needed] = [
                        Grant(needed, self.words.sold_as(needed), None, "prerequisite", grants[0].priority)
                    ]
        self.opinion.wishes = wishes

    # -- what is held (3.2, 4)

    def _look_at_holdings(self) -> None:
        self.satisfied: set[Product] = set()
        self.elsewhere: dict[Product, list[str]] = {}
        self.going: dict[str, str] = {}
        fulfilling = self._fulfilling()
        for holding in [*sorted(self.person.holds), *(f"attendee:{site}" for site in self.person.attendee)]:
            if holding in fulfilling or self._unknown(holding):
                continue
            product = self.retention.product(holding)
            if not self.retention.is_ours(holding):
                self.opinion.kept[holding] = "hands-off"
            elif self._is_free(holding) and (product not in self.files.managed or self.person.state == "deactivated"):
                self.opinion.kept[holding] = "free"
            else:
                goes, row = self.retention.decide(holding)
                (self.going if goes else self.opinion.kept)[holding] = row

    def _fulfilling(self) -> set[str]:
        """The one holding that fulfils each wish (3.2), or those to be swapped for a unit inside the defaults (4.3)."""
        found: set[str] = set()
        for product, grants in self.opinion.wishes.items():
            if product.is_attendee:
                held = [f"attendee:{site}" for site in self.person.attendee if site == product.site]
            else:
                held = self._held(product)
            ladder = [x.id for x in grants[0].ladder if x.id in held]
            inside = ladder or [x for x in held if product.is_attendee or not self.retention.outside(x)]
            if not held:
                continue
            if inside or self.retention.policy.outside_defaults == "preserve":
                self.satisfied.add(product)
                found.add((inside or held)[0])
            else:
                self.elsewhere[product] = held
                found |= set(held)
        return found

    def _unknown(self, holding: str) -> bool:
        return not holding.startswith("attendee:") and holding not in self.words.licenses

    def _is_free(self, holding: str) -> bool:
        return not holding.startswith("attendee:") and self.words.is_free(holding)

    # -- one request for each wish that nothing held fulfils (3.2 to 3.7)

    def _ask_for_units(self) -> None:
        open_wishes = [x for x in self.opinion.wishes if not x.is_attendee and x not in self.satisfied]
        requests = [self._request(product) for product in open_wishes]
        for allows in (self._tiers_allow, self._site_allows, self._calling_allows, self._prerequisites):
            for request in list(requests):
                if request.product not in self.satisfied and not allows(request):
                    self._block(request)
                    requests.remove(request)
                elif request.product in self.satisfied:
                    requests.remove(request)
                self._only_together(request)
            if allows == self._tiers_allow:
                self._keep_professional(requests)
            if allows == self._calling_allows:
                for request in requests:
                    self._role_goes(request)
        self._come_along(requests)
        self._one_calling_block(requests)
        for request in requests:
            self.opinion.requests.append(request)
            for holding in request.drops:
                self.opinion.kept.pop(holding, None)
        for request in requests:
            request.drops = [holding for holding in request.drops if holding not in self.going]
        self.opinion.removals.update(self.going)

    def _keep_professional(self, requests: list[Request]) -> None:
        """Professional does not go from under an Attendant Console that stays (400408)."""
        dropped = {x for r in requests if r.product.name != catalog.ATTENDANT_CONSOLE for x in r.drops}
        consoles = self._held(Product(catalog.ATTENDANT_CONSOLE))
        replaced = {x for r in requests if r.product.name != catalog.CALLING_PROFESSIONAL for x in r.drops}
        stays = any(
            x not in self.going and x not in replaced for x in self._held(Product(catalog.CALLING_PROFESSIONAL))
        )
        if not stays and any(x not in self.going and x not in dropped for x in consoles):
            for holding in self._held(Product(catalog.CALLING_PROFESSIONAL)):
                if self.going.pop(holding, None):
                    self.opinion.kept[holding] = "needed"

    def _come_along(self, requests: list[Request]) -> None:
        """A free license that only another one needs comes in that one's call; for one that is held, it comes by itself."""
        for along in [x for x in requests if self.opinion.wishes[x.product][0].giver == "prerequisite"]:
            satisfied = [x for x in self.satisfied if not x.is_attendee]
            if any(along.product in self._needed(self.words.sold_as(x)[0].id) for x in satisfied):
                continue
            requests.remove(along)
            for request in requests:
                if along.product in self._needed(request.ladder[0].id):
                    request.free.append(along.ladder[0].id)

    def _request(self, product: Product) -> Request:
        grants = self.opinion.wishes[product]
        calling = next((grant.calling for grant in grants if grant.calling), None)
        drops = list(self.elsewhere.get(product, []))
        return Request(self.person, product, grants[0].ladder, min(g.priority for g in grants), calling, drops)

    def _one_calling_block(self, requests: list[Request]) -> None:
        """Number and place are the person's: the best block counts for all their Calling licenses (6.1)."""
        calling = [request for request in requests if self.words.is_calling(request.ladder[0].id)]
        numbered = [r for r in calling if r.product.name in (catalog.CALLING_PROFESSIONAL, catalog.CALLING_STANDARD)]
        best: Request | None = None
        for request in (*numbered, *calling):
            asks = request in numbered or request.calling is not None
            if asks and (best is None or request.priority < best.priority):
                best = request
        block = best.calling if best else None
        for request in calling:
            request.calling = block

    def _only_together(self, request: Request) -> None:
        """What goes only if something else comes does not go by itself; what is denied does."""
        for holding in request.drops:
            if self.going.get(holding) != "a":
                self.going.pop(holding, None)

    def _block(self, request: Request) -> None:
        self.opinion.blocked.add(request.product)
        self.opinion.kept.update((holding, "blocked") for holding in request.drops if holding not in self.going)
        request.drops.clear()

    def _held(self, product: Product) -> list[str]:
        return [x for x in sorted(self.person.holds) if not self._unknown(x) and self.words.product(x) == product]

    def _tiers_allow(self, request: Request) -> bool:
        for high, low in self.words.tiers():
            if request.product.name == low:
                for holding in self._held(Product(high, request.product.site)):
                    if holding not in self.going:
                        self.satisfied.add(request.product)
                    elif self.words.is_calling(holding):
                        return self._refuse(holding)  # 400112: Professional to Standard is refused
                    else:
                        request.drops.append(holding)
            if request.product.name == high:
                for holding in self._held(Product(low, request.product.site)):
                    if not self.retention.is_ours(holding):
                        return False
                    request.drops.append(holding)
        return True

    def _refuse(self, holding: str) -> bool:
        self.going.pop(holding, None)
        self.opinion.kept[holding] = "refused"
        return False

    def _site_allows(self, request: Request) -> bool:
        """One host license per site: another one that is kept stands in the way, one that goes is swapped."""
        if not request.product.site or request.product in self.satisfied:
            return True
        for holding in self.person.holds:
            if holding not in self.words.licenses or holding in request.drops:
                continue
            other = self.words.product(holding)
            if other.site == request.product.site and other != request.product:
                makes_room = other in self.beaten and holding in self.person.given
                if holding not in self.going and not makes_room:
                    return False
                request.drops.append(holding)
        return True

    def _calling_allows(self, request: Request) -> bool:
        """What Webex refuses among Calling licenses is not planned (3.7: 400406 to 400410)."""
        name = request.product.name

        def stays(other: str) -> bool:
            return any(holding not in self.going for holding in self._held(Product(other)))

        if name == catalog.CALLING_STANDARD:
            others = [x for o in (catalog.ATTENDANT_CONSOLE, catalog.CUSTOMER_ASSIST) for x in self._held(Product(o))]
            for holding in others:
                self._refuse(holding)
            if others:
                return False
        if name == catalog.CUSTOMER_ASSIST and stays(catalog.CALLING_STANDARD):
            return False
        pair = [Product(catalog.CUSTOMER_ASSIST), Product(catalog.CALLING_STANDARD)]
        if request.product in pair and all(x in self.opinion.wishes and x not in self.satisfied for x in pair):
            best = min(pair, key=lambda x: (self.opinion.wishes[x][0].priority, x.name))
            if best not in self.opinion.blocked and request.product != best:
                return False
        return name != catalog.ATTENDANT_CONSOLE or stays(catalog.CALLING_PROFESSIONAL)

    def _prerequisites(self, request: Request) -> bool:
        """Whether nothing that the license needs is denied to the person (700003 to 700005); what is held stays for it."""
        needed = self._needed(request.ladder[0].id)
        return not any(product in self.denied and not self._held(product) for product in needed)

    def _needed(self, license_id: str) -> list[Product]:
        """The free licenses that a license needs, as far as the organization has them (3.7)."""
        letters = self.words.needs(license_id)
        return [self.words.product(x.id) for x in self.words.licenses.values() if x.type in letters]

    def _role_goes(self, request: Request) -> None:
        site = request.product.site
        if not site:
            return
        if site in self.person.attendee:
            request.drops.append(f"attendee:{site}")
            self._only_together(request)
        if (
            site in self.fallback
            and self._may_attend(site)
            and not self._hosts(site)
            and site not in self.person.attendee
        ):
            request.fallback = site

    def _hosts(self, site: str) -> list[str]:
        return [x for x in self.person.holds if x in self.words.licenses and self.words.product(x).site == site]

    # -- attendee roles (3.3, 3.4)

    def _may_attend(self, site: str) -> bool:
        return site not in self.person.admin_of and site not in self.files.organization.attendee_off

    def _ask_for_roles(self) -> None:
        for product in self.opinion.wishes:
            if not product.is_attendee or product in self.satisfied:
                continue
            hosts = self._hosts(product.site)
            if any(holding not in self.opinion.removals for holding in hosts):
                continue
            if not self._may_attend(product.site):
                self.opinion.blocked.add(product)
            else:
                self.opinion.roles[product.site] = hosts[0] if hosts else None

    # -- free licenses that something needs (3.8)

    def _keep_free_licenses(self) -> None:
        removals = self.opinion.removals
        while True:
            staying = {x for x in self.person.holds if x in self.words.licenses and x not in removals}
            staying |= {
                x for request in self.opinion.requests for x in (request.ladder[0].id, *request.free)
            }  # what a swap drops may stay, too
            needed = {letters for x in staying for letters in self.words.needs(x)}
            back = [x for x in removals if self._is_free(x) and self.words.licenses[x].type in needed]
            if not back:
                return
            for holding in back:
                self.opinion.kept[holding] = "needed"
                del removals[holding]
