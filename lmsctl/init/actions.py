"""Making a portal: configuration, database, root department, built-in roles, owner."""

from dataclasses import dataclass

from lmsctl.audit import actions as audit
from lmsctl.db import actions as db
from lmsctl.department import actions as departments
from lmsctl.init.errors import PortalExists
from lmsctl.init.results import Portal
from lmsctl.kit import canonical, config, driver, timewords
from lmsctl.kit.address import parse_email
from lmsctl.kit.environment import Environment
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.portal import store as portal_store
from lmsctl.portal.errors import ClockFrozen
from lmsctl.rights import actions as rights
from lmsctl.user import actions as user
from lmsctl.user import rules as user_rules
from lmsctl.user.results import Origin, Status, Type
from lmsctl.user.rules import Draft

_DEFAULT_URL = "sqlite:///lmsctl.db"
_DEFAULT_OWNER = "owner"
_HOLD_HOURS = 48


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the new portal shall be."""

    name: str
    is_sandbox: bool
    time_zone: str
    owner_login: str | None
    owner_email: str | None


def configure(env: Environment) -> str | None:
    """Write `lmsctl.toml` here unless an address is given or a file is in use; returns its path.

    It is written before the database is made, so that a run that was cut short can be repeated.
    """
    has_address = env.options.database_url or any(
        env.environ.get(name) for name in ("LMSCTL_DATABASE_URL", "LMSCTL_DATABASE_URL_FILE")
    )
    if has_address or env.config.exists:
        return None
    values = {
        "context": config.DEFAULT_CONTEXT,
        "contexts": {config.DEFAULT_CONTEXT: {"database-url": _DEFAULT_URL}},
    }
    env.use(config.save(env.config, values))
    return str(env.config.path)


def make(env: Environment, wanted: Wanted) -> Portal:
    """Make the database where it is configured and the portal in it; raises PortalExists."""
    zone = timewords.zone(wanted.time_zone).key
    config_file = None if env.options.dry_run else configure(env)
    target = env.connecting
    if not env.options.dry_run:
        db.upgrade(target.url, patience=target.patience)
    env.enter = env.settle = None
    shown = driver.without_password(target.url)
    login = env.write(lambda work: _plant(work, wanted, zone, shown))
    return Portal(wanted.name, wanted.is_sandbox, zone, login, shown, config_file)


def _plant(work: Work, wanted: Wanted, zone: str, database: str) -> str:
    found = portal_store.settings(work)
    if found is not None:
        raise PortalExists(name=found.name, database=database)
    if work.is_frozen and not wanted.is_sandbox:
        raise ClockFrozen
    work.is_sandbox = wanted.is_sandbox
    portal_store.add(
        work,
        name=canonical.check_text(wanted.name, field="name"),
        is_sandbox=wanted.is_sandbox,
        time_zone=zone,
        is_registration_on=False,
        is_confirmation_on=False,
        is_domain_limited=False,
        domains_json=[],
        is_policy_on=False,
        hold_hours=_HOLD_HOURS,
        seats_taken=0,
        told_percent=0,
        public_url="",
        created_at=work.now,
    )
    root = departments.plant_root(work, wanted.name)
    rights.plant_roles(work)
    email = parse_email(wanted.owner_email, sandbox=wanted.is_sandbox) if wanted.owner_email else None
    login = wanted.owner_login or (None if email else _DEFAULT_OWNER)
    portal.take_seat(work)
    owner = user.add(
        work,
        Draft(
            login=user_rules.check_login(login) if login else None,
            email=email,
            first_name="Portal",
            last_name="Owner",
            type=Type.STAFF,
            department_id=root.id,
            origin=Origin.ADMINISTRATOR,
        ),
        Status.ACTIVE,
    )
    rights.plant_owner(work, owner)
    audit.record(work, "portal.created", "portal", sandbox=wanted.is_sandbox)
    return user.look(work, owner).login
