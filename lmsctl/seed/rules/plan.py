"""What happens in a test portal, in the order of time: a hundred and twenty days of commands.

First the portal is set up, then people and tokens come in from files, then people sign up, redeem
tokens, choose sessions and learn. Everything is planned so that no command can be refused.
"""

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from random import Random  # noqa: TID251 - what `secret.foreseen` returns

from lmsctl.kit import secret
from lmsctl.seed.rules.people import DEPARTMENTS, OFFICES, SeedPerson, person
from lmsctl.seed.rules.planned import DAY, PlannedToken, PlannedTraining, text_of
from lmsctl.seed.rules.sizes import Row, SeedSizes, SeedStep

_GROUPS = ("First aiders", "Managers", "New starters", "Remote")
# Code, kind, title and folder.
_CONTENT = (
    ("onboarding", "folder", "Onboarding", ""),
    ("compliance", "folder", "Compliance", ""),
    ("welcome", "topic", "Welcome", "onboarding"),
    ("tools", "article", "The tools you need", "onboarding"),
    ("handbook", "topic", "The employee handbook", "onboarding"),
    ("first-week", "pathway", "Your first week", "onboarding"),
    ("data-protection", "topic", "Data protection", "compliance"),
    ("fire-safety", "topic", "Fire safety", "compliance"),
    ("code-of-conduct", "article", "Code of conduct", "compliance"),
    ("product-tour", "topic", "The product tour", ""),
    ("partner-guide", "article", "A guide for partners", ""),
    ("leadership", "course", "Leading a team", ""),
)
_IN_PATHWAY = ("welcome", "tools", "handbook")
_FOR_STAFF = ("data-protection", "fire-safety", "code-of-conduct", "leadership", "first-week")

_SET_UP = timedelta(days=-120)
_FILES = timedelta(days=-100)
_FIRST_ACT = timedelta(days=-90)
_CONFIRMING = timedelta(days=-20)
# More than this would add time and show nothing new.
_MOST_LEARNERS = 10_000
_MOST_JOINING = 50
# Of ten people who open an item.
_VIEWED, _FAILED, _COMPLETED = range(7), range(3), range(5)
_IN_PILOT = 2


def plan(sizes: SeedSizes, now: datetime) -> Iterator[SeedStep]:
    """Yield all that happens until `now` (UTC), from the earliest command to the latest."""
    trainings = [PlannedTraining(sizes, number, now) for number in range(sizes.trainings)]
    tokens = [PlannedToken(sizes, number, now) for number in range(sizes.tokens)]
    yield from _set_up(sizes, now + _SET_UP)
    yield from chain.from_iterable(training.set_up(now + _SET_UP) for training in trainings)
    yield from _files(sizes, now + _FILES, trainings, tokens)
    acts = [
        _sign_ups(sizes, now),
        _redemptions(sizes, now, tokens),
        _choices(sizes, now, trainings),
        iter([SeedStep(now + _CONFIRMING, ("registration", "enable", "--confirm-email"))]),
    ]
    yield from heapq.merge(*acts, key=lambda step: step.at)
    yield from _afterwards(sizes, now, trainings)


# Setting up --------------------------------------------------------------------------------------


def _set_up(sizes: SeedSizes, at: datetime) -> Iterator[SeedStep]:
    def step(*words: str) -> SeedStep:
        return SeedStep(at, words)

    yield step("registration", "enable", "--no-confirm-email", "--any-domain")
    for path in DEPARTMENTS:
        parent, _, name = path.rpartition("/")
        under = ("--parent", parent) if parent else ()
        yield step("department", "create", name, *under)
    for name in _GROUPS:
        yield step("group", "create", name)
    yield step("field", "create", "Staff no", "--kind", "unique-text")
    choices = chain.from_iterable(("--choice", office) for office in OFFICES)
    yield step("field", "create", "Office", "--kind", "list", *choices)
    for code, kind, title, folder in _CONTENT:
        words = ("--kind", kind, "--code", code, "--title", title)
        due = ("--due-days", "14") if folder == "compliance" else ()
        into = ("--folder", folder) if folder else ()
        yield step("content", "create", *words, *into, *due)
    for code in _IN_PATHWAY:
        yield step("content", "add-item", "first-week", code)
    yield step("content", "link", "welcome")
    yield step("catalog", "open", "leadership", "--type", "staff")
    yield step("catalog", "open", "product-tour", "--everybody")
    in_sales = ("--content", "data-protection", "--department", "Sales")
    yield step("autoenroll", "create", *in_sales, "--code", "sales-data-protection")
    is_client = ("--content", "partner-guide", "--type", "client")
    yield step("autoenroll", "create", *is_client, "--code", "clients")
    yield from _profiles(sizes, at)


def _profiles(sizes: SeedSizes, at: datetime) -> Iterator[SeedStep]:
    """Yield the sign-up profiles: one open for ever, two with a window, one with two places."""
    start = at - _SET_UP + _FIRST_ACT
    limit = str(sizes.signing_up + 10)
    windows = (
        ("partners", "Partners", "Partners", "unlimited", start, None),
        ("spring", "Spring campaign", "Sales/EMEA", limit, start, start + 60 * DAY),
        ("support", "Support team", "Customer support", limit, start, at - _SET_UP + 90 * DAY),
        ("pilot", "Pilot", "Engineering", str(_IN_PILOT), start, None),
    )
    for code, name, department, activations, starts, ends in windows:
        yield SeedStep(
            at,
            (
                *("signup-profile", "create", name, "--code", code),
                *("--department", department, "--limit", activations),
                *("--starts", text_of(starts), "--ends", text_of(ends) if ends else "never"),
            ),
        )


# Files -------------------------------------------------------------------------------------------


def _files(
    sizes: SeedSizes,
    at: datetime,
    trainings: Sequence[PlannedTraining],
    tokens: Sequence[PlannedToken],
) -> Iterator[SeedStep]:
    yield SeedStep(at, ("user", "import", "-"), _people_rows(sizes))
    for number, (role, department) in enumerate(
        (
            ("administrator", ""),
            ("department-administrator", "Sales"),
            ("supervisor", "Engineering"),
            ("author", ""),
        )
    ):
        where = ("--department", department) if department else ()
        login = person(sizes.seed, number).login
        yield SeedStep(at, ("role", "grant", login, role, *where))
    if tokens:
        heading = (
            *("Token id", "Knowledge", "Knowledge code", "Token", "Token label"),
            *("Creates", "Limit", "Expires", "Active"),
        )
        rows = chain([heading], (token.row for token in tokens))
        yield SeedStep(at, ("token", "bulk-upload", "-"), rows)
    items = ((*pair, "", "") for pair in _learners(sizes))
    placed = chain.from_iterable(training.rows(sizes) for training in trainings)
    pairs = chain([("Login", "Content", "Training", "Session")], items, placed)
    yield SeedStep(at, ("enroll", "--from", "-"), pairs)


def _people_rows(sizes: SeedSizes) -> Iterator[Row]:
    yield (
        *("Login", "First name", "Last name", "Email", "Department", "Type", "Add to group"),
        *("Staff no", "Office"),
    )
    for number in range(sizes.imported):
        one = person(sizes.seed, number)
        group = one.chance.choice((*_GROUPS, "", "", "", ""))
        department = one.chance.choice(DEPARTMENTS)
        type_ = "client" if department == "Partners" else "staff"
        yield (
            *(one.login, one.first_name, one.last_name, one.email, department, type_, group),
            *(f"S-{number + 1:06}", one.office),
        )


def _learners(sizes: SeedSizes) -> Iterator[tuple[str, str]]:
    """Yield who of the file is enrolled in which item: each of them in one or two."""
    for number in range(min(sizes.imported, _MOST_LEARNERS)):
        login, chance = _learner(sizes, number)
        for item in chance.sample(_FOR_STAFF, chance.choice((1, 1, 2))):
            yield login, item


def _learner(sizes: SeedSizes, number: int) -> tuple[str, Random]:
    """Return the login of a person, and the chance that decides what they learn and how far."""
    return person(sizes.seed, number).login, secret.foreseen(sizes.seed * 15485863 + number)


def _progress_rows(sizes: SeedSizes, now: datetime) -> Iterator[Row]:
    yield ("Login", "Content", "Event", "Score", "Happened at")
    for number in range(min(sizes.imported, _MOST_LEARNERS)):
        login, chance = _learner(sizes, number)
        for item in chance.sample(_FOR_STAFF, chance.choice((1, 1, 2))):
            begun = now + _FIRST_ACT + timedelta(hours=chance.randrange(80 * 24))
            yield login, "", "signed-in", "", text_of(begun)
            if chance.randrange(10) in _VIEWED:
                yield login, item, "viewed", "", text_of(begun + timedelta(minutes=2))
            if item == "data-protection" and chance.randrange(10) in _FAILED:
                score = str(chance.randint(20, 59))
                yield login, item, "failed", score, text_of(begun + timedelta(minutes=20))
            if chance.randrange(10) in _COMPLETED:
                yield login, item, "completed", "", text_of(begun + timedelta(minutes=40))


# Acts --------------------------------------------------------------------------------------------


def _moments(count: int, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield so many moments, evenly between two, in order."""
    for number in range(count):
        yield first + (last - first) * number // max(count, 1)


def _given(one: SeedPerson) -> tuple[str, ...]:
    names = ("--first-name", one.first_name, "--last-name", one.last_name)
    return ("--email", one.email, *names)


def _sign_ups(sizes: SeedSizes, now: datetime) -> Iterator[SeedStep]:
    """Yield sign-ups, and what becomes of them once addresses are confirmed.

    Some let their hold expire, besides those who stay; the latest still wait.
    """
    first = sizes.imported
    for number, at in enumerate(_moments(sizes.signing_up, now + _FIRST_ACT, now)):
        one = person(sizes.seed, first + number, "example.org")
        profile = _profile_at(number, at, now)
        sign_up = ("signup-profile", "sign-up", profile, *_given(one))
        field = ("--field", f"Office={one.office}")
        yield SeedStep(at, (*sign_up, *field))
        is_waiting = at >= now - timedelta(hours=40)
        if at >= now + _CONFIRMING and not is_waiting:
            yield SeedStep(at, ("registration", "confirm", one.email))
            if number % 4 == 0 and at < now - 3 * DAY:
                lost = person(sizes.seed, sizes.people + number, "example.org")
                yield SeedStep(at, ("signup-profile", "sign-up", "support", *_given(lost)))


def _profile_at(number: int, at: datetime, now: datetime) -> str:
    if number < _IN_PILOT:
        return "pilot"
    is_spring = at < now + _FIRST_ACT + 59 * DAY
    return ("partners", "spring" if is_spring else "support", "support")[number % 3]


def _redemptions(
    sizes: SeedSizes, now: datetime, tokens: Sequence[PlannedToken]
) -> Iterator[SeedStep]:
    """Yield redemptions by new people, and each fourth time by somebody who is known."""
    first = sizes.imported + sizes.signing_up
    turn = iter(range(sizes.redeeming * 4))
    for number, at in enumerate(_moments(sizes.redeeming, now + _FIRST_ACT, now)):
        newcomer = person(sizes.seed, first + number, "example.net")
        yield from _redemption(newcomer, at, tokens, next(turn))
        if number % 4 == 0:
            known = person(sizes.seed, (number * 37) % sizes.imported)
            yield from _redemption(known, at, tokens, next(turn))


def _redemption(
    one: SeedPerson, at: datetime, tokens: Sequence[PlannedToken], turn: int
) -> Iterator[SeedStep]:
    for number in range(len(tokens)):
        token = tokens[(turn + number) % len(tokens)]
        if token.take(at):
            yield SeedStep(at, ("token", "redeem", token.code, *_given(one)))
            return


def _choices(
    sizes: SeedSizes, now: datetime, trainings: Sequence[PlannedTraining]
) -> Iterator[SeedStep]:
    """Yield what learners do about trainings in the catalog: join, switch and leave."""
    at = now - 10 * DAY
    for number, training in enumerate(
        [training for training in trainings if training.is_open][:_MOST_JOINING]
    ):
        _, soon, later = training.sessions
        joining = [person(sizes.seed, which).login for which in training.choosing[:3]]
        for login, wish in zip(joining, ("stay", "switch", "leave"), strict=False):
            if later.taken + 1 >= later.capacity or soon.taken + 1 >= soon.capacity:
                break
            of = ("--training", training.code, "--user", login)
            yield SeedStep(at, ("enrollment", "join", *of, "--session", soon.code))
            if wish == "switch":
                yield SeedStep(at, ("enrollment", "switch", *of, "--to", later.code))
                later.taken += 1
            elif wish == "leave" and number % 2:
                yield SeedStep(at, ("enrollment", "leave", *of, "--yes"))
            else:
                soon.taken += 1


def _afterwards(
    sizes: SeedSizes, now: datetime, trainings: Sequence[PlannedTraining]
) -> Iterator[SeedStep]:
    """Yield what is written down in the end: attendance, progress, and who has gone."""
    for training in trainings:
        past = training.sessions[0]
        if past.taken:
            words = ("session", "attendance", training.code, past.code, "--everybody")
            yield SeedStep(now, words)
    yield SeedStep(now, ("progress", "import", "-"), _progress_rows(sizes, now))
    for number in range(7, min(sizes.imported, 600), 40):
        yield SeedStep(now, ("user", "deactivate", person(sizes.seed, number).login))
