"""The options that all entry points share: who comes in, and which domains are admitted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

# Whole modules, so that --help, which only knows the options, loads none of them.
from lmsctl.registration import rules
from lmsctl.user.fields import rules as field_rules

if TYPE_CHECKING:
    from lmsctl.registration.rules import DomainChoice, Newcomer


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainOptions:
    """Which domains something new admits; the portal's list unless an option is given."""

    domain: Annotated[
        list[str] | None, typer.Option("--domain", help="Admit only this domain; repeatable.")
    ] = None
    any_domain: Annotated[bool, typer.Option("--any-domain", help="Admit every domain.")] = False

    def to_choice(self) -> "DomainChoice":
        """Return what the options ask for."""
        return rules.DomainChoice(self.domain or (), is_any=self.any_domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainChanges(DomainOptions):
    """Which domains something admits from now on; as before unless an option is given."""

    portal_domains: Annotated[
        bool, typer.Option("--portal-domains", help="Admit what the portal admits.")
    ] = False

    def to_choice(self) -> "DomainChoice":
        """Return what the options ask for."""
        given = self.domain or ()
        return rules.DomainChoice(given, is_any=self.any_domain, is_portals=self.portal_domains)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomerOptions:
    """What somebody who registers gives."""

    email: Annotated[str | None, typer.Option("--email", help="Address.")] = None
    first_name: Annotated[str | None, typer.Option("--first-name", help="First name.")] = None
    last_name: Annotated[str | None, typer.Option("--last-name", help="Last name.")] = None
    login: Annotated[
        str | None, typer.Option("--login", help="Login; derived from the address if omitted.")
    ] = None
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="NAME=VALUE", help="A custom field; repeatable."),
    ] = None
    accept_policy: Annotated[
        bool, typer.Option("--accept-policy", help="The person accepts the privacy policy.")
    ] = False

    def newcomer(self) -> "Newcomer":
        """Return what they give as the verbs take it; raises FieldNotAssigned."""
        return rules.Newcomer(
            self.email,
            self.first_name,
            self.last_name,
            self.login,
            field_rules.parse_assignments(self.field or ()),
            self.accept_policy,
        )
