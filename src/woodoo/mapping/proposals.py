"""What Woodoo would map a payment or shipping method of the store to, by names alone, and why.

Decides to propose little: a method whose name is that of one record in Odoo, and of the methods every shop has, cash on
delivery for the only cash desk and bank transfer for the only bank. Whatever could be two things is left to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

#: Words that are in names of journals and methods and tell none from another.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "account and bank banco banque by caisse caja card cards cash cheque check credit debit delivery direct for in "
        "journal kasse method on online pay payment payments the transfer via with",
    )
)
#: Payment methods WooCommerce brings along → type of the one journal they go to (woocommerce `includes/gateways`).
_KINDS = {"cod": "cash", "bacs": "bank", "cheque": "bank"}


#: Setting that is a map → what its keys are.
_KEYS = {"tax_map": "Tax rate", "journal_map": "Payment method", "shipping_map": "Shipping method"}


@dataclass(frozen=True)
class Proposal:
    """What one key of a map would be mapped to; `odoo_id` is None where a person has to choose."""

    #: Setting that is a map: "tax_map", "journal_map" or "shipping_map".
    setting: str
    key: str
    #: The store's name of it.
    title: str
    odoo_id: int | None
    #: Odoo's name of it; empty where there is none.
    name: str
    #: Why this one, or why none.
    reason: str

    @property
    def kind(self) -> str:
        """What it is in the store: "Tax rate"."""
        return _KEYS[self.setting]


@dataclass(frozen=True)
class Named:
    """Something with a name: a journal or a carrier of Odoo (`kind` is the journal's type), a method of the store."""

    key: str
    name: str
    kind: str = ""


def propose_journals(methods: Iterable[Named], journals: Sequence[Named], mapped: Collection[str]) -> list[Proposal]:
    """Propose a bank or cash journal for each payment method that is not `mapped`."""
    return [_journal(method, journals) for method in methods if method.key not in mapped]


def propose_carriers(methods: Iterable[Named], carriers: Sequence[Named], mapped: Collection[str]) -> list[Proposal]:
    """Propose the delivery method of the same name for shipping methods; those without one are left out.

    A method of a zone ("flat_rate:1") counts as mapped where its kind is.
    """
    found = []
    for method in methods:
        if method.key in mapped or method.key.split(":")[0] in mapped:
            continue
        same = [one for one in carriers if _plain(one.name) == _plain(method.name)]
        if len(same) == 1:
            found.append(_taken("shipping_map", method, same[0], "it has the same name"))
    return found


def fingerprint(proposals: Iterable[Proposal]) -> str:
    """Return what tells these very proposals from others: what was seen is what is taken."""
    told = "\n".join(f"{one.setting} {one.odoo_id} {one.key}" for one in proposals)
    return sha256(told.encode()).hexdigest()


def merged(settings: Mapping[str, object], proposals: Iterable[Proposal]) -> tuple[dict[str, object], int]:
    """Return settings with what is proposed added to their maps, and how much that is. Nothing is overwritten."""
    result, count = dict(settings), 0
    for proposal in proposals:
        now = result.get(proposal.setting)
        known: dict[str, object] = dict(now) if isinstance(now, Mapping) else {}
        if proposal.odoo_id is not None and proposal.key not in known:
            result[proposal.setting] = known | {proposal.key: proposal.odoo_id}
            count += 1
    return result, count


def _journal(method: Named, journals: Sequence[Named]) -> Proposal:
    words = _words(method.name) | _words(method.key)
    named = [one for one in journals if (own := _words(one.name) - _COMMON) and own <= words]
    if len(named) == 1:
        return _taken("journal_map", method, named[0], "the method bears its name")
    kind = _KINDS.get(method.key, "")
    of_kind = [one for one in journals if kind and one.kind == kind]
    # A bank journal with a name of its own may be that of a payment provider.
    plain = [one for one in of_kind if not _words(one.name) - _COMMON] or (of_kind if kind == "cash" else [])
    if not named and len(plain) == 1:
        return _taken("journal_map", method, plain[0], f"it is the only journal for {method.name.lower()}")
    several = named or plain
    reason = (
        f"several could be meant: {', '.join(one.name for one in several)}"
        if several
        else "no bank or cash journal bears its name"
    )
    return Proposal("journal_map", method.key, method.name, None, "", reason)


def _taken(setting: str, method: Named, one: Named, reason: str) -> Proposal:
    return Proposal(setting, method.key, method.name, int(one.key), one.name, reason)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold().replace("_", " ")))


def _plain(name: str) -> str:
    """Return a name without the zone WooCommerce's title ends with: "Flat rate (Spain)"."""
    return " ".join(re.sub(r"\([^()]*\)\s*$", "", name).casefold().split())
