"""What reaches the demonstration from the systems around: a fee paid online, results that go by post.

While it is built the simulators of both answer in this process, on the moved clock; nothing is asked of anybody else,
whatever the environment connects. What they tell by themselves comes by the doors that are there for it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from django.test.utils import override_settings

from cases.demo.lives import Life, Moments
from cases.demo.plan import THREE_DAYS, Plan, at
from cases.demo.stories import Story
from cases.enums import ReturnChannel
from cases.models import ConnectionState, Dossier
from cases.post_enums import PostalDirection, PostalStep
from cases.services import online_payments, payment_days, payment_taking, post, receive
from onestop.simulators import payment as platform_words
from onestop.simulators import post as post_words
from onestop.simulators.base import running

NIGHTS = 14  # working days ago the first one
LEAST = 62  # dossiers; fewer are all needed for the special stories
# Working days ago somebody came, and how far the post has brought the result.
POSTED = ((9, PostalStep.DELIVERED), (5, PostalStep.IN_TRANSIT))
DELIVERED_AFTER = (
    (PostalStep.PICKED_UP, 120),
    (PostalStep.IN_TRANSIT, 200),
    (PostalStep.OUT_FOR_DELIVERY, 400),
    (PostalStep.DELIVERED, 90),
)  # working minutes after the step before


@dataclass(frozen=True, slots=True)
class Around:
    """The other sides of the demonstration while it is built."""

    platform: platform_words.PaymentSimulator
    post: post_words.PostSimulator


@contextmanager
def connected() -> Iterator[Around]:
    """Both simulators, with the settings that lead to them; afterwards nobody has been asked yet."""
    around = Around(
        platform_words.PaymentSimulator(_notice, notifies=False), post_words.PostSimulator(_push, moves=False)
    )
    with (
        running([around.platform, around.post]) as server,
        override_settings(
            PAYMENT_URL=server.url("payment"),
            PAYMENT_MERCHANT=platform_words.MERCHANT,
            PAYMENT_SECRET=platform_words.SECRET,
            POST_URL=server.url("post"),
            POST_TOKEN=post_words.TOKEN,
            POST_SECRET=post_words.SECRET,
            # The simulators speak the plain words, whatever those of the environment's other side are.
            PAYMENT_FIELDS={},
            PAYMENT_PATHS={},
            PAYMENT_CODES={},
            PAYMENT_STATUSES={},
            POST_STEPS={},
        ),
    ):
        yield around
    ConnectionState.objects.all().delete()  # of those that run in the demonstration nobody knows anything yet


def _notice(_url: str, notice: dict) -> None:
    payment_taking.receive_notice(json.dumps(notice).encode(), "application/json")


def _push(content: bytes, signature: str) -> None:
    post.receive_push(content, signature)


def pay_online(around: Around, dossier: Dossier, *, by) -> None:
    """The owner pays what is owed on the page of the platform, which tells us."""
    order = online_payments.begin(dossier, by=by)
    around.platform.pay(order.order_number)
    around.platform.notify(order.order_number)


def nights(plan: Plan) -> Moments:
    """Told like a life: each day is compared with the statement of the platform in the night after it."""
    day = plan.ago(NIGHTS)
    while True:
        following = day + timedelta(days=1)
        yield at(following, 1, 15)
        payment_days.compare(day)
        day = following


def posted_lives(plan: Plan, around: Around, total: int, seed: int) -> list[Moments]:
    """At the ward whose clerk everybody looks at first: the result goes by post, the fee is collected at the door."""
    desk = plan.wards[0]
    return [
        PostedLife(
            Story(desk, desk, plan.versions[THREE_DAYS], plan.crowd.citizen(), plan.morning(days)),
            Random(f"{seed}:post:{days}"),
            around,
            until=step,
        ).live()
        for days, step in POSTED[: room_for_post(total)]
    ]


def room_for_post(total: int) -> int:
    """How many of so many dossiers go by post with tracking."""
    return len(POSTED) if total >= LEAST else 0


class PostedLife(Life):
    """Wants the result by post and pays at the door (COD); `until` is the last step of the post so far."""

    def __init__(self, story: Story, rng: Random, around: Around, *, until: PostalStep):
        super().__init__(story, rng)
        self.around, self.until = around, until
        story.owes = True

    def _arrive(self) -> Moments:
        yield self.story.filed_at
        self.dossier = receive(
            self.story.version.procedure,
            self.story.applicant,
            by=self.clerk,
            desk=self.desk.agency,
            competent_agency=self.decides.agency,
            components=self.components(),
            fee=self.fee(),
            return_channel=ReturnChannel.POST,
        )

    def _hand_back(self) -> Moments:
        yield self._soon(20, 60)
        order = post.order(self.dossier, by=self.clerk, direction=PostalDirection.DELIVERY)
        for step, minutes in DELIVERED_AFTER:
            yield self.desk.calendar.add_working_minutes(self._now(), minutes)
            self.around.post.step(order.tracking_number, step)
            if step == self.until:
                return
