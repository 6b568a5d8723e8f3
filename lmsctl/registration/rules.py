"""Pure decisions of the registration room: what newcomers must give, who may come, and when."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lmsctl.kit import address, canonical
from lmsctl.kit.address import Email, parse_email
from lmsctl.kit.errors import Refusal
from lmsctl.portal.rules import Settings
from lmsctl.registration.errors import (
    DetailMissing,
    DetailsWrong,
    DomainNotAllowed,
    DomainsContradict,
    DomainsMissing,
)
from lmsctl.user import rules as user_rules
from lmsctl.user.fields import rules as field_rules
from lmsctl.user.fields.rules import FieldEntry, FieldRule

# As much of what was typed as an address may have (RFC 5321); the audit log needs no more.
_ADDRESS_LIMIT = 254


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody who registers types in, not yet checked."""

    email: str | None
    first_name: str | None
    last_name: str | None
    login: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    accepts_policy: bool = False


@dataclass(frozen=True, slots=True)
class CheckedNewcomer:
    """The same, checked for itself."""

    email: Email
    first_name: str
    last_name: str
    login: str | None
    entries: Sequence[FieldEntry]


def audit_subject(what: str, newcomer: Newcomer) -> str:
    """Return what the audit log calls an attempt of somebody who registers."""
    return f"{what} {canonical.excerpt(newcomer.email or '', _ADDRESS_LIMIT)}".strip()


def check_newcomer(
    newcomer: Newcomer, fields: Iterable[FieldRule], *, is_sandbox: bool
) -> CheckedNewcomer:
    """Return the newcomer's details checked; asks for exactly what creating a person asks for.

    Everything missing or wrong is told at once: one refusal as it is, several as DetailsWrong.
    """
    wrong: list[Refusal] = []

    def attempt(check: object, *args: object, **more: object) -> object:
        try:
            return check(*args, **more)  # type: ignore[operator]  # every caller passes a function
        except Refusal as refusal:
            wrong.extend(refusal.details or [refusal])
            return None

    email = attempt(_check_given, newcomer.email, "e-mail address", "--email")
    if isinstance(email, str):
        email = attempt(parse_email, email, sandbox=is_sandbox)
    first = attempt(_check_name_given, newcomer.first_name, "first name", "--first-name")
    last = attempt(_check_name_given, newcomer.last_name, "last name", "--last-name")
    login = attempt(user_rules.check_login, newcomer.login) if newcomer.login is not None else None
    entries = attempt(field_rules.check_fields, fields, newcomer.fields, wants_required=True)
    if len(wrong) > 1:
        raise DetailsWrong(count=len(wrong), details=wrong)
    for refusal in wrong:
        raise refusal
    assert isinstance(email, Email)
    assert isinstance(entries, list)
    return CheckedNewcomer(email, str(first), str(last), str(login) if login else None, entries)


def _check_given(text: str | None, name: str, option: str) -> str:
    """Return `text`; raises DetailMissing when it is absent or blank."""
    if text is None or not canonical.trim(text):
        raise DetailMissing(name=name, option=option, field=option)
    return text


def _check_name_given(text: str | None, name: str, option: str) -> str:
    """Return a first or last name fit to be stored; raises DetailMissing."""
    return user_rules.check_person_name(_check_given(text, name, option), name)


def is_admitted(email: Email, portal: Settings, own: Collection[str] | None) -> bool:
    """Say whether the address's domain may come in.

    `own` is None when the entry point has no list of its own and the portal's counts, and empty
    when it admits any domain.
    """
    limit = portal.domains_json if portal.is_domain_limited else None
    domains = limit if own is None else own or None
    return domains is None or address.admits(set(domains), email.domain)


def check_admitted(email: Email, portal: Settings, own: Collection[str] | None) -> None:
    """Raise DomainNotAllowed unless `is_admitted`."""
    if not is_admitted(email, portal, own):
        raise DomainNotAllowed(domain=email.domain, field="email")


def parse_domains(given: Sequence[str], *, is_any: bool) -> list[str] | None:
    """Return the domains of an option in their one form, `[]` for any, None when not given.

    Raises DomainsContradict, DomainsMissing, and what the domains' own check raises.
    """
    if given and is_any:
        raise DomainsContradict(options="--domain and --any-domain")
    if is_any:
        return []
    if given and not any(map(canonical.trim, given)):
        raise DomainsMissing(field="--domain")
    return sorted({address.parse_domain(text) for text in given}) or None


@dataclass(frozen=True, slots=True)
class DomainChoice:
    """Which addresses a link or code admits: a list, any, the portal's, or as before."""

    listed: Sequence[str] = ()
    is_any: bool = False
    is_portals: bool = False

    def resolve(self, before: list[str] | None) -> list[str] | None:
        """Return the own list: None for the portal's, `[]` for any.

        Raises DomainsContradict, DomainsMissing and what the domains' own check raises.
        """
        if sum((bool(self.listed), self.is_any, self.is_portals)) > 1:
            raise DomainsContradict(options="--domain, --any-domain and --portal-domains")
        if self.is_portals:
            return None
        given = parse_domains(self.listed, is_any=self.is_any)
        return before if given is None else given


DOMAINS_UNCHANGED = DomainChoice()


def secret_part(given: str) -> str:
    """Return the secret at the end of a link, or `given` itself when it is only that."""
    return canonical.trim(given).rstrip("/").rpartition("/")[2]
