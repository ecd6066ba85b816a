"""Which Odoo tax a tax rate of the store means, and which one lines carry that the store did not tax.

A rate means the tax of the first row that names one, if it is the same percentage:

| | looked for                                       | in                    |
|-|--------------------------------------------------|-----------------------|
| 1 | the rate, by its id                            | `tax_map`             |
| 2 | its class, country and percentage              | `tax_rule_map`        |
| 3 | any class, its country and percentage          | `tax_rule_map`        |
| 4 | its class, any country, its percentage         | `tax_rule_map`        |
| 5 | any class, any country, its percentage         | `tax_rule_map`        |
| 6 | the one sales tax of its percentage            | `tax_match` "percent" |

The country goes before the class: it says to whom the tax is owed. A rate's class is that of the lines that carry it;
where only shipping does, rules of every class count, as far as they agree.

A line the store did not tax carries the tax of 0 % that `untaxed_map` names first: for exempt customers, for the
country of delivery, for all others. It is booked as rate `UNTAXED`, of nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from ...domain.errors import ConfigError
from ...domain.money import ZERO
from ...domain.order import Order, TaxRate
from ..amounts.totals import Targets
from ..rules import Rules, Tax
from .tax_matching import fitting_taxes, offer, price_kind, shown_percent, shown_taxes
from .tax_stacking import refuse_other_bases

#: Stands in for a rate id on lines the store did not tax.
UNTAXED = "untaxed"
#: What WooCommerce calls its tax class "".
STANDARD = "standard"
_ANY = "*"
_WHERE = "settings -> taxes"


def map_taxes(order: Order, targets: Targets, rules: Rules) -> tuple[Targets, dict[str, Tax]]:
    """Return the Odoo tax of each rate of the order by rate id, and the targets with `UNTAXED` where it applies.

    Raises:
        ConfigError: where a rate is not mapped, or to a tax of another percentage or another base, or included and
            excluded taxes would meet.
    """
    taxes = order_taxes(order, rules)
    untaxed = untaxed_tax(order, rules)
    if untaxed and any(not line.taxes for line in targets.lines):
        taxes[UNTAXED] = untaxed
        lines = tuple(line if line.taxes else replace(line, taxes={UNTAXED: ZERO}) for line in targets.lines)
        targets = replace(targets, lines=lines, taxes={**targets.taxes, UNTAXED: ZERO})
    per_line = [frozenset(line.taxes) for line in targets.lines]
    _refuse_mixed_prices(order, [tax for tax in taxes.values() if tax.percent])
    for rate_ids in dict.fromkeys(per_line):
        _refuse_mixed_prices(order, [taxes[rate_id] for rate_id in sorted(rate_ids)])
        if rules.exact:
            refuse_other_bases(order, [rate for rate in order.tax_rates if rate.rate_id in rate_ids], taxes)
    return targets, taxes


def order_taxes(order: Order, rules: Rules) -> dict[str, Tax]:
    """Return the Odoo tax of each rate the order uses, by rate id.

    Raises:
        ConfigError: where a rate is not mapped, or is mapped to a tax of another percentage.
    """
    classes = rate_classes(order)
    taxes: dict[str, Tax] = {}
    open_rates: list[TaxRate] = []
    for rate in order.tax_rates:
        found = mapped_taxes(rate.rate_id, classes.get(rate.rate_id, ()), rate.country, rate.percent, rules)
        if len(found) > 1:
            raise _several(order, rate, f"and the settings map it to several taxes in Odoo: {shown_taxes(found)}.")
        if not found:
            open_rates.append(rate)
            continue
        _refuse_other_percent(order, rate, found[0])
        taxes[rate.rate_id] = found[0]
    return taxes | _matched(order, open_rates, taxes, rules)


def mapped_taxes(rate_id: str, classes: Iterable[str], country: str, percent: Decimal, rules: Rules) -> tuple[Tax, ...]:
    """Return the taxes the settings map a rate to: one, none, or several where they contradict each other.

    `classes` are the store's classes the rate is known to be of, "standard" included; none where nobody knows.
    """
    if rate_id in rules.taxes:
        return (rules.taxes[rate_id],)
    for keys in _rule_keys(tuple(sorted(classes)), country, percent, rules.tax_rules):
        found = {rules.tax_rules[key].odoo_id: rules.tax_rules[key] for key in keys if key in rules.tax_rules}
        if found:
            return tuple(found.values())
    return ()


def rule_key(tax_class: str, country: str, percent: Decimal) -> str:
    """Return the key of a rule as `Rules.tax_rules` has it: "standard:ES:21"."""
    return f"{tax_class}:{country}:{percent.normalize():f}"


def rate_classes(order: Order) -> Mapping[str, set[str]]:
    """Return the tax classes of each rate of an order: those of its lines, else of its fees.

    Negative fees tell nothing: WooCommerce spreads their tax over the classes of all lines
    (`includes/class-wc-order-item-fee.php`, `calculate_taxes`).
    """
    classes: dict[str, set[str]] = defaultdict(set)
    for line in order.lines:
        for tax in line.taxes:
            classes[tax.rate_id].add(line.tax_class or STANDARD)
    from_lines = set(classes)
    for fee in order.fee_lines:
        for tax in fee.taxes:
            if fee.total > 0 and tax.rate_id not in from_lines:
                classes[tax.rate_id].add(fee.tax_class or STANDARD)
    return classes


def untaxed_tax(order: Order, rules: Rules) -> Tax | None:
    """Return the tax of 0 % for lines the store did not tax, if the settings name one."""
    country = order.shipping.country or order.billing.country
    keys = ("exempt" if order.is_vat_exempt else "", country, _ANY)
    return next((rules.untaxed[key] for key in keys if key and key in rules.untaxed), None)


def _rule_keys(
    classes: tuple[str, ...], country: str, percent: Decimal, known: Mapping[str, Tax]
) -> Iterator[list[str]]:
    """Yield the keys of each row of the table above, from 2 to 5."""
    classes = classes or tuple(sorted({key.split(":")[0] for key in known} - {_ANY}))
    for place in dict.fromkeys((country or _ANY, _ANY)):
        yield [rule_key(tax_class, place, percent) for tax_class in classes]
        yield [rule_key(_ANY, place, percent)]


def _matched(order: Order, rates: list[TaxRate], mapped: Mapping[str, Tax], rules: Rules) -> dict[str, Tax]:
    """Return the one tax of the same percentage for each rate that is mapped nowhere."""
    kinds = {tax.included for tax in mapped.values() if tax.percent}
    preferred = next(iter(kinds)) if len(kinds) == 1 else prefers_included(order.prices_include_tax, rules)
    wanted = [(rate.percent, rate.country) for rate in rates]
    included = preferred if kinds else price_kind(wanted, rules.sale_taxes, preferred=preferred)
    found = {}
    for rate in rates:
        fitting = fitting_taxes(rate.percent, rate.country, rules.sale_taxes, included=included)
        if not rules.match_taxes:
            raise ConfigError(
                f"{_uses(order, rate)}, which is not mapped to a tax in Odoo.",
                record=order.label,
                where=_WHERE,
                fix=f"{offer(fitting)} Map the tax rate in the connection's settings.",
            )
        if not fitting:
            raise ConfigError(
                f"{_uses(order, rate)}, which is not mapped, and Odoo has no sales tax of that percentage.",
                record=order.label,
                where="account.tax -> amount",
                fix="Make a sales tax of that percentage in Odoo, then retry.",
            )
        if len(fitting) > 1:
            told = f"which is not mapped, and Odoo has several sales taxes of that percentage: {shown_taxes(fitting)}."
            raise _several(order, rate, told)
        found[rate.rate_id] = fitting[0]
    return found


def prefers_included(prices_include_tax: bool, rules: Rules) -> bool:
    """Say whether taxes included in prices suit a store best: an inclusive one, where lines cannot be pinned."""
    return prices_include_tax and not rules.precision.can_pin


def _uses(order: Order, rate: TaxRate) -> str:
    return f"{order.label} uses the tax rate '{rate.label}' ({shown_percent(rate.percent)}, rate {rate.rate_id})"


def _several(order: Order, rate: TaxRate, told: str) -> ConfigError:
    return ConfigError(
        f"{_uses(order, rate)}, {told}",
        record=order.label,
        where=_WHERE,
        fix=f"Map rate {rate.rate_id} to one of them in the connection's settings.",
    )


def _refuse_other_percent(order: Order, rate: TaxRate, tax: Tax) -> None:
    if tax.percent != rate.percent:
        raise ConfigError(
            f"{order.label} uses the tax rate '{rate.label}' ({shown_percent(rate.percent)}), which is mapped to "
            f"'{tax.name}' ({shown_percent(tax.percent)}) in Odoo.",
            record=order.label,
            where=_WHERE,
            fix="Map the rate to a tax of the same percentage in the connection's settings.",
        )


def _refuse_mixed_prices(order: Order, taxes: Iterable[Tax]) -> None:
    by_kind: dict[bool, str] = {tax.included: tax.name for tax in taxes}
    if len(by_kind) == 2:
        raise ConfigError(
            f"{order.label} would carry '{by_kind[True]}', which is included in prices, beside '{by_kind[False]}', "
            "which is not.",
            record=order.label,
            where=_WHERE,
            fix="Map all rates of the store to taxes of one kind.",
        )
