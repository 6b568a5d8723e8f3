"""What is offered for the code of a training, or of one of its sessions, that is being typed."""

from lmsctl.kit.offers import Typed
from lmsctl.kit.work import Work
from lmsctl.training import store
from lmsctl.training.access.actions import visible_scope
from lmsctl.training.sessions import store as session_store


def offer_codes(work: Work, typed: Typed) -> list[str]:
    """Return the codes of trainings that the actor sees and that begin as typed."""
    return store.list_codes_starting(work, typed.start, visible_scope(work))


def offer_sessions(work: Work, typed: Typed) -> list[str]:
    """Return the codes of sessions that begin as typed, of the training that stands on the line."""
    training = store.find(work, typed.within.partition(":")[0], visible_scope(work))
    if training is None:
        return []
    return session_store.list_codes_starting(work, typed.start, training.id)


def offer_places(work: Work, typed: Typed) -> list[str]:
    """Return the codes of trainings, and with a colon those of their sessions behind them."""
    code, colon, start = typed.start.partition(":")
    if not colon:
        return offer_codes(work, typed)
    return [f"{code}:{session}" for session in offer_sessions(work, Typed(start, code))]


OFFERS = {"training": offer_codes, "session": offer_sessions, "place": offer_places}
