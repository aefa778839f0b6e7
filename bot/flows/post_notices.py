"""What who ordered the post is told unasked, once each: handed over, fetched, on the way to the door, brought, in vain, back."""

from datetime import date

from bot.dialogue.messages import Outgoing, Template
from bot.flows.dossier_notices import opening_in_words
from bot.flows.post_words import price_in_words, service_in_words, state_in_words
from bot.flows.wording import sample_tail
from bot.flows.world import Premises, house_fields
from bot.notices.hours import QuietHours
from bot.notices.outbox import Notices
from bot.postal.model import Event, Order, OrderState
from bot.short_codes import spoken

TOLD: tuple[OrderState, ...] = ("handed_over", "fetched", "out_for_delivery", "delivered", "failed", "returned", "cancelled")
"""Of the way between post offices nothing is said unasked: it asks nothing of anybody."""
NO_NEWS_AFTER: tuple[OrderState, ...] = ("delivered", "returned", "cancelled")
"""After these an earlier notice that still waits for the morning would send somebody to the door for nothing."""
PASSING: tuple[OrderState, ...] = ("handed_over", "out_for_delivery", "failed")


class PostNotices:
    """Queues notices in the transaction that *notices* is of. The cause names order, state, day and attempt: however often the post's list
    is read, each event is told once.
    """

    def __init__(self, premises: Premises, notices: Notices, quiet: QuietHours) -> None:
        self._premises, self._notices = premises, notices
        self._due_at = quiet.after(premises.now)

    def hear(self, order: Order, event: Event) -> bool:
        """What happened to *order*, as it stands after that; False where nothing is said of it, or was said before."""
        if event.state not in TOLD:
            return False
        if event.state == "handed_over":
            return self.handed_over(order, event.on)
        if event.state in NO_NEWS_AFTER:
            for state in PASSING:
                self._notices.drop_all(order.draft.citizen, f"{causes_of(order)}{state}:")
        return self._tell(order, event.state, f"{event.on.isoformat()}:{event.attempt}", self._news(order, event))

    def handed_over(self, order: Order, day: date | None = None) -> bool:
        """It stands on a manifest, that of *day*."""
        state = state_in_words(order, None, self._premises, day)
        return self._tell(order, "handed_over", order.manifest or "", self._part("handed_over", order, state=state))

    def confirmed(self, order: Order) -> bool:
        """A person has settled its price with the post."""
        price = price_in_words(order.draft.quote, self._premises)
        # A store confirms once; where the order is changed and its price asked for anew, the next one is news again.
        return self._tell(order, "confirmed", self._premises.now.isoformat(), self._part("confirmed", order, price=price))

    def cancelled_here(self, order: Order, reason: str) -> bool:
        """The office took it back before it was handed over, and says why."""
        self._notices.drop_all(order.draft.citizen, f"{causes_of(order)}confirmed:")
        return self._tell(order, "cancelled", "", self._part("cancelled_here", order, reason=reason))

    def _news(self, order: Order, event: Event) -> str:
        world = self._premises
        state = state_in_words(order, event, world)
        if event.state == "returned":
            opening, centre = opening_in_words(world.centre, world, self._due_at), world.centre
            if centre is None:
                return self._part("returned_unknown", order, state=state)
            return self._part("returned", order, state=state, place=centre.name, place_address=centre.address, opening=opening)
        if event.state == "cancelled":
            return self._part("cancelled", order, state=state)
        if event.state == "failed":
            return self._part("failed", order, state=state)
        return self._part("news", order, state=state)

    def _part(self, step: str, order: Order, **fields: str) -> str:
        world = self._premises
        service = service_in_words(world, order.draft.service)
        return world.words.part("post_notices", step, **house_fields(world), number=spoken(order.number), service=service, **fields)

    def _tell(self, order: Order, state: str, which: str, text: str) -> bool:
        house = house_fields(self._premises)
        fields = {
            "number": spoken(order.number), "service": service_in_words(self._premises, order.draft.service), "office": house["office"],
            "phone": house["phone"],
        }
        message = Outgoing(
            text, tail=sample_tail(self._premises), kind="notice", flow="post_notices", step=state, once=True,
            template=Template(f"post_{state}", fields),
        )
        return self._notices.queue(order.draft.citizen, f"{causes_of(order)}{state}:{which}", message, self._due_at)


def causes_of(order: Order) -> str:
    """How the causes of all notices of an order begin."""
    return f"post:{order.number}:"
