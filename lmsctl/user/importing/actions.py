"""Taking people in from a file, and writing them out so that the file can be taken in again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from lmsctl.audit import actions as audit
from lmsctl.bulk import actions as bulk
from lmsctl.bulk.actions import Job, Upload
from lmsctl.bulk.rules import ReadRow
from lmsctl.bulk.staging import Span
from lmsctl.department import store as departments
from lmsctl.kit import discover
from lmsctl.kit.address import login_key
from lmsctl.kit.answer import Done, counted
from lmsctl.kit.csvout import CsvFile
from lmsctl.kit.driver import Repeat
from lmsctl.kit.work import MeanwhileChanged, Work
from lmsctl.kit.writing import Target
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import Letter, Words
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import BUILT_IN, EVERYWHERE, PERMISSIONS, PORTAL_WIDE, Scope
from lmsctl.user import rules
from lmsctl.user import store as users
from lmsctl.user.actions import awakened, catch_up, joined, retyped
from lmsctl.user.exporting import store as export_store
from lmsctl.user.importing import staging
from lmsctl.user.importing.rules import columns, row_reader
from lmsctl.user.importing.store import adoption as adoption_store
from lmsctl.user.importing.store import checks, logins, writing
from lmsctl.user.importing.store import links as beside
from lmsctl.user.importing.store import rights as held_roles
from lmsctl.user.importing.store import rows as store
from lmsctl.user.importing.store import seats as seating
from lmsctl.user.importing.store.rights import Held
from lmsctl.user.importing.store.seats import Seats
from lmsctl.user.importing.store.writing import Arrived
from lmsctl.user.results import Status
from lmsctl.user.rules import FieldRule, Filter

T = TypeVar("T")
_TOGETHER = 5_000


def import_people(work: Work, upload: Upload, *, wants_notices: bool) -> Done:
    """Make and change people as a file says; needs `user.manage`, for groups `group.manage` too.

    The unit of work must not have begun. A row means the person with its login or, where that cell
    is blank, the one with its address; when there is nobody it makes one. A blank cell leaves
    things as they are. Nobody gets or loses a right, and nobody is deleted. Raises what `bulk.run`
    raises.
    """
    work.about = f"file {upload.order.path}"
    people = _Import(work, wants_notices=wants_notices)
    job = Job(
        kind="user import",
        event="users.imported",
        columns=columns(people.fields),
        tables=staging.TABLES,
        reader=lambda names: people.reader(work, names),
        resolve=people.resolve,
        write=people.write,
        notes=people.notes,
        key=staging.KEY,
        number=staging.NUMBER,
    )
    return bulk.run(work, upload, job)


class _Import:
    """What is known while one file of people is taken in."""

    def __init__(self, work: Work, *, wants_notices: bool) -> None:
        rights.require(work, "user.manage")
        self.fields = users.fields(work)
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
            store.places(work, rights.require(work, "user.manage")),
            store.groups(work, _group_scope(work)) if self._has_groups else (),
            self.fields,
            is_sandbox=work.is_sandbox,
        )

    # Understanding -------------------------------------------------------------------------------

    def resolve(self, work: Work, span: Span) -> None:
        """Find out whom the rows of `span` mean, what they change, and what is wrong with them."""
        self._hold_fields(work)
        if self._is_first:
            self._has_generated = store.has_generated(work)
        has_people = self._find_people(work, span)
        scope = rights.require(work, "user.manage")
        if has_people and not scope.is_everywhere:
            checks.fail_out_of_scope(work, span, scope)
        adoption_store.adopt(work, span)
        if self._is_first:
            checks.fail_twins(work, span, has_people=has_people)
        self._check_rows(work, span, scope)
        if has_people:
            self._check_people(work, span)
        if portal.settings(work).seat_limit is not None:
            self._share_seats(work, span)
        if self._has_supervisors:
            beside.fail_orphaned(work, span)
        if self._has_generated:
            _give_logins(work, span, is_first=self._is_first)
        self._is_first = False

    def _hold_fields(self, work: Work) -> None:
        """Let nobody change the fields by which the rows were read; read again if somebody has."""
        if users.fields_for_share(work) != self.fields:
            raise Repeat if self._is_first else MeanwhileChanged(times=1)

    def _find_people(self, work: Work, span: Span) -> bool:
        """Find and lock whom the rows mean and where they are to be; say whether there are any."""
        has_people = store.find_people(work, span)
        if work.is_alone:
            return has_people
        store.hold_meant(work, span, has_people=has_people, has_groups=self._has_groups)
        rights.look_again(work)
        # Whoever comes newly meanwhile clashes with a row that was to make them.
        return has_people and store.find_people(work, span)

    def _check_rows(self, work: Work, span: Span, scope: Scope) -> None:
        root = departments.root(work)
        checks.fail_incomplete(work, span, may_use_root=scope.covers(root.path))
        if "department" in self._present:
            checks.fail_lost_departments(work, span, scope)
        checks.fail_taken_names(work, span, self._present)
        if "status" in self._present:
            checks.fail_new_pending(work, span)
        if any(rule.is_required for rule in self.fields):
            beside.fail_required_fields(work, span)
        if self._has_fields:
            beside.fail_taken_values(work, span, is_first=self._is_first)
        if self._has_groups:
            store.note_group_scope(work, _group_scope(work))
            beside.fail_lost_groups(work, span)
        if self._has_supervisors:
            store.find_supervisors(work, span, rights.require(work, "user.view"))
            beside.fail_supervisors(work, span)

    def _check_people(self, work: Work, span: Span) -> None:
        if "status" in self._present:
            checks.fail_status(work, span)
            checks.fail_ended_waiting(work, span)
        store.compare(work, span, self._present, self.fields)
        if "status" in self._present:
            checks.fail_waiting(work, span)
        held = held_roles.held_by_changed(work, span)
        held_roles.fail_holders(work, span, _beyond_own(work, held))

    def _share_seats(self, work: Work, span: Span) -> Seats:
        """Decide who gets the seats that are left, in the order of the rows; return how many do."""
        seats = seating.seats(work, span, has_status="status" in self._present)
        settings = portal.settings(work)
        if settings.seat_limit is None:
            return seats
        free = settings.seat_limit - settings.seats_taken + seats.freed
        if seats.wanted <= free:
            return seats
        seating.leave_without_seat(work, span, free, settings.seat_limit)
        return replace(seats, wanted=free)

    # Writing -------------------------------------------------------------------------------------

    def write(self, work: Work, span: Span, run: int) -> int:
        """Write what the good rows of `span` want; return how many notices were queued."""
        count = self._take_seats(work, span)
        is_wanted = any(discover.announce("wants_who_joins", work))
        if is_wanted and "department" in self._present:
            writing.note_moves(work, span)
        self._vouch(work, span, run)
        writing.change_people(work, span)
        if "status" in self._present:
            self._count_kept(work, span)
        writing.add_people(work, span, root_id=departments.root(work).id, run=run)
        if self._has_fields:
            writing.set_fields(work, span)
        if self._has_groups:
            writing.leave_groups(work, span)
            if is_wanted:
                writing.note_additions(work, span)
            writing.join_groups(work, span)
        if self._has_supervisors:
            writing.set_supervisors(work, span)
        return count + self._tell(work, span, is_wanted=is_wanted)

    def _vouch(self, work: Work, span: Span, run: int) -> None:
        """End the holds of people whom rows vouch for; they keep the seats these have taken."""
        count = 0
        for ids in _together(adoption_store.adopted(work, span)):
            discover.announce("with_confirmation_of_users", work, ids)
            count += len(ids)
        if count:
            audit.record(work, "registration.confirmed", f"run {run}", by="a file", count=count)

    def _count_kept(self, work: Work, span: Span) -> None:
        """Count the places in sessions that people keep whom the rows of a span end."""
        for ids in _together(writing.ended(work, span)):
            self._kept += sum(discover.announce("count_places_of_users", work, ids))

    def _take_seats(self, work: Work, span: Span) -> int:
        """Take the seats, and return how many notices that queued."""
        # In a file written in several steps, seats that later rows free are not there yet.
        seats = self._share_seats(work, span)
        portal.give_back_seats(work, seats.freed)
        if seats.wanted:
            portal.take_seats_up_to(work, seats.wanted)
        return portal.tell_of_threshold(work) if self._wants_notices else 0

    def _tell(self, work: Work, span: Span, *, is_wanted: bool) -> int:
        """Let upper rooms know who joined what, and write to the new ones if that is wanted."""
        count = 0
        if not (self._wants_notices or is_wanted):
            return count
        for people in _together(writing.arrived(work, span)):
            if is_wanted:
                _announce(work, people)
            if self._wants_notices:
                count += _greet(work, people)
                count += catch_up(work, [one.user_id for one in people if one.is_awake])
        if is_wanted and self._has_groups:
            for added in _together(writing.added(work, span)):
                pairs = [(one.group_id, one.user_id) for one in added]
                discover.announce("after_join_of_group", work, pairs)
        return count

    def notes(self, work: Work) -> Iterator[str]:
        """Yield what the caller should know besides the numbers."""
        left = seating.left_without_seat(work)
        if left:
            yield f"{left} new people were made inactive, because the plan is full."
        if self._kept:
            yield (
                f"{counted(self._kept, 'session place', 'kept')} by people who are not active any "
                "more; 'lmsctl training participants' shows their status."
            )
        adopted = adoption_store.count_adopted(work)
        if adopted:
            yield f"{counted(adopted, 'registration', 'confirmed')} by this file."


def _announce(work: Work, people: Sequence[Arrived]) -> None:
    joined(
        work,
        {one.user_id: one.left_id for one in people if one.is_new or one.left_id is not None},
    )
    retyped(work, [one.user_id for one in people if one.is_new or one.is_retyped])
    awakened(work, [one.user_id for one in people if one.is_awake])


def _group_scope(work: Work) -> Scope:
    return rights.require(work, "group.manage")


def _beyond_own(work: Work, held: Iterable[Held]) -> list[Held]:
    """Return those of the roles held that give more than the actor holds at their place."""
    actor = rights.actor(work)
    if not actor.lacks(PERMISSIONS, (EVERYWHERE,)):
        return []
    custom: dict[int, set[str]] = {}
    for row in held_roles.custom_permissions(work):
        custom.setdefault(row.role_id, set()).add(row.permission)
    return [
        role
        for role in held
        if actor.lacks(
            BUILT_IN[role.role] if role.is_builtin else custom.get(role.role_id, set()),
            [EVERYWHERE] if role.role in PORTAL_WIDE else [role.path] if role.path else [],
        )
    ]


# Logins ------------------------------------------------------------------------------------------


def _give_logins(work: Work, span: Span, *, is_first: bool) -> None:
    """Give logins made from addresses a number where they are taken, without a query for each."""
    if not logins.find_clashes(work, span, is_first=is_first):
        return
    for lines in _together(_numbered(work)):
        logins.note_logins(work, lines)
    logins.use_logins(work)


def _numbered(work: Work) -> Iterator[tuple[int, str, str]]:
    place = 0
    taken: set[str] = set()
    latest: dict[str, int] = {}
    for clash in logins.clashes(work):
        if clash.place != place:
            place, taken, latest = clash.place, set(), {}
        if not clash.row_no:
            taken.add(clash.text)
            continue
        base = rules.login_of_address(clash.text)
        key = login_key(base)
        number = latest.get(key, 0)
        while (f"{key}{number}" if number else key) in taken:
            number += 1
        latest[key] = number
        end = str(number) if number else ""
        taken.add(key + end)
        yield clash.row_no, base + end, key + end


# Notices -----------------------------------------------------------------------------------------


def _greet(work: Work, people: Sequence[Arrived]) -> int:
    settings = portal.settings(work)
    letters = [
        Letter(
            person.user_id,
            person.email,
            Words(
                kind="account_created",
                reason="an account was made for this address",
                subject=f"Your account at {settings.name}",
                body=f"Your login is {person.login}.\n{settings.public_url}\n",
            ),
        )
        for person in people
        if person.is_new and person.email and person.status == Status.ACTIVE
    ]
    notification.mail_each(work, letters)
    return len(letters)


def _together(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _TOGETHER)):
        yield batch


# Out ---------------------------------------------------------------------------------------------


def note_export(work: Work, wanted: Filter) -> None:
    """Write down that people are exported; needs `user.view`."""
    rights.require(work, "user.view")
    audit.record(
        work,
        "users.exported",
        "portal",
        department=wanted.under,
        type=wanted.type,
        status=wanted.status,
    )


def export_people(
    work: Work, target: Target, wanted: Filter, *, bom: bool = False, raw: bool = False
) -> int:
    """Write the people in scope who fit `wanted` to `target` as CSV.

    The headings are those of the import, which takes the file back without changing anything.
    `wanted.under` is a department as people write it. Needs `user.view`; returns how many people.
    Raises DepartmentUnknown and CsvFileUnwritable.
    """
    scope = rights.require(work, "user.view")
    if wanted.under is not None:
        wanted = replace(wanted, under=departments.get(work, wanted.under, scope).path)
    fields: Sequence[FieldRule] = users.fields(work)
    headings = [column.heading for column in columns(fields)]
    count = 0
    with CsvFile(target, headings, bom=bom, raw=raw) as sheet:
        for batch in _together(
            export_store.exported(work, scope, rights.sight(work), fields, wanted)
        ):
            sheet.write_all([cell or "" for cell in row] for row in batch)
            count += len(batch)
            work.talk.progress("Writing", count, None)
    return count
