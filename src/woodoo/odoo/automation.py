"""Automation rules by which Odoo hints at changes: set up, found again and removed over RPC, by an administrator.

Decides that a hint says nothing but "look", at an address nobody can guess, and that Woodoo's own writing gives none:
Odoo sends while somebody waits, up to a second each, without signature or repeat (odoo/addons/base/models/
ir_actions.py `_run_action_webhook`; before 19 within the transaction). What it would have hinted at the poll finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.errors import ConfigError
from .records import Records, Row

RULE, ACTION = "base.automation", "ir.actions.server"
#: What the rules are called in Odoo.
NAME = "Woodoo: hint at changes"


@dataclass(frozen=True)
class Hinted:
    """A model whose changes Odoo is to hint at."""

    model: str
    #: Only changes of these count; not where a record is made.
    fields: Sequence[str]
    #: Which records.
    domain: Sequence[Any] = ()
    #: A deletion is hinted at, too.
    deletions: bool = True
    #: Added to the address, so that Woodoo knows what to look at.
    door: str = ""


@dataclass(frozen=True)
class HintRule:
    """A rule as it is in Odoo."""

    odoo_id: int
    #: Its external id, without the namespace.
    external_id: str
    model: str
    trigger: str
    active: bool
    url: str


def ensure_rules(records: Records, url: str, hinted: Sequence[Hinted], *, own_uid: int) -> list[HintRule]:
    """Have Odoo hint at changes of these models at `url`; return the rules. May be repeated.

    Args:
        records: an administrator's.
        url: where to.
        hinted: what of. Models this Odoo does not have are left out; rules for others are removed.
        own_uid: the user Woodoo works as, whose changes are not hinted at.

    Raises:
        ConfigError: Odoo cannot, lacks the app, or the user is no administrator.
    """
    _refuse_without(records)
    models = {row["model"]: row["id"] for row in _models(records, [one.model for one in hinted])}
    rows = {
        row.external_id: row
        for one in hinted
        if one.model in models
        for row in _rows(records, one, models[one.model], url, own_uid)
    }
    made = records.ensure(RULE, list(rows.values()))
    for error in made.errors.values():
        raise ConfigError(f"Odoo refused the automation rule: {error.message}", where=RULE, fix=error.fix)
    _bring_up_to_date(records, rows, made.ids)
    remove_rules(records, keep=made.ids.values())
    return find_rules(records)


def find_rules(records: Records) -> list[HintRule]:
    """Return our rules, switched on or off.

    Raises:
        ConfigError: as `ensure_rules`.
    """
    _refuse_without(records)
    ids = records.search(RULE, [("action_server_ids.webhook_url", "!=", False)], context={"active_test": False})
    names = records.external_ids(RULE, ids)
    rules = records.read(RULE, names, ["trigger", "active", "model_id", "action_server_ids"])
    actions = [odoo_id for rule in rules for odoo_id in rule["action_server_ids"]]
    urls = {row["id"]: row["webhook_url"] or "" for row in records.read(ACTION, actions, ["webhook_url"])}
    models = {row["id"]: row["model"] for row in records.read("ir.model", [r["model_id"] for r in rules], ["model"])}
    return [
        HintRule(
            rule["id"],
            names[rule["id"]],
            models[rule["model_id"]],
            rule["trigger"],
            rule["active"],
            next((urls[odoo_id] for odoo_id in rule["action_server_ids"]), ""),
        )
        for rule in rules
    ]


def remove_rules(records: Records, *, keep: Any = ()) -> int:
    """Take our rules out of Odoo, with what they do, and return how many there were.

    Raises:
        ConfigError: as `ensure_rules`.
    """
    gone = [rule.odoo_id for rule in find_rules(records) if rule.odoo_id not in set(keep)]
    actions = [
        odoo_id for row in records.read(RULE, gone, ["action_server_ids"]) for odoo_id in row["action_server_ids"]
    ]
    for model, ids in ((RULE, gone), (ACTION, actions)):
        left = records.search(model, [("id", "in", ids)], context={"active_test": False}) if ids else []
        for error in records.action(model, "unlink", left).errors.values() if left else ():
            raise ConfigError(f"Odoo keeps an automation rule: {error.message}", where=model, fix=error.fix)
    return len(gone)


def _rows(records: Records, one: Hinted, model_id: int, url: str, own_uid: int) -> list[Row]:
    """Return the rules of a model, as the importer takes them."""
    action = {"name": NAME, "model_id/.id": model_id, "state": "webhook", "webhook_url": url + one.door}
    common = {"name": NAME, "model_id/.id": model_id}
    stem = f"base_automation_{one.model.replace('.', '_')}"
    domain = [("model", "=", one.model), ("name", "in", list(one.fields)), ("store", "=", True)]
    fields = records.search("ir.model.fields", domain)
    others = [("write_uid", "!=", own_uid), *one.domain]
    written = {
        **common,
        "trigger": _trigger(records),
        "trigger_field_ids/.id": ",".join(map(str, fields)),
        "filter_domain": _text(others),
    }
    rows = [Row(f"{stem}_write", written, {"action_server_ids": [action]})]
    if one.deletions:
        deleted = {**common, "trigger": "on_unlink", "filter_domain": _text(one.domain)}
        rows.append(Row(f"{stem}_unlink", deleted, {"action_server_ids": [action]}))
    return rows


def _bring_up_to_date(records: Records, rows: Mapping[str, Row], ids: Mapping[str, int]) -> None:
    """Give rules that were there before the address and the conditions of now, and switch them on."""
    for rule in find_rules(records):
        if rule.external_id not in rows:
            continue
        wanted, (action,) = rows[rule.external_id].values, rows[rule.external_id].lines["action_server_ids"]
        (row,) = records.read(RULE, [rule.odoo_id], ["filter_domain", "action_server_ids"])
        if rule.url != action["webhook_url"]:
            records.write(ACTION, row["action_server_ids"], {"webhook_url": action["webhook_url"]})
        if not rule.active or (row["filter_domain"] or "") != wanted["filter_domain"]:
            records.write(RULE, [rule.odoo_id], {"active": True, "filter_domain": wanted["filter_domain"]})


def _trigger(records: Records) -> str:
    """Return the trigger that leaves new records out, where this Odoo offers it."""
    offered = records.fields(RULE)["trigger"].selection
    return "on_write" if "on_write" in offered else "on_create_or_write"


def _models(records: Records, names: Sequence[str]) -> list[dict[str, Any]]:
    return records.search_read("ir.model", [("model", "in", list(names))], ["model"])


def _text(domain: Sequence[Any]) -> str:
    """Return a condition as Odoo keeps it on a rule; empty for all records."""
    return str([tuple(part) for part in domain]) if domain else ""


def _refuse_without(records: Records) -> None:
    """Refuse an Odoo that cannot send hints, and a user who may not have it send any."""
    if not records.client.version_dialect.can_push:
        raise ConfigError(
            f"Odoo {records.client.server_version} cannot hint at changes; it can from 17 on.",
            where=RULE,
            fix="Nothing is lost: Woodoo asks it what changed, every minute ('odoo_poll_seconds').",
        )
    try:
        records.fields(RULE)
        records.search(RULE, [], limit=1)
    except ConfigError as error:
        if error.where != RULE:
            raise
        raise _cannot(records, error) from error


def _cannot(records: Records, error: ConfigError) -> ConfigError:
    if "does not know the model" in error.message:
        return ConfigError(
            "Odoo lacks the app 'Automation Rules' (base_automation), which sends the hints.",
            where=RULE,
            fix="Install it in Odoo under Apps; where that is not wanted, Woodoo asks every minute what changed.",
        )
    return ConfigError(
        f"The Odoo user {records.client.endpoint.login} may not set up automation rules; only an administrator may.",
        where=RULE,
        fix="Give login and key of an administrator; they are used this once and not kept.",
    )
