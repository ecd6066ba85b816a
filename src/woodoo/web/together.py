"""Tries records again and leaves them out for the panel and the API: some at once, or many after they were counted.

Decides that what is confirmed is what was counted: records that came to match later are not touched, and a
confirmation that arrives twice does the same as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from woodoo.connections import audit
from woodoo.domain.errors import WoodooError
from woodoo.engine.models import Work
from woodoo.engine.work import retry as retry_work
from woodoo.engine.work import skip as skip_work

from .models import BulkAction
from .words import RETRYABLE, skipped_because
from .worklist import Query, to_retry, to_skip

#: What was counted can be confirmed for so long, and is remembered for so long.
GOOD_FOR, KEPT = timedelta(hours=1), timedelta(days=7)
#: After so long somebody who confirmed is taken to have been cut off, and the next one finishes it.
_CUT_OFF = timedelta(minutes=10)
#: Records that are named in what is noted.
_NAMED = 50


def retry_now(numbers: Sequence[int]) -> int:
    """Try those of the records again that can be, and return how many there were."""
    found = Work.objects.filter(pk__in=list(numbers), state__in=RETRYABLE)
    return _noted(retry_work(found.order_by("pk").values_list("pk", flat=True)), "tried again", numbers)


def skip_now(numbers: Sequence[int], reason: str, by: str) -> int:
    """Leave those of the records out that can be, and return how many there were.

    Raises:
        WoodooError: where no reason is given.
    """
    told = _told(reason, by)
    return _noted(skip_work(list(numbers), told), "skipped", numbers, reason=told)


def _told(reason: str, by: str) -> str:
    told = skipped_because(reason, by)
    if not told:
        raise WoodooError("Nothing was skipped: no reason was given.", fix="Say why, so that others know.")
    return told


def prepare(action: str, query: Query, *, reason: str, by: str) -> BulkAction:
    """Count what matches a query and can be tried again ("retry") or left out ("skip"), without doing it.

    Raises:
        WoodooError: where no reason is given for leaving out.
    """
    BulkAction.objects.filter(prepared_at__lt=timezone.now() - KEPT).delete()
    told = _told(reason, by) if action == "skip" else ""
    numbers = to_retry(query) if action == "retry" else to_skip(query)
    return BulkAction.objects.create(action=action, numbers=numbers, reason=told, prepared_by=by)


def find(action_id: UUID, by: str) -> BulkAction | None:
    """Return what somebody has prepared; None where that is nothing, or somebody else's."""
    return BulkAction.objects.filter(pk=action_id, prepared_by=by).first()


def confirm(prepared: BulkAction) -> BulkAction:
    """Do what was counted, once; whoever confirms it again is told what came of it.

    `done` is None as long as another confirmation is at it.

    Raises:
        WoodooError: where it was counted too long ago.
    """
    now = timezone.now()
    open_ones = BulkAction.objects.filter(pk=prepared.pk, done=None)
    if prepared.confirmed_at is None and now - prepared.prepared_at > GOOD_FOR:
        raise WoodooError("This was counted more than an hour ago.", fix="Count it again, then confirm.")
    mine = open_ones.filter(confirmed_at=None).update(confirmed_at=now)
    mine = mine or open_ones.filter(confirmed_at__lt=now - _CUT_OFF).update(confirmed_at=now)
    if mine:
        open_ones.update(done=_carried_out(prepared))
    prepared.refresh_from_db()
    return prepared


def _carried_out(prepared: BulkAction) -> int:
    if prepared.action == "retry":
        return retry_now(prepared.numbers)
    count = skip_work(prepared.numbers, prepared.reason)
    return _noted(count, "skipped", prepared.numbers, reason=prepared.reason)


def _noted(count: int, what: str, numbers: Sequence[int], **more: str) -> int:
    """Note who did that to how many records, and to which where they are few."""
    if count:
        which = {"work": list(numbers)} if len(numbers) <= _NAMED else {}
        audit.note(f"{count} record{'s' if count > 1 else ''} {what}", after={**which, **more})
    return count
