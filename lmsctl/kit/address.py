"""E-mail addresses and domains: what is accepted, how it is stored and compared."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from lmsctl.kit.canonical import excerpt, first_ignorable, lower, name_of, trim
from lmsctl.kit.errors import Rejected

# RFC 5321, 4.5.3.1: 64 octets before the @, 256 for a path, two of which are its brackets.
_LOCAL_PART_LIMIT = 64
_ADDRESS_LIMIT = 254
_DOMAIN_LIMIT = 253
# Names that RFC 2606 and RFC 6761 set aside for tests and that never reach anybody.
_TEST_DOMAINS = frozenset({"test", "invalid"})
# The atoms of RFC 5322, 3.2.3, without % and !: Postfix by default (allow_percent_hack,
# swap_bangpath) and others read `user%there@here` and `there!user@here` as addresses elsewhere.
_ATOM = r"[A-Za-z0-9#$&'*+/=?^_`{|}~-]+"
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9.-]+)")
_SPECIALS = frozenset('()<>,;:\\"[]')
_REROUTING = frozenset("%!")
# In front these make an option, a pipe or a file of what is handed to a mail program.
_COMMANDING = frozenset("-|/")
_ENCODED_WORD = "=?"


class EmailInvalid(Rejected):
    """An e-mail address whose syntax is wrong, or that mail programs may read differently."""

    code = "email_invalid"
    message = "{given} is not an e-mail address that can be used: {reason}."
    hint = "Give one plain address such as ada@example.com, without name, quotes or comments."


class EmailReserved(Rejected):
    """An address under a name that is set aside for tests, in a portal that is not a sandbox."""

    code = "email_reserved"
    message = "{given} is under a name that is reserved for tests and reaches nobody."
    hint = "Give an address that receives mail; test names are for sandbox portals."


class DomainInvalid(Rejected):
    """A domain, or pattern of sub-domains, that cannot stand in a list of allowed domains."""

    code = "domain_invalid"
    message = "{given} is not a domain: {reason}."
    hint = "Write example.com for that domain alone, *.example.com for everything below it."


@dataclass(frozen=True, slots=True)
class Email:
    """An accepted address.

    `address` is what is stored and written to: the local part as given, in NFC, and the domain in
    small ASCII letters (A-labels). `key` is what is compared and indexed; it equals
    `login_key(address)`. `domain` is the part behind the @, as in `address`.
    """

    address: str
    key: str
    domain: str


class _Unfit(Exception):  # noqa: N818 - carries a reason to the refusal that quotes the whole text
    """Why a text is no address or domain."""


def parse_email(text: str, *, sandbox: bool) -> Email:
    """Return the one address in `text`, blanks around it removed.

    Stricter than the standards: no quoted local part, comment, display name, address literal,
    encoded word, route by % or !, invisible character (in front neither), -, | or / in front, or
    character that compatibility mapping (NFKC) changes; at most 64 octets before the @ and 254 in
    total. Names under .test and .invalid need a `sandbox` portal; .example is fine everywhere.
    Raises EmailInvalid or EmailReserved.
    """
    plain = _PLAIN.fullmatch(text)
    try:
        email, reserved = _plain_email(*plain.groups()) if plain else _any_email(text)
    except _Unfit as unfit:
        reason = str(unfit)
        raise EmailInvalid(field="email", given=excerpt(text) or "Nothing", reason=reason) from None
    if reserved and not sandbox:
        raise EmailReserved(field="email", given=excerpt(text))
    return email


def written(text: str) -> str:
    """Return an address of the configuration as it is written to; raises EmailInvalid.

    The validator, which loads slowly, is asked only about what is not plain ASCII.
    """
    plain = _PLAIN.fullmatch(text)
    if plain is None or _ENCODED_WORD in text or text[0] in _COMMANDING:
        return parse_email(text, sandbox=True).address
    return f"{plain[1]}@{plain[2].lower()}"


def login_key(given: str) -> str:
    """Return the form under which a login or a stored address is compared and indexed.

    That is lower case, and where an @ stands the one form of the domain behind it. Two people are
    never called alike, so two texts mean one person if and only if their keys are equal;
    `login_key(login_key(x)) == login_key(x)`.
    """
    text = lower(trim(given))
    local, at, domain = text.rpartition("@")
    if not at or domain.isascii():
        return text
    try:
        return f"{local}@{_domain(domain)[0]}"
    except _Unfit:  # then it is a login that only looks like an address
        return text


def parse_domain(text: str) -> str:
    """Return a domain in its one form (small A-labels, UTS #46), or `*.` and such a domain.

    Raises DomainInvalid.
    """
    given = trim(text)
    prefix = "*." if given.startswith("*.") else ""
    try:
        return prefix + _domain(given.removeprefix(prefix))[0]
    except _Unfit as unfit:
        reason = str(unfit)
        raise DomainInvalid(
            field="domain", given=excerpt(given) or "Nothing", reason=reason
        ) from None


def admits(patterns: Collection[str], domain: str) -> bool:
    """Return whether a list of domains as of `parse_domain` lets `Email.domain` in.

    A plain domain admits itself alone; `*.example.com` admits all that is below example.com, at
    any depth, and not example.com. A set of patterns is fastest.
    """
    if domain in patterns:
        return True
    _, _, parent = domain.partition(".")
    while parent:
        if f"*.{parent}" in patterns:
            return True
        _, _, parent = parent.partition(".")
    return False


def _plain_email(local: str, domain_text: str) -> tuple[Email, bool]:
    """Take the fast way for an address in ASCII that has the right characters in the right order.

    Mail libraries cannot differ about these, so they are not asked.
    """
    if _ENCODED_WORD in local:
        raise _Unfit("it holds an encoded word")
    if len(local) > _LOCAL_PART_LIMIT:
        raise _Unfit(f"it has {len(local)} octets before the @, more than {_LOCAL_PART_LIMIT}")
    _check_front(local)
    domain, reserved = _domain(domain_text)
    address = f"{local}@{domain}"
    if len(address) > _ADDRESS_LIMIT:
        raise _Unfit(f"it has {len(address)} octets, more than {_ADDRESS_LIMIT}")
    return Email(address, address.lower(), domain), reserved


def _any_email(text: str) -> tuple[Email, bool]:
    _check_one_line(text)
    # before trimming: what is invisible in front stands before the @ as well
    ignorable = first_ignorable(text.rpartition("@")[0])
    if ignorable:
        raise _Unfit(f"it holds {name_of(ignorable)}")
    given = unicodedata.normalize("NFC", trim(text))
    _check_characters(given)
    local, _, domain_text = given.rpartition("@")
    _check_local_part(local)
    domain, reserved = _domain(domain_text)
    address = f"{local}@{domain}"
    octets = len(address.encode())
    if octets > _ADDRESS_LIMIT:
        raise _Unfit(f"it has {octets} octets, more than {_ADDRESS_LIMIT}")
    _check_read_alike(address)
    return Email(address, lower(address), domain), reserved


def _check_one_line(text: str) -> None:
    # before trimming: a line end after an address is how headers get injected
    wrong = [c for c in text if unicodedata.category(c) in {"Cc", "Zl", "Zp"}]
    if wrong:
        raise _Unfit(f"it holds {name_of(wrong[0])}")


def _check_characters(given: str) -> None:
    wrong = [c for c in given if c in _SPECIALS or unicodedata.category(c)[0] in "CZ"]
    if wrong:
        raise _Unfit(f"it holds {name_of(wrong[0])}")
    if _ENCODED_WORD in given:
        raise _Unfit("it holds an encoded word")
    if given.count("@") != 1:
        raise _Unfit("it has no @" if "@" not in given else "it has more than one @")


def _check_local_part(local: str) -> None:
    octets = len(local.encode())
    if octets > _LOCAL_PART_LIMIT:
        raise _Unfit(f"it has {octets} octets before the @, more than {_LOCAL_PART_LIMIT}")
    _check_front(local)
    if not all(local.split(".")):
        raise _Unfit("an end of the part before the @ is empty or a period, or two periods meet")
    wrong = [c for c in local if c in _REROUTING]
    if wrong:
        raise _Unfit(f"{wrong[0]} before the @ can send mail elsewhere")
    # UTS #39, 3.3: what compatibility mapping changes, some programs read as something else
    wrong = [c for c in local if unicodedata.normalize("NFKC", c) != c]
    if wrong:
        raise _Unfit(f"{name_of(wrong[0])} before the @ can be read as something else")
    _ask_validator(f"{local}@example.com")


def _check_front(local: str) -> None:
    if local[:1] in _COMMANDING:
        raise _Unfit(f"it begins with {local[0]}")


@lru_cache(maxsize=4096)
def _domain(text: str) -> tuple[str, bool]:
    """Return the one form of a domain, and whether it is under a name for tests."""
    if len(text) > _DOMAIN_LIMIT:
        raise _Unfit(f"the domain has {len(text)} characters, more than {_DOMAIN_LIMIT}")
    wrong = [c for c in text if not _may_be_in_domain(c)]
    if wrong:
        raise _Unfit(f"the domain holds {name_of(wrong[0])}")
    labels = _remapped(text).split(".")
    if not all(labels):
        raise _Unfit("the domain is empty, begins or ends with a period, or two periods meet")
    top = labels[-1]
    # The validator refuses all names for tests. Another name of that length lets it see the rest.
    stand_in = "x" * len(top) if top in _TEST_DOMAINS else top
    domain = _ask_validator(f"a@{'.'.join([*labels[:-1], stand_in])}")
    return domain.removesuffix(stand_in) + top if stand_in != top else domain, stand_in != top


def _may_be_in_domain(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in "-."
    return unicodedata.category(character)[0] not in "CZ" and not first_ignorable(character)


def _remapped(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    # only international domains need the tables, which take long to load
    import idna

    try:
        return idna.uts46_remap(domain, std3_rules=False, transitional=False)
    except idna.IDNAError as error:
        raise _Unfit(f"the domain is not one of IDNA ({error})") from None


def _ask_validator(address: str) -> str:
    """Return the domain of `address` in A-labels if email-validator accepts the whole."""
    # the validator takes longer to load than most commands may run
    from email_validator import EmailNotValidError, validate_email

    try:
        return str(validate_email(address, check_deliverability=False).ascii_domain)
    except EmailNotValidError as error:
        sentence = str(error).rstrip(".").replace("part after the @-sign", "domain")
        raise _Unfit(sentence[:1].lower() + sentence[1:]) from None


def _check_read_alike(address: str) -> None:
    """Refuse what one of Python's two mail parsers would deliver to anybody but `address`."""
    # both parsers are slow to load, and plain addresses never come here
    from email.policy import SMTPUTF8
    from email.utils import getaddresses

    header = SMTPUTF8.header_factory("to", address)
    readings = {
        tuple(reading.addr_spec for reading in header.addresses),
        tuple(reading for _, reading in getaddresses([address])),
    }
    if readings != {(address,)}:
        raise _Unfit("mail programs read it as another address")
