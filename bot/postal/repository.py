"""What postal orders need of a store. All of it happens inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from bot.postal.model import Draft, Event, Manifest, Order, OrderState, Recipient
from bot.postal.prices import Quote

Recorded = Literal["new", "known", "older", "refused"]


class Post(Protocol):
    def keep(self, draft: Draft, state: OrderState, *, collect: int | None = None, hand_back: Sequence[str] = ()) -> Order | None:
        """A new order, ``asked`` or ``confirmed``, with a number of its own; None where this citizen has a live one for the same
        service and the same subject (dossier, else procedure).
        """
        ...

    def get(self, number: str) -> Order | None: ...

    def of(self, citizen: int) -> Sequence[Order]:
        """The citizen's orders that are not over, and those over in the last 30 days; newest first."""
        ...

    def events(self, number: str) -> Sequence[Event]:
        """What happened to it, oldest first."""
        ...

    def change(self, number: str, draft: Draft) -> bool:
        """Puts *draft* in its place while it stands on no manifest; False, and nothing changed, afterwards. Raises ValueError for a draft
        of another citizen, service or subject.

        A draft without a quote keeps the price that was settled where neither the place nor the relief is another
        (``rules.after_change``); else the order is ``asked`` again. With a quote it is ``confirmed``.
        """
        ...

    def confirm(self, number: str, quote: Quote | None) -> bool:
        """Asked -> confirmed, at the price that a person has settled with the post; False when it was not asked any more."""
        ...

    def cancel(self, number: str) -> bool:
        """Asked or confirmed -> cancelled; False when it stands on a manifest or is over."""
        ...

    def note_for(
        self, number: str, *, collect: int | None = None, hand_back: Sequence[str] | None = None, sheets: int | None = None
    ) -> bool:
        """What the counter knows of a confirmed order before it goes onto a manifest; None leaves as is. False when it is too late."""
        ...

    def make_manifest(self, day: date) -> Manifest | None:
        """The list of *day*: made of every confirmed order the first time, which are ``handed_over`` from then on; None where there are
        none. Asked again for the same day it is the same list: what was confirmed since stands on the next day's, so no order ever
        stands on two. Two processes that ask at once get one list.
        """
        ...

    def manifest(self, code: str) -> Manifest | None: ...

    def manifests(self, since: date) -> Sequence[Manifest]:
        """Those of *since* and later, oldest first."""
        ...

    def record(self, number: str, event: Event, item: str | None = None) -> Recorded:
        """Something happened to an order that was handed over. ``known``: the same event (state, day, attempt) is there already and
        nothing changed. ``older``: it came late and belongs before what is known; the history keeps it, the state stays. ``refused``:
        there is no such order, it was never handed over, or the post cannot tell that of it (``rules.is_the_posts``).

        *item* is kept with a new event; with any other one where none was known so far.
        """
        ...

    def find(self, *, dossier: str | None = None, item: str | None = None) -> Sequence[Order]:
        """Orders handed over and not over (for a late second list: also over), by dossier code or the post's item number."""
        ...

    def in_state(self, *states: OrderState) -> Sequence[Order]:
        """Every order in one of *states*, oldest first."""
        ...

    def remembered(self, citizen: int) -> Recipient | None:
        """The address that this citizen asked to be remembered; None also after the consent was taken back."""
        ...

    def remember(self, citizen: int, recipient: Recipient) -> None:
        """Keeps it for the next order, in place of the one before, and with it the consent (purpose ``post_address``): call it only when
        the citizen has said yes.
        """
        ...

    def forget(self, citizen: int) -> bool:
        """Forgets the remembered address and ends the consent; False where there was none. Orders are not touched."""
        ...
