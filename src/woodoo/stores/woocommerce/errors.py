"""What goes wrong between Woodoo and a WooCommerce shop, in sentences a shopkeeper can act on.

Decides for each fault whether the record is at fault (`Refused`, `NotFound`), a setting (`ConfigError`), the moment
(`RemoteError`, `RemoteDown`), or whether nobody knows (`OutcomeUnknown`). The codes are those of WordPress and of
`wc/v3` (https://woocommerce.github.io/woocommerce-rest-api-docs/#errors).
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from ...domain.errors import ConfigError, DataError, OutcomeUnknown, RemoteDown, RemoteError, WoodooError
from .answers import Answer

#: Answers of a proxy or an overloaded host: the shop itself did not answer.
GATEWAY = frozenset({502, 503, 504, 520, 521, 522, 523, 524, 525, 527, 530})
#: Answers that turn a request away unread.
TURNED_AWAY = frozenset({408, 425, 429})
READS = frozenset({"GET", "HEAD", "OPTIONS"})
AUTH_ERROR = "woocommerce_rest_authentication_error"
KEYS_PAGE = "WooCommerce > Settings > Advanced > REST API"


#: Codes of `set_product_images` and `set_variation_image` (class-wc-rest-products-controller.php).
PICTURE_ERRORS = frozenset(
    {
        "woocommerce_product_image_upload_error",
        "woocommerce_variation_image_upload_error",
        "woocommerce_product_invalid_image_id",
        "woocommerce_variation_invalid_image_id",
    }
)


class Refused(DataError):
    """The store refused a record. `code` is WordPress' error code, `data` what came with it, `said` its own words."""

    #: Who has the SKU or barcode already. For flows, which know no errors of one platform.
    taken_by = ""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        data: Mapping[str, Any] | None = None,
        record: str = "",
        where: str = "",
        fix: str = "",
        said: str = "",
    ) -> None:
        super().__init__(message, record=record, where=where, fix=fix)
        self.code = code
        self.data = data or {}
        self.said = said


class NotFound(Refused):
    """The store has no such record (any more)."""

    #: For flows, which know no errors of one platform.
    gone = True


class PictureRefused(Refused):
    """The store does not take a picture of a product, and with it nothing of the whole write."""

    #: For flows, which know no errors of one platform.
    about_picture = True


class NoRoute(ConfigError):
    """The store does not offer this part of the API: a feature is off, or it is no WooCommerce at all."""


def answer_error(answer: Answer, *, method: str, where: str, store: str, proven: bool = False) -> WoodooError:
    """Say what an answer that is not a success means.

    Args:
        where: the path asked for, such as "orders/1054".
        store: the shop's address.
        proven: whether the shop has accepted the key before.
    """
    if 300 <= answer.status < 400:
        return _redirect(answer, where=where, store=store)
    if answer.status in TURNED_AWAY | GATEWAY:
        return _overloaded(answer, method=method, where=where)
    if not answer.is_json or not answer.is_error:
        return _no_api(answer, method=method, where=where, store=store)
    if answer.status in (401, 403):
        return _forbidden(answer, method=method, where=where, store=store, proven=proven)
    if answer.status >= 500:
        return _broken(answer, method=method, where=where)
    return item_error(answer.code, answer.message, answer.error_data, status=answer.status, where=where)


def item_error(
    code: str, message: str, data: Mapping[str, Any], *, status: int, where: str, record: str = ""
) -> WoodooError:
    """Say what a refusal of one record means; also for an item of a batch."""
    shown = _sentence(message)
    if code == "rest_no_route":
        return NoRoute(
            f"The store has no route {where}.",
            where=where,
            fix="Check that WooCommerce is active and Settings > Permalinks is not on Plain; "
            "some routes also need a feature of WooCommerce to be switched on.",
        )
    if code in PICTURE_ERRORS:
        # What stands before the reason is the address, which is a secret while it lasts.
        reason = shown.rpartition("Error: ")[2] if "http" in shown else shown
        return PictureRefused(
            f"The store does not take a picture of the product: {reason}",
            code=code,
            data=data,
            record=record,
            where=where,
            fix="Check that the store reaches the address WOODOO_URL, or give Woodoo a WordPress login for pictures.",
        )
    if status in (404, 410) or code.endswith("_invalid_id"):
        return NotFound(
            f"The store has no record {where}: {shown}",
            code=code,
            data=data,
            record=record,
            where=where,
            fix="It was deleted there, or its number is wrong.",
        )
    return Refused(
        f"The store refuses {where}: {shown}{_details(data)}",
        code=code,
        data=data,
        record=record,
        where=where,
        fix="Correct the named value, then try again.",
        said=shown,
    )


def transport_error(error: httpx2.TransportError, *, method: str, where: str, store: str) -> WoodooError:
    """Say what a request without an answer means. A write that may have arrived is `OutcomeUnknown`."""
    host = urlsplit(store).netloc
    causes = list(_causes(error))
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return _untrusted(certificate, host=host)
    if any(isinstance(cause, ssl.SSLError) for cause in causes) and isinstance(error, httpx2.ConnectError):
        return RemoteDown(
            f"No secure connection to {host} can be made.",
            side="store",
            where=host,
            fix="Check that the address and port are those of an https site, and that it speaks TLS 1.2 or newer.",
        )
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError):
        return RemoteDown(_unreachable(error, causes, host), side="store", where=host, fix=_reach_fix(causes))
    if method not in READS:
        return OutcomeUnknown(
            f"The store did not answer {method} {where}; it may have carried it out.",
            where=where,
            fix="The record is read back before anything is written again.",
        )
    slow = isinstance(error, httpx2.TimeoutException)
    return RemoteDown(
        f"The store {'took too long to answer' if slow else 'broke off its answer to'} {method} {where}.",
        side="store",
        where=where,
        fix="It is tried again by itself; if it goes on, look at the load of the shop's server.",
    )


def not_json(answer: Answer, *, method: str, where: str, store: str) -> WoodooError:
    """Say what a success without JSON means: data that cannot be read, or a page in place of the API.

    Of data nothing is quoted, for it may speak of people.
    """
    if answer.text.startswith(("[", "{")):
        kind = RemoteError if method == "GET" else OutcomeUnknown
        return kind(
            f"The store's answer to {method} {where} breaks off, or holds something that is not JSON.",
            where=where,
            fix="Look for a plugin of the store that writes into the answers of the REST API, and for its limits of "
            "memory and time.",
        )
    return _no_api(answer, method=method, where=where, store=store)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds `Retry-After` asks for, given as seconds or as a date; None where it does not say."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _redirect(answer: Answer, *, where: str, store: str) -> WoodooError:
    target = urljoin(f"{store}/wp-json/wc/v3/{where}", answer.headers.get("location", ""))
    base = target.split("?")[0].split("#")[0].split("/wp-json", maxsplit=1)[0].rstrip("/")
    if "/wp-json" in target and base != store:
        fix = f"Set the store's address of this connection to {base}."
    else:
        fix = f"Let the host or the plugin that redirects leave {store}/wp-json alone."
    return ConfigError(f"The store redirects {where} to {base}.", where=where, fix=fix)


def _overloaded(answer: Answer, *, method: str, where: str) -> WoodooError:
    wait = retry_after(answer.headers)
    if method not in READS and answer.status in GATEWAY and answer.status != 503:
        return OutcomeUnknown(
            f"A proxy answered {method} {where} with {answer.status}; the store may have carried it out.",
            where=where,
            fix="The record is read back before anything is written again.",
            retry_after=wait,
        )
    reason = "asks for fewer requests" if answer.status == 429 else "is not available behind its proxy"
    return RemoteDown(
        f"The store {reason} ({answer.status}).",
        side="store",
        where=where,
        fix="It is tried again by itself; if it goes on, ask the shop's host about limits and load.",
        retry_after=wait,
    )


def _no_api(answer: Answer, *, method: str, where: str, store: str) -> WoodooError:
    """Judge a page in place of the API."""
    page = f' It says: "{answer.text}"' if answer.text else ""
    if answer.status in (401, 403):
        return RemoteDown(
            f"Something in front of the store refuses {where} ({answer.status}).{page}",
            side="store",
            where=where,
            fix="A firewall, a security plugin or a password on the site keeps Woodoo out: "
            "let this server's address reach /wp-json/wc/v3.",
        )
    if answer.status == 404:
        return NoRoute(
            f"There is no WooCommerce API at {store}.",
            where=where,
            fix="Check that the address is that of the front page, with its folder if it is in one, that "
            "WooCommerce is active, and that Settings > Permalinks is not on Plain.",
        )
    if answer.status >= 500:
        return _broken(answer, method=method, where=where)
    return ConfigError(
        f"The store answers {where} with a page in place of data ({answer.status}).{page}",
        where=where,
        fix="Check the address, that Settings > Permalinks is not on Plain, and that no maintenance, "
        "coming-soon or cache plugin covers /wp-json.",
    )


def _broken(answer: Answer, *, method: str, where: str) -> WoodooError:
    """Judge a 500. A fatal error of PHP in a write may have come after the write."""
    shown = _sentence(answer.message or answer.text)
    if answer.code == "woocommerce_rest_cannot_create_order_refund":
        return item_error(answer.code, answer.message, answer.error_data, status=answer.status, where=where)
    fix = "Look at WooCommerce > Status > Logs (fatal-errors) of the store for the plugin that fails."
    if method not in READS and answer.code in ("", "internal_server_error"):
        return OutcomeUnknown(f"The store failed in the middle of {method} {where}: {shown}", where=where, fix=fix)
    return RemoteError(f"The store failed at {method} {where} ({answer.status}): {shown}", where=where, fix=fix)


def _forbidden(answer: Answer, *, method: str, where: str, store: str, proven: bool) -> WoodooError:
    message, fix = _who_is_asking(answer, method=method, where=where, store=store, proven=proven)
    return ConfigError(message, where=where, fix=fix)


def _who_is_asking(answer: Answer, *, method: str, where: str, store: str, proven: bool) -> tuple[str, str]:
    text = answer.message.lower()
    right = "Read/Write" if method not in READS else "Read"
    if answer.code != AUTH_ERROR:
        if proven and answer.status == 401:  # known users get 403 (rest_authorization_required_code in WordPress)
            return (
                "The store does not know the consumer key any more.",
                f"It was deleted there, or its user was. Make a new one and enter it ({KEYS_PAGE}).",
            )
        if proven:
            return (
                f"The user of the store's key may not {_verb(method)} {where}.",
                f"Give that user the role Shop manager or Administrator, or make a key of such a user ({KEYS_PAGE}).",
            )
        return (
            f"The store does not know the consumer key, or its user may not {_verb(method)} {where}.",
            f"Enter the key again (ck_…), or make one of a Shop manager with {right} permission ({KEYS_PAGE}).",
        )
    if "consumer key is invalid" in text:
        return "The store does not know the consumer key.", f"Enter it again, or make a new one ({KEYS_PAGE})."
    if "secret is invalid" in text:
        return "The consumer secret is wrong.", f"Enter it again (cs_…), or make a new key ({KEYS_PAGE})."
    if "signature" in text:
        return (
            f"The store refuses the signature: the consumer secret is wrong, or its own address is not {store}.",
            "Enter the secret again, and use the address of Settings > General > Site Address, with its port.",
        )
    if "timestamp" in text or "nonce" in text:
        return (
            f"The store refuses the time of the request{_clock(answer.headers)}.",
            "Set the clocks of both servers by NTP; they may differ by 15 minutes at most.",
        )
    if "permissions" in text:
        return (
            f"The store's key may not {'write' if method not in READS else 'read'}.",
            f"Change its permission to Read/Write, or make a new key ({KEYS_PAGE}).",
        )
    return (
        f"The store refuses the key: {_sentence(answer.message)}",
        f"Check key, secret and that its permission is Read/Write ({KEYS_PAGE}).",
    )


def _verb(method: str) -> str:
    return "read" if method in READS else "change"


def _clock(headers: Mapping[str, str]) -> str:
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return ""
    return f": its clock says {theirs:%H:%M}, ours {datetime.now(UTC):%H:%M} UTC"


def _untrusted(error: ssl.SSLCertVerificationError, *, host: str) -> WoodooError:
    reason = error.verify_message or str(error)
    if "expired" in reason or "not yet valid" in reason:
        return RemoteDown(
            f"The certificate of {host} is not valid today: {reason}.",
            side="store",
            where=host,
            fix="Renew the shop's certificate, or set this server's clock.",
        )
    return ConfigError(
        f"The certificate of {host} is not trusted: {reason}.",
        where=host,
        fix="Use the name that is in the certificate; where the store's certificate is of an authority of your own, "
        "enter its file under 'Private certificate authority'.",
    )


def _unreachable(error: httpx2.TransportError, causes: list[BaseException], host: str) -> str:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"The name {host} cannot be found."
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"{host} refuses the connection."
    if isinstance(error, httpx2.ConnectTimeout):
        return f"{host} does not answer."
    if isinstance(error, httpx2.PoolTimeout):
        return f"All connections to {host} are busy."
    return f"{host} cannot be reached."


def _reach_fix(causes: list[BaseException]) -> str:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "Check the spelling of the store's address and this server's name resolution."
    return "Check that the shop is up and that this server may reach it (address, port, firewall)."


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _details(data: Mapping[str, Any]) -> str:
    params = data.get("params")
    if not isinstance(params, dict) or not params:
        return ""
    return " (" + "; ".join(f"{name}: {text}" for name, text in sorted(params.items())) + ")"


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return "no reason given."
    return text if text[-1] in ".!?…" else text + "."
