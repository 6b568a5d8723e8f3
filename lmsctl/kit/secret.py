"""The one source of chance: links, codes, identifiers and waiting times."""

import hashlib
import secrets

# Crockford's Base32 leaves out I, L, O and U, so that nobody mistakes one character for another.
_READABLE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LINK_BYTES = 18


def link() -> str:
    """Return an unguessable URL-safe text of 144 bits (OWASP asks for at least 128)."""
    return secrets.token_urlsafe(_LINK_BYTES)


def readable(length: int) -> str:
    """Return `length` characters, 5 bits each, without look-alikes: for codes people type."""
    return "".join(secrets.choice(_READABLE) for _ in range(length))


def identifier() -> str:
    """Return 32 hexadecimal digits that never come twice: for runs and Message-IDs."""
    return secrets.token_hex(16)


def fingerprint(text: str) -> str:
    """Return the SHA-256 of `text` in hexadecimal: lets a code be recognized, not read back."""
    return hashlib.sha256(text.encode()).hexdigest()


def pause(longest: float) -> float:
    """Return a waiting time between a tenth of `longest` and `longest` seconds."""
    return longest * (0.1 + 0.9 * secrets.randbelow(1000) / 1000)
