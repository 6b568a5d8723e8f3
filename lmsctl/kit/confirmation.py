"""The refusal of a change that needs a confirmation."""

from __future__ import annotations

from lmsctl.kit.errors import Unconfirmed


class ConfirmationDetail(Unconfirmed):
    """One consequence of a change, shown before somebody is asked to confirm it."""

    code = "hangs_on_it"
    message = "{line}"
    hint = ""


class ConfirmationNeeded(Unconfirmed):
    """The change destroys something and nobody has confirmed it; `details` are its consequences."""

    code = "confirmation_needed"
    message = "Not confirmed: {question}"
    hint = "Answer the question on a terminal, or give --yes."
