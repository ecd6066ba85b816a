"""Every difference between Odoo versions that Woodoo knows of, as one table.

A row says what holds from which version on (addons/sale, account, stock, product, delivery of odoo 14.0 to 19.0).
Where a row names a model, the database is asked which of the fields it has (`fields_get`), and that answer beats the
version: intermediate releases of Odoo Online and apps that rename fields are then no matter. Nowhere else does code
look at a version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

#: (model, field names) → those the model has, None where the model is not there.
FieldNames = Callable[[str, Sequence[str]], frozenset[str] | None]


@dataclass(frozen=True)
class Row:
    """What one difference is: `since[14]` holds until the next version named."""

    since: Mapping[int, Any]
    #: The model to ask.
    model: str = ""
    #: Field to look for → the value that holds if it is there, first match wins; else `absent`.
    fields: Mapping[str, Any] | None = None
    absent: Any = None

    def value(self, version: int) -> Any:
        return self.since[max((v for v in self.since if v <= version), default=min(self.since))]


def _name(model: str, since: Mapping[int, str]) -> Row:
    """A field that changed its name: the newest name that is there."""
    names = list(dict.fromkeys(reversed(list(since.values()))))
    return Row(since, model, {name: name for name in names}, absent=names[0])


def _has(model: str, field: str, since: Mapping[int, bool]) -> Row:
    """A field that is there or not."""
    return Row(since, model, {field: True}, absent=False)


# fmt: off
TABLE: Mapping[str, Row] = {
    # --- sale.order ---------------------------------------------------------------------------------------------
    # States in which an order is confirmed; locked orders were a state of their own up to 16.
    "order_confirmed_states":    Row({14: ("sale", "done"), 17: ("sale",)}),
    # A second action_confirm: accepted silently up to 16, UserError from 17 on.
    "order_confirm_repeatable":  Row({14: True, 17: False}),
    "order_locked_field":        _has("sale.order", "locked", {14: False, 17: True}),
    "order_pricelist_required":  Row({14: True, 17: False}),
    "order_warehouse":           _has("sale.order", "warehouse_id", {14: True}),          # app sale_stock
    "order_carrier":             _has("sale.order", "carrier_id", {14: True}),            # app delivery
    "order_deliveries":          _has("sale.order", "picking_ids", {14: True}),           # app sale_stock
    "order_delivery_status":     _has("sale.order", "delivery_status", {14: False, 16: True}),
    # Up to 18 action_cancel answers a wizard and cancels nothing, unless the context says otherwise.
    "order_cancel_context":      Row({14: {"disable_cancel_warning": True}, 19: {}}),
    # --- sale.order.line ----------------------------------------------------------------------------------------
    "order_line_taxes":          _name("sale.order.line", {14: "tax_id", 19: "tax_ids"}),
    "order_line_uom":            _name("sale.order.line", {14: "product_uom", 19: "product_uom_id"}),
    "order_line_route":          _name("sale.order.line", {14: "route_id", 19: "route_ids"}),
    # A new quantity brings a new price and discount, unless they are written with it.
    "line_quantity_reprices":    Row({14: False, 16: True, 18: False}),
    "order_line_is_delivery":    _has("sale.order.line", "is_delivery", {14: True}),      # app delivery
    # Lines carry a distribution over analytic accounts; before, one account stands on the order and its invoice lines.
    "analytic_distribution":     _has("sale.order.line", "analytic_distribution", {14: False, 16: True}),
    "can_pin_order_taxes":       _has("sale.order.line", "extra_tax_data", {14: False, 19: True}),
    # --- account.move -------------------------------------------------------------------------------------------
    "can_pin_invoice_taxes":     _has("account.move.line", "extra_tax_data", {14: False, 19: True}),
    # From 16 on a changed tax line pulls the receivable line along; before, both are written together.
    "tax_line_rebalances":       Row({14: False, 16: True}, "account.move.line", {"exclude_from_invoice_tab": False},
                                     absent=True),
    "tax_line_domain":           Row({14: (("tax_line_id", "!=", False),), 16: (("display_type", "=", "tax"),)},
                                     "account.move.line", {"exclude_from_invoice_tab": (("tax_line_id", "!=", False),)},
                                     absent=(("display_type", "=", "tax"),)),
    "product_line_domain":       Row({14: (("exclude_from_invoice_tab", "=", False), ("display_type", "=", False)),
                                      16: (("display_type", "=", "product"),)},
                                     "account.move.line",
                                     {"exclude_from_invoice_tab": (("exclude_from_invoice_tab", "=", False),
                                                                   ("display_type", "=", False))},
                                     absent=(("display_type", "=", "product"),)),
    # What a line of an invoice that sells something is, and which line is owed.
    "product_display_type":      Row({14: "", 16: "product"}),
    "receivable_line_domain":    Row({14: (("account_internal_type", "=", "receivable"),),
                                      16: (("account_type", "=", "asset_receivable"),)}),
    # The first draft of a month takes its number before it is posted, so two made at once can hold the same one.
    "draft_takes_number":        Row({14: True, 16: False}),
    # Numbers of a journal are given under a lock that makes the transaction that comes second start anew.
    "numbering_conflicts":       Row({14: True, 18: False}),
    # From 18 on a payment taken back to draft loses its entry when it is cancelled, which Odoo refuses for any but
    # the last entry of its sequence (account_payment.py `action_cancel`).
    "payment_cancel":            Row({14: ("action_draft", "action_cancel"), 18: ("action_cancel",)}),
    # Paid in full: Enterprise says in_payment until the bank statement is matched.
    "settled_payment_states":    Row({14: ("paid", "in_payment", "reversed")}),
    # Where an invoice names its payments.
    "invoice_payments":          _name("account.move", {14: "invoice_payments_widget", 18: "matched_payment_ids"}),
    # A credit note is reconciled with its invoice when it is posted.
    "refund_reconciles":         Row({14: False, 17: True}),
    "reversal_method":           Row({14: "reverse_moves", 17: "refund_moves"}, "account.move.reversal",
                                     {"refund_method": "reverse_moves"}, absent="refund_moves"),
    "reversal_mode_field":       _has("account.move.reversal", "refund_method", {14: True, 17: False}),
    # --- account.payment ----------------------------------------------------------------------------------------
    "payment_memo":              _name("account.payment", {14: "ref", 18: "memo"}),
    "payment_method":            _name("account.payment.register",
                                       {14: "payment_method_id", 15: "payment_method_line_id"}),
    # Where terms are in instalments, the wizard pays the next one only, unless told to pay all.
    "payment_in_instalments":    _has("account.payment.register", "installments_mode", {14: False, 18: True}),
    "payment_posted_states":     Row({14: ("posted",), 18: ("in_process", "paid")}),
    "journal_payment_methods":   _name("account.journal", {14: "inbound_payment_method_ids",
                                                           15: "inbound_payment_method_line_ids"}),
    # --- account.tax --------------------------------------------------------------------------------------------
    "tax_price_include":         _name("account.tax", {14: "price_include", 18: "price_include_override"}),
    # Out of a gross price the taxes are rounded and the net is the rest; before 18 the net is rounded.
    "net_is_rest":               Row({14: False, 18: True}, "account.tax", {"price_include_override": True},
                                     absent=False),
    # A tax can leave out those before it that affect the base of later ones; up to 14 it cannot.
    "tax_base_affected":         _has("account.tax", "is_base_affected", {14: False, 15: True}),
    "tax_country":               _has("account.tax", "country_id", {14: False, 15: True}),
    # --- products -----------------------------------------------------------------------------------------------
    # What to write for storable goods.
    "product_storable":          Row({14: {"type": "product"}, 15: {"detailed_type": "product"},
                                      18: {"type": "consu", "is_storable": True}},
                                     "product.template", {"is_storable": {"type": "consu", "is_storable": True},
                                                         "detailed_type": {"detailed_type": "product"}},
                                     absent={"type": "product"}),
    "product_service":           Row({14: {"type": "service"}, 15: {"detailed_type": "service"},
                                      18: {"type": "service"}},
                                     "product.template", {"detailed_type": {"detailed_type": "service"}},
                                     absent={"type": "service"}),
    "product_tags":              _has("product.template", "product_tag_ids", {14: False, 16: True}),
    "product_public_categories": _has("product.template", "public_categ_ids", {14: True}),  # app website_sale
    "product_published":         _has("product.template", "is_published", {14: True}),      # app website_sale
    "product_purchase_uom":      _has("product.template", "uom_po_id", {14: True, 19: False}),
    # Who may make products: administrators of an app; 18 has a group for it, too, 19 nothing else.
    "product_role":              Row({14: "'Sales / Administrator'",
                                      18: "'Product Creation' or 'Sales / Administrator'",
                                      19: "'Product Creation' (product.group_product_manager)"}),
    # 19 keeps prices as they are given; before, they are rounded to the precision "Product Price".
    "price_unrounded":           Row({14: False, 19: True}),
    # Formulas of pricelists start from a base that is in the currency of the pricelist already.
    "pricelist_converts_first":  Row({14: False, 16: True}),
    # --- partners -----------------------------------------------------------------------------------------------
    "partner_mobile":            _has("res.partner", "mobile", {14: True, 19: False}),
    # 19 stores any language code, the others refuse unknown ones.
    "partner_lang_checked":      Row({14: True, 19: False}),
    # --- delivery methods ---------------------------------------------------------------------------------------
    # Postcodes a delivery method reaches: a range up to 15, prefixes from 16 on.
    "carrier_zips":              _name("delivery.carrier", {14: "zip_from", 16: "zip_prefix_ids"}),
    # A margin counts for fixed prices, too, in percent; from 17 on, which brings fixed margins, for the others only.
    "carrier_margin_on_fixed":   Row({14: True, 17: False}, "delivery.carrier", {"fixed_margin": False}, absent=True),
    # --- deliveries and stock -----------------------------------------------------------------------------------
    "picking_moves":             _name("stock.picking", {14: "move_lines", 16: "move_ids"}),
    "picking_carrier":           _has("stock.picking", "carrier_tracking_ref", {14: True}),  # delivery/stock_delivery
    "move_done_quantity":        _name("stock.move", {14: "quantity_done", 17: "quantity"}),
    "move_line_done_quantity":   _name("stock.move.line", {14: "qty_done", 17: "quantity"}),
    "move_line_reserved_quantity": _name("stock.move.line", {14: "product_uom_qty", 16: "reserved_uom_qty",
                                                             17: "quantity"}),
    "move_picked":               _has("stock.move", "picked", {14: False, 17: True}),
    # button_validate asks wizards unless the context says otherwise. Up to 16 quantities have to be entered before:
    # skip_immediate alone would leave the goods where they are.
    "validate_context":          Row({14: {"skip_immediate": True, "skip_backorder": True, "skip_sms": True},
                                      17: {"skip_backorder": True, "skip_sms": True}}),
    # Goods of several steps know where they end up; their later steps are made once the one before is done.
    "move_final_location":       _has("stock.move", "location_final_id", {14: False, 18: True}),
    "move_kit_part":             _has("stock.move", "bom_line_id", {14: True}),           # app mrp
    # Text of a move: required up to 18, then computed.
    "move_text":                 _has("stock.move", "name", {14: True, 19: False}),
    # What moves of one order have in common.
    "move_group":                _name("stock.move", {14: "group_id", 19: "reference_ids"}),
    "picking_return_of":         _has("stock.picking", "return_id", {14: False, 17: True}),
    # Where goods come back to: up to 17 only where that place is marked as one for returns, else where they left from.
    "return_location_marked":    _has("stock.location", "return_location", {14: True, 18: False}),
    # So many of a unit make one of the reference; from 19 on the other way round.
    "uom_factor_divides":        Row({14: True, 19: False}, "uom.uom", {"relative_factor": False}, absent=True),
    "lot_model":                 Row({14: "stock.production.lot", 16: "stock.lot"}),
    "quant_apply_needed":        Row({14: False, 15: True}),
    "return_method":             Row({14: "create_returns", 18: "action_create_returns"}),
    # --- calls --------------------------------------------------------------------------------------------------
    # search_read hands `load` on to read from 15 on (odoo/models.py).
    "search_read_takes_load":    Row({14: False, 15: True}),
    # Server actions that call an address, so that automation rules can hint at changes.
    "can_push":                  Row({14: False, 17: True}),
    # The old protocols are announced to go.
    "has_json2":                 Row({14: False, 19: True}),
}
# fmt: on


@dataclass(frozen=True)
class Dialect:
    """How one database speaks. Each field is a row of `TABLE`, explained there."""

    order_confirmed_states: tuple[str, ...]
    order_confirm_repeatable: bool
    order_locked_field: bool
    order_pricelist_required: bool
    order_warehouse: bool
    order_carrier: bool
    order_deliveries: bool
    order_delivery_status: bool
    order_cancel_context: Mapping[str, Any]
    order_line_taxes: str
    order_line_uom: str
    order_line_route: str
    line_quantity_reprices: bool
    order_line_is_delivery: bool
    analytic_distribution: bool
    can_pin_order_taxes: bool
    can_pin_invoice_taxes: bool
    tax_line_rebalances: bool
    tax_line_domain: tuple[tuple[str, str, Any], ...]
    product_line_domain: tuple[tuple[str, str, Any], ...]
    product_display_type: str
    receivable_line_domain: tuple[tuple[str, str, Any], ...]
    draft_takes_number: bool
    numbering_conflicts: bool
    payment_cancel: tuple[str, ...]
    settled_payment_states: tuple[str, ...]
    invoice_payments: str
    refund_reconciles: bool
    reversal_method: str
    reversal_mode_field: bool
    payment_memo: str
    payment_method: str
    payment_in_instalments: bool
    payment_posted_states: tuple[str, ...]
    journal_payment_methods: str
    tax_price_include: str
    net_is_rest: bool
    tax_base_affected: bool
    tax_country: bool
    product_storable: Mapping[str, Any]
    product_service: Mapping[str, Any]
    product_tags: bool
    product_public_categories: bool
    product_published: bool
    product_purchase_uom: bool
    product_role: str
    price_unrounded: bool
    pricelist_converts_first: bool
    partner_mobile: bool
    partner_lang_checked: bool
    carrier_zips: str
    carrier_margin_on_fixed: bool
    picking_moves: str
    picking_carrier: bool
    move_done_quantity: str
    move_line_done_quantity: str
    move_line_reserved_quantity: str
    move_picked: bool
    validate_context: Mapping[str, Any]
    move_final_location: bool
    move_kit_part: bool
    move_text: bool
    move_group: str
    picking_return_of: bool
    return_location_marked: bool
    uom_factor_divides: bool
    lot_model: str
    quant_apply_needed: bool
    return_method: str
    search_read_takes_load: bool
    can_push: bool
    has_json2: bool

    @classmethod
    def of_version(cls, version: int) -> Dialect:
        """Return what the version says. Versions newer than the table speak like the newest in it."""
        return cls(**{name: row.value(version) for name, row in TABLE.items()})

    @property
    def can_pin_taxes(self) -> bool:
        """True where the taxes of a line can be given to the cent, on orders and on invoices."""
        return self.can_pin_order_taxes and self.can_pin_invoice_taxes

    def probed(self, field_names: FieldNames) -> Dialect:
        """Return the dialect corrected by what the database's models have. Asks once for each model."""
        changes: dict[str, Any] = {}
        for model in dict.fromkeys(row.model for row in TABLE.values() if row.model):
            rows = {name: row for name, row in TABLE.items() if row.model == model}
            wanted = sorted({field for row in rows.values() for field in row.fields or ()})
            present = field_names(model, wanted)
            for name, row in rows.items():
                changes |= self._probed_value(name, row, present)
        return replace(self, **changes)

    def _probed_value(self, name: str, row: Row, present: frozenset[str] | None) -> dict[str, Any]:
        if present is None:
            # Without the model there is nothing to look for: what is there or not is not, names stay as by version.
            return {name: False} if row.absent is False else {}
        for field, value in (row.fields or {}).items():
            if field in present:
                return {name: value}
        return {name: row.absent}
