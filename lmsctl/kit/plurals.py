"""Numbers of things in sentences."""

_IRREGULAR = {"entry": "entries", "person": "people"}


def counted(count: int, thing: str, done: str = "") -> str:
    """Return how many things there are, `1 row` or `2 rows`, and what was done with them.

    `thing` is one of them; of several words the last one is put into the plural. `done` follows
    `was` or `were`.
    """
    if count != 1:
        before, space, last = thing.rpartition(" ")
        thing = f"{before}{space}{_IRREGULAR.get(last, f'{last}s')}"
    words = f"{count} {thing}"
    return f"{words} {'was' if count == 1 else 'were'} {done}" if done else words
