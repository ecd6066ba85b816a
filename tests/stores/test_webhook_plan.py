"""What becomes of each webhook, whatever state it is found in."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from woodoo.stores.woocommerce.webhook_plan import (
    PROBE,
    Do,
    Place,
    Reach,
    Role,
    Step,
    Wanted,
    Webhook,
    plan_removal,
    plan_webhooks,
)

HERE, OLD, COPY = "https://new.example.com/hooks/abc/", "https://old.example.com/hooks/abc/", "https://copy/hooks/abc/"
TOPIC = "order.updated"
WANTED = Wanted((TOPIC,), HERE, welcome=("action.woocommerce_order_refunded",), with_secret=("4",), taken=(COPY,))


def hook(number: int = 4, topic: str = TOPIC, status: str = "active", address: str = HERE) -> Webhook:
    return Webhook(str(number), topic, status, address)


def did(found: list[Webhook], wanted: Wanted = WANTED) -> list[tuple[Do, str]]:
    return [(step.do, step.webhook_id) for step in plan_webhooks(found, wanted)]


# A webhook that is needed: status, address, whether it was given the secret, what is known of the address → what is
# done. Every combination is told.
P, O, W = Reach.PROVEN, Reach.OPEN, Reach.WRONG  # noqa: E741
NEEDED = {
    ("active", HERE, True): {P: Do.KEEP, O: Do.KEEP, W: Do.KEEP},
    ("active", HERE, False): {P: Do.REPAIR, O: Do.REPAIR, W: Do.REPAIR},
    ("active", OLD, True): {P: Do.REPAIR, O: Do.WAIT, W: Do.WAIT},
    ("active", OLD, False): {P: Do.REPAIR, O: Do.WAIT, W: Do.WAIT},
    ("active", COPY, True): {P: Do.LEAVE, O: Do.LEAVE, W: Do.LEAVE},
    ("active", COPY, False): {P: Do.LEAVE, O: Do.LEAVE, W: Do.LEAVE},
    ("disabled", HERE, True): {P: Do.ACTIVATE, O: Do.WAIT, W: Do.WAIT},
    ("disabled", HERE, False): {P: Do.ACTIVATE, O: Do.WAIT, W: Do.WAIT},
    ("disabled", OLD, True): {P: Do.ACTIVATE, O: Do.WAIT, W: Do.WAIT},
    ("disabled", OLD, False): {P: Do.ACTIVATE, O: Do.WAIT, W: Do.WAIT},
    ("disabled", COPY, True): {P: Do.LEAVE, O: Do.LEAVE, W: Do.LEAVE},
    ("disabled", COPY, False): {P: Do.LEAVE, O: Do.LEAVE, W: Do.LEAVE},
    **{("paused", place, secret): dict.fromkeys(Reach, Do.LEAVE) for place in (HERE, OLD, COPY) for secret in (1, 0)},
}


@pytest.mark.parametrize(
    ("status", "address", "secret", "reach"),
    list(product(("active", "paused", "disabled"), (HERE, OLD, COPY), (True, False), Reach)),
)
def test_what_becomes_of_one_that_is_needed(status: str, address: str, secret: bool, reach: Reach):
    wanted = replace(WANTED, with_secret=("4",) if secret else (), reach=reach)
    (step,) = plan_webhooks([hook(status=status, address=address)], wanted)
    assert step.do is NEEDED[status, address, secret][reach]
    assert step.why
    written = step.do in (Do.REPAIR, Do.ACTIVATE)
    assert step.secret is written
    assert ("delivery_url" in step.changes) is (written and address != HERE)
    assert (step.changes.get("status") == "active") is (step.do is Do.ACTIVATE)


@pytest.mark.parametrize(("reach", "do"), [(P, Do.CREATE), (O, Do.CREATE), (W, Do.WAIT)])
def test_what_is_missing_is_made_unless_the_address_is_known_to_be_wrong(reach: Reach, do: Do):
    (step,) = plan_webhooks([], replace(WANTED, reach=reach))
    assert step.do is do
    expected = {"name": f"Woodoo {TOPIC}", "topic": TOPIC, "delivery_url": HERE, "status": "active"}
    assert step.changes == (expected if do is Do.CREATE else {})


def test_of_two_alike_the_older_stays():
    assert did([hook(4), hook(5)]) == [(Do.KEEP, "4"), (Do.REMOVE, "5")]


@pytest.mark.parametrize("reach", [O, W])
def test_nothing_is_removed_as_double_while_the_address_is_not_proven(reach: Reach):
    assert did([hook(4), hook(5)], replace(WANTED, reach=reach)) == [(Do.KEEP, "4"), (Do.WAIT, "5")]


def test_of_two_the_one_that_is_on_stays_wherever_it_sends_to():
    assert did([hook(3, status="disabled"), hook(5, address=OLD)]) == [(Do.REPAIR, "5"), (Do.REMOVE, "3")]


def test_of_two_that_are_on_the_one_with_the_right_address_stays():
    assert did([hook(3, address=OLD), hook(4)]) == [(Do.KEEP, "4"), (Do.REMOVE, "3")]


def test_one_that_was_given_up_does_not_get_round_a_persons_pause():
    assert did([hook(3, status="disabled"), hook(4, status="paused")]) == [(Do.LEAVE, "4"), (Do.REMOVE, "3")]


def test_a_paused_double_is_left_alone():
    assert did([hook(3, status="paused"), hook(4)]) == [(Do.KEEP, "4"), (Do.LEAVE, "3")]


def test_what_nothing_follows_goes_and_what_is_of_use_stays():
    found = [hook(4), hook(5, "product.updated"), hook(6, PROBE), hook(7, "action.woocommerce_order_refunded")]
    assert did(found, replace(WANTED, with_secret=("4", "7"))) == [
        (Do.KEEP, "4"),
        (Do.KEEP, "7"),
        (Do.REMOVE, "5"),
        (Do.REMOVE, "6"),
    ]


def test_what_is_of_no_use_and_paused_is_left_alone():
    assert did([hook(4), hook(5, "product.updated", "paused")]) == [(Do.KEEP, "4"), (Do.LEAVE, "5")]


def test_removals_come_last_so_that_there_are_never_too_few():
    found = [hook(5, "coupon.created"), hook(4, address=OLD)]
    wanted = replace(WANTED, topics=("order.created", TOPIC))
    assert [step.do for step in plan_webhooks(found, wanted)] == [Do.CREATE, Do.REPAIR, Do.REMOVE]


def test_a_status_nobody_knows_is_left_alone():
    assert did([hook(4, status="frozen")]) == [(Do.LEAVE, "4")]


@pytest.mark.parametrize(
    ("status", "address", "secret", "reach", "topics"),
    list(product(("active", "paused", "disabled", "?"), (HERE, OLD, COPY), ((), ("4",)), Reach, ((TOPIC,), ()))),
)
def test_every_pair_is_told_something(status: str, address: str, secret: tuple[str, ...], reach: Reach, topics):
    wanted = replace(WANTED, topics=topics, with_secret=secret, reach=reach)
    steps = plan_webhooks([hook(4, status=status, address=address), hook(5)], wanted)
    assert sorted(step.webhook_id for step in steps) == ["4", "5"]
    kept = [step for step in steps if step.do is not Do.REMOVE]
    assert kept or not topics
    paused = [step for step in steps if step.status == "paused"]
    assert all(step.do is Do.LEAVE and not step.changes and not step.secret for step in paused)


def test_what_was_carried_out_leaves_nothing_to_do():
    """Planned again from what the plan leads to, everything stays: whatever was found at first."""
    for status, address, secret in product(("active", "disabled"), (HERE, OLD), ((), ("4",))):
        wanted = replace(WANTED, topics=("order.created", TOPIC), with_secret=secret)
        found = [hook(4, status=status, address=address), hook(5, address=OLD), hook(6, "coupon.created")]
        left, given = {one.webhook_id: one for one in found}, set(secret)
        for number, step in enumerate(plan_webhooks(found, wanted), 10):
            apply(step, left, given, str(number))
        again = plan_webhooks(left.values(), replace(wanted, with_secret=tuple(given)))
        assert [step.do for step in again] == [Do.KEEP, Do.KEEP]


def apply(step: Step, left: dict[str, Webhook], given: set[str], number: str) -> None:
    if step.do is Do.REMOVE:
        del left[step.webhook_id]
        return
    webhook_id = step.webhook_id or number
    before = left.get(webhook_id) or Webhook(webhook_id, step.topic, "active", "")
    left[webhook_id] = replace(
        before,
        status=step.changes.get("status", before.status),
        address=step.changes.get("delivery_url", before.address),
    )
    if step.secret:
        given.add(webhook_id)


def test_a_connection_that_is_given_up_takes_all_of_its_webhooks_along():
    steps = plan_removal([hook(4), hook(5, status="paused"), hook(6, "coupon.created", "disabled")])
    assert [(step.do, step.webhook_id) for step in steps] == [(Do.REMOVE, "4"), (Do.REMOVE, "5"), (Do.REMOVE, "6")]


def test_roles_and_places_are_all_in_the_table():
    from woodoo.stores.woocommerce.webhook_plan import RULES

    assert {rule.role for rule in RULES} == set(Role)
    assert {rule.place for rule in RULES} >= set(Place) - {Place.RIGHT}
