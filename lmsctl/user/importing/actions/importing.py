"""Importing people from a file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lmsctl.audit import actions as audit
from lmsctl.bulk.actions import importing as bulk
from lmsctl.bulk.actions.requests import FileImport, ImportSpec
from lmsctl.bulk.rules import ReadRow
from lmsctl.bulk.staging import RowRange
from lmsctl.department import store as departments
from lmsctl.kit.answer import Done
from lmsctl.kit.batches import batches
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.database_errors import RetryTransaction
from lmsctl.kit.plurals import counted
from lmsctl.kit.retries import MeanwhileChanged
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import EVERYWHERE, PERMISSIONS, Scope
from lmsctl.user import hookpoints
from lmsctl.user.fields import store as field_store
from lmsctl.user.importing import staging
from lmsctl.user.importing.actions.telling import announce_people, send_welcome
from lmsctl.user.importing.rules.logins import number_logins
from lmsctl.user.importing.rules.meanings import meanings
from lmsctl.user.importing.rules.reading import columns, row_reader
from lmsctl.user.importing.rules.rights import roles_beyond
from lmsctl.user.importing.rules.unread import put_unread_names
from lmsctl.user.importing.store import checks, confirming, links, logins, seats, writing
from lmsctl.user.importing.store import rights as role_store
from lmsctl.user.importing.store import rows as store
from lmsctl.user.importing.store.seats import SeatDemand


def import_people(work: Work, upload: FileImport, *, wants_notices: bool) -> Done:
    """Make and change people as a file says; needs `user.manage`, for groups `group.manage` too.

    The unit of work must not have begun. A row means the person with its login or, where that cell
    is blank, the one with its address; when there is nobody it makes one. A blank cell leaves
    things as they are. Nobody gets or loses a right, and nobody is deleted. Raises what `bulk.run`
    raises.
    """
    work.about = f"file {upload.request.path}"
    people = _PeopleImport(work, upload.request.reading.dates, wants_notices=wants_notices)
    spec = ImportSpec(
        kind="user import",
        event="users.imported",
        columns=columns(people.fields),
        tables=staging.TABLES,
        reader=lambda names: people.reader(work, names),
        resolve=people.resolve,
        write=people.write,
        notes=people.notes,
        key_columns=frozenset({"login", "email", "supervisor"}),
        meanings=meanings(people.fields, upload.request.reading.dates),
        key=staging.KEY,
        number=staging.NUMBER,
        unread=put_unread_names,
    )
    return bulk.run(work, upload, spec)


class _PeopleImport:
    """What is known while one file of people is taken in."""

    def __init__(self, work: Work, dates: DateOrder, *, wants_notices: bool) -> None:
        rights.require(work, "user.manage")
        self.fields = field_store.list_fields(work)
        self._dates = dates
        self._wants_notices = wants_notices
        self._present: frozenset[str] = frozenset()
        self._has_fields = self._has_groups = self._has_supervisors = self._has_generated = False
        self._is_first = True
        self._kept = 0

    def reader(self, work: Work, names: Sequence[str]) -> ReadRow:
        """Return what reads one row of a file that has the columns `names`."""
        self._present = frozenset(names)
        self._has_fields = any(rule.name in names for rule in self.fields)
        self._has_supervisors = "supervisor" in names
        self._has_groups = "group" in names or "add_to_group" in names
        return row_reader(
            names,
            store.list_departments(work, rights.require(work, "user.manage")),
            store.list_groups(work, _group_scope(work)) if self._has_groups else (),
            self.fields,
            dates=self._dates,
            is_sandbox=work.is_sandbox,
        )

    # Understanding -------------------------------------------------------------------------------

    def resolve(self, work: Work, rows: RowRange) -> None:
        """Find out whom `rows` mean, what they change, and what is wrong with them."""
        self._hold_fields(work)
        if self._is_first:
            self._has_generated = store.has_generated(work)
        has_people = self._find_people(work, rows)
        checks.allow_known_logins(work, rows)
        scope = rights.require(work, "user.manage")
        if has_people and not scope.is_everywhere:
            checks.fail_out_of_scope(work, rows, scope)
        confirming.mark_confirmed(work, rows)
        if self._is_first:
            checks.fail_repeated_people(work, rows, has_people=has_people)
        self._check_rows(work, rows, scope)
        if has_people:
            self._check_people(work, rows)
        if portal.settings(work).seat_limit is not None:
            self._share_seats(work, rows)
        if self._has_supervisors:
            links.fail_without_supervisor(work, rows)
        if self._has_generated:
            _give_logins(work, rows, is_first=self._is_first)
        self._is_first = False

    def _hold_fields(self, work: Work) -> None:
        """Let nobody change the fields by which the rows were read; read again if somebody has."""
        if field_store.list_fields_for_share(work) != self.fields:
            raise RetryTransaction if self._is_first else MeanwhileChanged(times=1)

    def _find_people(self, work: Work, rows: RowRange) -> bool:
        """Find and lock whom the rows mean and where they are to be; say whether there are any."""
        has_people = store.find_people(work, rows)
        if work.is_alone:
            return has_people
        store.lock_people(work, rows, has_people=has_people, has_groups=self._has_groups)
        rights.refresh(work)
        # Whoever comes newly meanwhile clashes with a row that was to make them.
        return has_people and store.find_people(work, rows)

    def _check_rows(self, work: Work, rows: RowRange, scope: Scope) -> None:
        """Note what is wrong with rows by themselves, whomever they mean."""
        root = departments.get_root(work)
        checks.fail_incomplete(work, rows, may_use_root=scope.covers(root.path))
        if "department" in self._present:
            checks.fail_lost_departments(work, rows, scope)
        checks.fail_taken_names(work, rows, self._present)
        if "status" in self._present:
            checks.fail_new_pending(work, rows)
        if any(rule.is_required for rule in self.fields):
            links.fail_required_fields(work, rows)
        if self._has_fields:
            links.fail_taken_values(work, rows, is_first=self._is_first)
        if self._has_groups:
            store.stage_group_scope(work, _group_scope(work))
            links.fail_lost_groups(work, rows)
        if self._has_supervisors:
            store.find_supervisors(work, rows, rights.require(work, "user.view"))
            links.fail_supervisors(work, rows)

    def _check_people(self, work: Work, rows: RowRange) -> None:
        """Note what is wrong with changes of people who are there, and what changes."""
        if "status" in self._present:
            checks.fail_status(work, rows)
            checks.fail_ended_pending(work, rows)
        store.mark_changes(work, rows, self._present, self.fields)
        if "status" in self._present:
            checks.fail_changed_pending(work, rows)
        self._check_rights(work, rows)

    def _check_rights(self, work: Work, rows: RowRange) -> None:
        """Note rows about people who hold rights that the actor does not hold there."""
        actor = rights.actor(work)
        if actor.lacks(PERMISSIONS, (EVERYWHERE,)):
            roles = role_store.list_roles_of_changed(work, rows)
            custom = role_store.list_custom_permissions(work)
            role_store.fail_holders(work, rows, roles_beyond(actor, roles, custom))

    def _share_seats(self, work: Work, rows: RowRange) -> SeatDemand:
        """Decide who gets the seats that are left, in the order of the rows; return how many do."""
        demand = seats.count_seats(work, rows, has_status="status" in self._present)
        settings = portal.settings(work)
        if settings.seat_limit is None:
            return demand
        free = settings.seat_limit - settings.seats_taken + demand.freed
        if demand.wanted <= free:
            return demand
        seats.leave_without_seat(work, rows, free, settings.seat_limit)
        return replace(demand, wanted=free)

    # Writing -------------------------------------------------------------------------------------

    def write(self, work: Work, rows: RowRange, run: int) -> int:
        """Write what the good ones of `rows` want; return how many notices were queued."""
        count = self._take_seats(work, rows)
        is_wanted = any(hookpoints.wants_who_joins(work))
        if is_wanted and "department" in self._present:
            writing.stage_moves(work, rows)
        self._confirm_people(work, rows, run)
        writing.change_people(work, rows)
        if "status" in self._present:
            self._count_kept(work, rows)
        writing.add_people(work, rows, root_id=departments.get_root(work).id, run=run)
        if self._has_fields:
            writing.set_fields(work, rows)
        if self._has_groups:
            writing.leave_groups(work, rows)
            if is_wanted:
                writing.stage_additions(work, rows)
            writing.join_groups(work, rows)
        if self._has_supervisors:
            writing.set_supervisors(work, rows)
        return count + self._tell(work, rows, is_wanted=is_wanted)

    def _confirm_people(self, work: Work, rows: RowRange, run: int) -> None:
        """End the holds of people whom rows vouch for; they keep the seats these have taken."""
        count = 0
        for ids in batches(confirming.confirmed_ids(work, rows)):
            hookpoints.with_confirmation_of_users(work, ids)
            count += len(ids)
        if count:
            audit.record(work, "registration.confirmed", f"run {run}", by="a file", count=count)

    def _count_kept(self, work: Work, rows: RowRange) -> None:
        """Count the places in sessions that people keep whom `rows` end."""
        for ids in batches(writing.ended_ids(work, rows)):
            self._kept += sum(hookpoints.count_places_of_users(work, ids))

    def _take_seats(self, work: Work, rows: RowRange) -> int:
        """Take the seats, and return how many notices that queued."""
        # In a file written in several steps, seats that later rows free are not there yet.
        demand = self._share_seats(work, rows)
        portal.release_seats(work, demand.freed)
        if demand.wanted:
            portal.take_seats_up_to(work, demand.wanted)
        return portal.notify_threshold(work) if self._wants_notices else 0

    def _tell(self, work: Work, rows: RowRange, *, is_wanted: bool) -> int:
        """Let upper rooms know who joined what, and write to the new ones if that is wanted."""
        count = 0
        if not (self._wants_notices or is_wanted):
            return count
        for people in batches(writing.list_imported(work, rows)):
            if is_wanted:
                announce_people(work, people)
            if self._wants_notices:
                count += send_welcome(work, people)
                count += sum(
                    hookpoints.after_return_of_users(
                        work, [one.user_id for one in people if one.is_awake]
                    )
                )
        if is_wanted and self._has_groups:
            for added in batches(writing.list_added(work, rows)):
                pairs = [(one.group_id, one.user_id) for one in added]
                hookpoints.after_join_of_group(work, pairs)
        return count

    def notes(self, work: Work) -> Iterator[str]:
        """Yield what the caller should know besides the numbers."""
        left = seats.count_without_seat(work)
        if left:
            made = counted(left, "new person", "made inactive")
            yield f"{made}, because the plan is full."
        if self._kept:
            yield (
                f"{counted(self._kept, 'session place', 'kept')} by people who are not active any "
                "more; 'lmsctl training participants' shows their status."
            )
        confirmed = confirming.count_confirmed(work)
        if confirmed:
            yield f"{counted(confirmed, 'registration', 'confirmed')} by this file."


def _group_scope(work: Work) -> Scope:
    """Return where the actor may fill and empty groups; raises PermissionMissing."""
    return rights.require(work, "group.manage")


# Logins ------------------------------------------------------------------------------------------


def _give_logins(work: Work, rows: RowRange, *, is_first: bool) -> None:
    """Give logins made from addresses a number where they are taken, without a query for each."""
    if not logins.find_clashes(work, rows, is_first=is_first):
        return
    for lines in batches(number_logins(logins.list_clashes(work))):
        logins.stage_logins(work, lines)
    logins.use_logins(work)
