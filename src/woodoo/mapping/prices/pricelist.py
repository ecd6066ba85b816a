"""What a pricelist of Odoo asks for one piece of a product, and by which of its rules.

Decides it by the rules themselves, for no release has a method for it that can be called from outside: 14 computes it
in a field without storing it, from 16 on all of it is private. The first rule that fits counts, in the order in which
Odoo lists them:

| computed by | what the price is                                                                             |
|-------------|-----------------------------------------------------------------------------------------------|
| fixed       | the rule's own                                                                                |
| percentage  | the base, less so many percent                                                                |
| formula     | the base less so many percent, rounded to a multiple, plus a surcharge, within the margins    |

The base is the sales price, the cost or what another pricelist asks. A base in another currency is converted before
the formula from 16 on, and after it up to 15. Sources: addons/product/models/product_pricelist.py of 14 and 15
(`_compute_price_rule`), product_pricelist_item.py from 16 on (`_compute_price`, `_compute_base_price`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from ...domain.errors import ConfigError
from ...domain.money import ZERO

#: Pricelists that stand on each other: more than that and they stand in a circle.
_DEEPEST = 12


class Base(StrEnum):
    """What a percentage or a formula starts from."""

    LIST_PRICE = "list_price"
    COST = "standard_price"
    PRICELIST = "pricelist"


@dataclass(frozen=True)
class Formula:
    """The parts of a formula (`price_discount`, `price_round`, …). Amounts are for one unit of the product."""

    discount: Decimal = ZERO
    round_to: Decimal = ZERO
    surcharge: Decimal = ZERO
    min_margin: Decimal = ZERO
    max_margin: Decimal = ZERO

    def of(self, base: Decimal) -> Decimal:
        """Return what the formula makes of a base; parts that are 0 do nothing."""
        price = base - base * self.discount / 100
        if self.round_to:
            price = (price / self.round_to).quantize(Decimal(1), rounding=ROUND_HALF_UP) * self.round_to
        price += self.surcharge
        if self.min_margin:
            price = max(price, base + self.min_margin)
        if self.max_margin:
            price = min(price, base + self.max_margin)
        return price


@dataclass(frozen=True)
class Rule:
    """A rule of a pricelist (`product.pricelist.item`). Ids of 0 mean that it holds for all."""

    odoo_id: int
    template_id: int = 0
    product_id: int = 0
    category_id: int = 0
    min_quantity: Decimal = ZERO
    #: Holds from and until then, both included, UTC; None: no such bound.
    start: datetime | None = None
    end: datetime | None = None
    #: "fixed", "percentage" or "formula".
    computed: str = "fixed"
    fixed_price: Decimal = ZERO
    percent: Decimal = ZERO
    formula: Formula = Formula()
    base: Base = Base.LIST_PRICE
    base_pricelist_id: int = 0

    def concerns(self, goods: Goods) -> bool:
        """Say whether it is about one piece of this product, whatever the day."""
        return (
            self.min_quantity <= 1
            and self.template_id in (0, goods.template_id)
            and self.product_id in (0, goods.odoo_id)
            and (not self.category_id or self.category_id in goods.category_ids)
        )

    def holds(self, at: datetime) -> bool:
        """Say whether it holds at a moment."""
        return (self.start is None or self.start <= at) and (self.end is None or at <= self.end)


@dataclass(frozen=True)
class Pricelist:
    """A pricelist, its rules in the order in which Odoo goes through them."""

    odoo_id: int
    name: str
    currency: str
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Goods:
    """A variant as pricelists look at it (`product.product`). Prices are for its own unit of measure."""

    odoo_id: int
    template_id: int
    #: Its category and those above it.
    category_ids: frozenset[int] = frozenset()
    #: The sales price with what its attributes cost extra (`lst_price`), in `currency`.
    list_price: Decimal = ZERO
    currency: str = ""
    #: In `cost_currency`.
    cost: Decimal = ZERO
    cost_currency: str = ""


@dataclass(frozen=True)
class Asked:
    """What a pricelist asks, in its currency, not rounded; and by which rule, None: the sales price as it is."""

    price: Decimal
    rule: Rule | None = None


@dataclass(frozen=True)
class Book:
    """The pricelists of an Odoo, as far as they are needed."""

    pricelists: Mapping[int, Pricelist] = field(default_factory=dict)
    #: Currency → how much of it the company's own currency is worth (`res.currency.rate`), today.
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    #: A formula is computed in the pricelist's currency (from 16 on), else in that of its base.
    converts_first: bool = True

    def ask(
        self,
        pricelist_id: int,
        goods: Goods,
        at: datetime,
        *,
        only: Callable[[Rule], bool] = lambda rule: True,
        depth: int = 0,
    ) -> Asked:
        """Return what a pricelist asks for one piece at a moment, going by those of its rules that `only` lets through.

        Raises:
            ConfigError: pricelists stand on each other in a circle, or a currency has no rate.
        """
        pricelist = self.pricelists[pricelist_id]
        if depth > _DEEPEST:
            raise ConfigError(
                f"The pricelist '{pricelist.name}' of Odoo stands on itself by way of others.",
                where="product.pricelist.item -> base_pricelist_id",
                fix="Give one of their rules another base.",
            )
        for rule in pricelist.rules:
            if rule.concerns(goods) and rule.holds(at) and only(rule):
                return Asked(self._price(rule, pricelist, goods, at, depth), rule)
        return Asked(self.convert(goods.list_price, goods.currency, pricelist.currency))

    def by_rule(self, rule: Rule, pricelist_id: int, goods: Goods, at: datetime) -> Decimal:
        """Return the price by one rule of a pricelist at a moment, in the pricelist's currency."""
        return self._price(rule, self.pricelists[pricelist_id], goods, at, 0)

    def _price(self, rule: Rule, pricelist: Pricelist, goods: Goods, at: datetime, depth: int) -> Decimal:
        if rule.computed == "fixed":
            return rule.fixed_price
        base, currency = self._base(rule, goods, at, depth)
        formula = rule.formula if rule.computed == "formula" else Formula(discount=rule.percent)
        if self.converts_first or rule.base is Base.PRICELIST:
            return formula.of(self.convert(base, currency, pricelist.currency))
        return self.convert(formula.of(base), currency, pricelist.currency)

    def _base(self, rule: Rule, goods: Goods, at: datetime, depth: int) -> tuple[Decimal, str]:
        if rule.base is Base.PRICELIST and rule.base_pricelist_id:
            asked = self.ask(rule.base_pricelist_id, goods, at, depth=depth + 1)
            return asked.price, self.pricelists[rule.base_pricelist_id].currency
        if rule.base is Base.COST:
            return goods.cost, goods.cost_currency
        return goods.list_price, goods.currency

    def convert(self, amount: Decimal, given: str, wanted: str) -> Decimal:
        """Return an amount in another currency, not rounded.

        Raises:
            ConfigError: one of them has no rate in Odoo.
        """
        if given == wanted:
            return amount
        missing = [one for one in (given, wanted) if not self.rates.get(one)]
        if missing:
            raise ConfigError(
                f"Odoo has no exchange rate of {missing[0]}, so a price in {given} cannot be given in {wanted}.",
                where="res.currency",
                fix=f"Activate {missing[0]} in Odoo and give it a rate.",
            )
        return amount * self.rates[wanted] / self.rates[given]


def needed_pricelists(rules: Iterable[Rule]) -> set[int]:
    """Return the pricelists these rules stand on."""
    return {rule.base_pricelist_id for rule in rules if rule.base is Base.PRICELIST and rule.base_pricelist_id}
