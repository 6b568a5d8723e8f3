"""Trying whether mails can leave, and counting those that have not."""

from lmsctl.kit.config import Config
from lmsctl.kit.work import Work
from lmsctl.notification.delivery import store
from lmsctl.notification.delivery.actions import transport as transports
from lmsctl.notification.delivery.results import Waiting


def count_waiting(work: Work) -> Waiting:
    """Return how many mails are due and how many have failed, rights aside."""
    return store.count_waiting(work)


def try_transport(configuration: Config) -> str:
    """Connect, encrypt and log in, or look whether the folder takes files; send nothing.

    Returns the words for the way that mails leave by. Raises what `transport.find` raises, and the
    refusal that a run would end with.
    """
    transport, _ = transports.find(configuration)
    transport.open()
    transport.close()
    return str(configuration.mail.transport)
