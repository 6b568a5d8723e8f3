"""When a mail is tried again, and when no more."""

from datetime import datetime, timedelta

# After so many tries, which take some two days, a mail is given up.
MOST_TRIES = 12
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_FACTOR = 3

# For how long a worker has a mail to itself: longer than all waiting for a server can take.
LEASE = timedelta(minutes=15)


def next_try(tries: int, now: datetime) -> datetime | None:
    """Return when a mail is tried again that has been tried `tries` times; None to give it up."""
    if tries >= MOST_TRIES:
        return None
    factor: int = _FACTOR ** (tries - 1)
    return now + min(_LONGEST_WAIT, _FIRST_WAIT * factor)
