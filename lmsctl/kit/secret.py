"""The one source of chance: links, codes, identifiers and waiting times."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

# Crockford's Base32 leaves out I, L, O and U, so that nobody mistakes one character for another.
_READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LINK_BYTES = 18
_source: Random = secrets.SystemRandom()


def foreseen(seed: int) -> Random:
    """Return a source of chance that is the same for the same `seed`: for test portals alone."""
    return Random(seed)  # noqa: S311 - it guards nothing


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Make the same links and codes for the same `seed` meanwhile: for portals of tests alone."""
    global _source  # noqa: PLW0603 - there is one source of chance
    kept, _source = _source, foreseen(seed)
    try:
        yield
    finally:
        _source = kept


def link() -> str:
    """Return an unguessable URL-safe text of 144 bits (OWASP asks for at least 128)."""
    return base64.urlsafe_b64encode(_source.randbytes(_LINK_BYTES)).decode()


def readable(length: int) -> str:
    """Return `length` characters, 5 bits each, without look-alikes: for codes people type."""
    return "".join(_source.choice(_READABLE) for _ in range(length))


def identifier() -> str:
    """Return 32 hexadecimal digits that never come twice: for runs and Message-IDs."""
    return secrets.token_hex(16)


def fingerprint(text: str) -> str:
    """Return the SHA-256 of `text` in hexadecimal: lets a code be recognized, not read back."""
    return hashlib.sha256(text.encode()).hexdigest()


def pause(longest: float) -> float:
    """Return a waiting time between a tenth of `longest` and `longest` seconds."""
    return longest * (0.1 + 0.9 * secrets.randbelow(1000) / 1000)
