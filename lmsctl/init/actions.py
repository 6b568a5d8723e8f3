"""Making a portal: configuration, database, root department, built-in roles, owner."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from lmsctl.audit import actions as audit
from lmsctl.db import actions as db
from lmsctl.department import actions as departments
from lmsctl.init import store
from lmsctl.init.errors import PortalExists
from lmsctl.init.results import CreatedPortal
from lmsctl.kit import canonical, config, config_writing, dburl, driver, zones
from lmsctl.kit.address import parse_email
from lmsctl.kit.config import Config
from lmsctl.kit.database_errors import DatabaseMissing, SchemaAbsent
from lmsctl.kit.environment import Environment
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal import store as portal_store
from lmsctl.portal.errors import ClockFrozen
from lmsctl.rights import actions as rights
from lmsctl.user import actions as user
from lmsctl.user import rules as user_rules
from lmsctl.user.results import UserOrigin, UserStatus, UserType
from lmsctl.user.rules import UserDraft

_DEFAULT_URL = "sqlite:///lmsctl.db"
_DEFAULT_OWNER = "owner"
_HOLD_HOURS = 48


@dataclass(frozen=True, slots=True)
class NewPortal:
    """How the new portal shall be."""

    name: str
    is_sandbox: bool
    time_zone: str
    owner_login: str | None
    owner_email: str | None
    public_url: str


def make(env: Environment, wanted: NewPortal) -> CreatedPortal:
    """Make the database where it is configured and the portal in it; raises PortalExists.

    Everything that can be refused is refused before the first file is written. The configuration
    is written before the database, so that a run that was cut short can be repeated. A rehearsal
    makes the portal in a throw-away database, because making tables cannot be undone everywhere.
    """
    name = canonical.check_text(wanted.name, field="name")
    _, url = portal_rules.parse_assignment(f"public-url={wanted.public_url}")
    zone = zones.by_name(wanted.time_zone).key
    wanted = replace(wanted, name=name, time_zone=zone, public_url=url)
    draft = _draft(env, wanted)
    written = _configuration(env)
    if written:
        env.use(written)
    target = env.connection_settings
    config_writing.check_apart(env.config, target.url)
    database = dburl.without_password(target.url)
    _check_vacant(env, database)

    def plant(work: Work) -> CreatedPortal:
        owner = _plant(work, wanted, draft, database)
        file = str(written.path) if written else None
        return CreatedPortal(
            wanted.name, wanted.is_sandbox, wanted.time_zone, owner, database, file
        )

    if env.options.dry_run:
        with tempfile.TemporaryDirectory() as folder:
            url = dburl.sqlite_url(Path(folder) / "portal.db")
            db.upgrade(url, patience=target.patience)
            env.use_connection(driver.open_database(url, patience=target.patience))
            made = env.write(plant)
            env.close()
        return made
    env.warn_if_interrupted("A part of it may be there; the same command goes on with it.")
    if written:
        config_writing.save(written, written.values)
    db.upgrade(target.url, patience=target.patience)
    return env.write(plant)


def _draft(env: Environment, wanted: NewPortal) -> UserDraft:
    """Return the first owner, once everything that was asked for has been checked."""
    if env.environ.get("LMSCTL_NOW") and not wanted.is_sandbox:
        raise ClockFrozen
    given = wanted.owner_email
    email = parse_email(given, sandbox=wanted.is_sandbox) if given else None
    login = wanted.owner_login or (None if email else _DEFAULT_OWNER)
    return UserDraft(
        login=user_rules.check_login(login) if login else None,
        email=email,
        first_name="Portal",
        last_name="Owner",
        type=UserType.STAFF,
        department_id=0,
        origin=UserOrigin.ADMINISTRATOR,
    )


def _configuration(env: Environment) -> Config | None:
    """Return the file to write: none when an address is given or a file is in use."""
    has_address = env.options.database_url or any(
        env.environ.get(name) for name in ("LMSCTL_DATABASE_URL", "LMSCTL_DATABASE_URL_FILE")
    )
    if has_address or env.config.exists:
        return None
    connection = {config.DEFAULT_CONTEXT: {"database-url": _DEFAULT_URL}}
    values = {"context": config.DEFAULT_CONTEXT, "contexts": connection}
    return replace(env.config, values=values)


def _check_vacant(env: Environment, database: str) -> None:
    """Raise PortalExists when there is one; a database of an older program is not upgraded here."""
    env.load_portal = env.apply_due_changes = None
    env.has_written = True
    try:
        name = env.read(store.name_of_portal)
    except (DatabaseMissing, SchemaAbsent):
        name = None
    if name is not None:
        raise PortalExists(name=name, database=database)
    env.close()


def _plant(work: Work, wanted: NewPortal, draft: UserDraft, database: str) -> str:
    """Put the portal into empty tables and return the owner's login."""
    name = store.name_of_portal(work)
    if name is not None:
        raise PortalExists(name=name, database=database)
    work.is_sandbox = wanted.is_sandbox
    portal_store.add(
        work,
        name=wanted.name,
        is_sandbox=wanted.is_sandbox,
        time_zone=wanted.time_zone,
        is_registration_on=False,
        is_confirmation_on=False,
        is_domain_limited=False,
        domains_json=[],
        is_policy_on=False,
        hold_hours=_HOLD_HOURS,
        seats_taken=0,
        told_percent=0,
        public_url=wanted.public_url,
        created_at=work.now,
    )
    root = departments.create_root(work, wanted.name)
    rights.create_builtin_roles(work)
    portal.take_seat(work)
    owner = user.add(work, replace(draft, department_id=root.id), UserStatus.ACTIVE)
    rights.make_owner(work, owner.id)
    audit.record(work, "portal.created", "portal", sandbox=wanted.is_sandbox)
    return owner.login
