"""What stands in a setup file: the kinds of things, their fields, and what each field takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lmsctl.content.results import ContentKind, ContentSource, ContentStatus
from lmsctl.department.rules import path_key
from lmsctl.kit import address, canonical
from lmsctl.setup.rules.structures import AudiencesValue, DaysValue, PathwayValue, TextsValue
from lmsctl.setup.rules.times import DayValue, DistanceValue, MomentValue
from lmsctl.setup.rules.values import (
    DomainsValue,
    FlagValue,
    NamesValue,
    NumberValue,
    SetupValue,
    TextValue,
    WordValue,
    name,
    path,
)
from lmsctl.training.results import TrainingKind
from lmsctl.user.fields.results import FieldKind
from lmsctl.user.results import UserStatus, UserType

NONE = "none"
NEVER = "never"
UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True)
class SetupField:
    """One field: what it takes, what it is, and whether a new thing must have it.

    One that `names_people` is exported only with people, and one that `is_fixed` cannot be changed.
    """

    value: SetupValue
    about: str
    is_needed: bool = False
    is_fixed: bool = False
    names_people: bool = False


@dataclass(frozen=True, slots=True)
class SetupKind:
    """One kind of thing: how it is called in the file and in sentences, and its fields by name.

    `key` gives the form in which the names of two things are compared. Of an only one, such as the
    settings, there is one, without a name. `within` is the kind in whose tables this one stands. A
    kind that `names_people` is exported only with people. One that `can_be_renamed` may say in the
    field `previous-code` what it was called.
    """

    name: str
    thing: str
    about: str
    fields: Mapping[str, SetupField]
    key: Callable[[str], str] = canonical.key
    is_only: bool = False
    within: str = ""
    names_people: bool = False
    can_be_renamed: bool = False


PREVIOUS = "previous-code"


def role_key(text: str) -> str:
    """Return the form in which a role with its department, `role: Sales/EMEA`, is compared."""
    role, sign, department = text.partition(":")
    return canonical.key(role) + (f":{path_key(department)}" if sign else "")


_AUDIENCE = ("type", "group", "department")
_CATALOG = SetupField(AudiencesValue("everybody", _AUDIENCE), "to whom the catalog offers it")

KINDS: Mapping[str, SetupKind] = {
    kind.name: kind
    for kind in (
        SetupKind(
            "settings",
            "setting",
            "the settings of the portal",
            {
                "name": SetupField(TextValue(), "the portal's name"),
                "time-zone": SetupField(TextValue(), "an IANA zone"),
                "max-active-users": SetupField(
                    NumberValue(UNLIMITED), "how many seats the plan has"
                ),
                "privacy-policy": SetupField(FlagValue(), "whether newcomers must accept it"),
                "hold-hours": SetupField(
                    NumberValue(), "how long an unconfirmed registration is kept"
                ),
                "public-url": SetupField(TextValue(NONE), "what links in mails begin with"),
                "registration": SetupField(FlagValue(), "whether people may register themselves"),
                "confirm-email": SetupField(
                    FlagValue(), "whether newcomers confirm their addresses"
                ),
                "domains": SetupField(
                    DomainsValue(has_portal=False), "whose addresses are admitted"
                ),
            },
            is_only=True,
        ),
        SetupKind(
            "field",
            "custom field",
            "what every person has besides the built-in fields",
            {
                "kind": SetupField(WordValue(FieldKind), "what it holds", is_fixed=True),
                "required": SetupField(FlagValue(), "whether everybody must have it"),
                "choices": SetupField(NamesValue(is_ordered=True), "the choices of a list"),
            },
            can_be_renamed=True,
        ),
        SetupKind(
            "department",
            "department",
            "a department by its path, such as 'Sales/EMEA'; / is the root",
            {
                "code": SetupField(TextValue(NONE), "a short unique code"),
                "supervisor": SetupField(
                    name(NONE), "who supervises its people", names_people=True
                ),
            },
            key=path_key,
            can_be_renamed=True,
        ),
        SetupKind(
            "group",
            "group",
            "a set of people",
            {
                "department": SetupField(path(), "whose it is; the root's if omitted"),
                "members": SetupField(
                    NamesValue(), "the logins of who is in it", names_people=True
                ),
            },
            can_be_renamed=True,
        ),
        SetupKind(
            "role",
            "role",
            "a role of the portal's own",
            {"permissions": SetupField(NamesValue(), "what it allows", is_needed=True)},
            can_be_renamed=True,
        ),
        SetupKind(
            "user",
            "user",
            "a person by their login",
            {
                "first-name": SetupField(TextValue(), "the first name", is_needed=True),
                "last-name": SetupField(TextValue(), "the last name", is_needed=True),
                "email": SetupField(TextValue(NONE, address.login_key), "the address"),
                "department": SetupField(path(), "where they are; the root if omitted"),
                "type": SetupField(WordValue(UserType), "what they are"),
                "status": SetupField(
                    WordValue(UserStatus, but=(UserStatus.PENDING,)), "whether they can sign in"
                ),
                "supervisor": SetupField(
                    name(), "a login, none, or inherited from the department", names_people=True
                ),
                "roles": SetupField(
                    NamesValue(compared=role_key),
                    "roles besides learner, each with a department where it is bound to one:"
                    " 'author', 'department-administrator: Sales'",
                    names_people=True,
                ),
                "fields": SetupField(TextsValue(), "what the custom fields hold"),
            },
            key=address.login_key,
            names_people=True,
        ),
        SetupKind(
            "content",
            "content item",
            "a folder, course, topic, article or pathway",
            {
                "kind": SetupField(
                    WordValue(ContentKind), "what it is", is_needed=True, is_fixed=True
                ),
                "title": SetupField(TextValue(), "what people call it", is_needed=True),
                "folder": SetupField(name(NONE), "the code of its folder"),
                "source": SetupField(WordValue(ContentSource), "where it comes from"),
                "inherits": SetupField(
                    FlagValue(), "whether it is open to whom its folder is open to"
                ),
                "status": SetupField(WordValue(ContentStatus), "draft, active or archived"),
                "due-days": SetupField(NumberValue(NONE), "due so many days after enrolling"),
                "due-on": SetupField(DayValue(), "due on that day"),
                "items": SetupField(PathwayValue(), "the items of a pathway in their order"),
                "open-to": SetupField(
                    AudiencesValue("organization", ("group", "department", "user")), "who sees it"
                ),
                "catalog": _CATALOG,
                "open-link": SetupField(FlagValue(), "whether it has an open link"),
            },
        ),
        SetupKind(
            "autoenroll",
            "auto-enrollment rule",
            "a rule that enrolls whoever joins",
            {
                "content": SetupField(name(), "in which item", is_needed=True, is_fixed=True),
                "who": SetupField(
                    AudiencesValue("", _AUDIENCE), "whom it reaches", is_needed=True, is_fixed=True
                ),
                "subdepartments": SetupField(FlagValue(), "whether it reaches those below as well"),
            },
        ),
        SetupKind(
            "signup-profile",
            "sign-up profile",
            "a link that brings new people into a department",
            {
                "name": SetupField(TextValue(), "what people call it", is_needed=True),
                "department": SetupField(path(), "where they come to", is_needed=True),
                "starts": SetupField(MomentValue(), "from when; now if omitted"),
                "ends": SetupField(
                    MomentValue(is_end=True, absent=NEVER), "until when", is_needed=True
                ),
                "activations": SetupField(
                    NumberValue(UNLIMITED), "how many people", is_needed=True
                ),
                "domains": SetupField(DomainsValue(), "whose addresses are admitted"),
            },
        ),
        SetupKind(
            "token",
            "token",
            "a code that admits people and enrolls them in an item",
            {
                "content": SetupField(name(), "in which item", is_needed=True, is_fixed=True),
                "nickname": SetupField(TextValue(NONE), "what administrators call it"),
                "creates": SetupField(WordValue(UserType), "the type of new people"),
                "limit": SetupField(NumberValue(UNLIMITED), "how many uses it has"),
                "expires": SetupField(
                    MomentValue(is_end=True, absent=NEVER), "until when it works"
                ),
                "active": SetupField(FlagValue(), "whether it works"),
                "domains": SetupField(DomainsValue(), "whose addresses are admitted"),
            },
        ),
        SetupKind(
            "training",
            "training",
            "a live event",
            {
                "title": SetupField(TextValue(), "what people call it", is_needed=True),
                "department": SetupField(path(), "whose it is; the root's if omitted"),
                "type": SetupField(WordValue(TrainingKind), "how people come together"),
                "time-zone": SetupField(TextValue(), "its own zone; the portal's if omitted"),
                "organizer": SetupField(name(NONE), "who looks after it", names_people=True),
                "description": SetupField(TextValue(NONE), "what it is about"),
                "notify-supervisors": SetupField(
                    FlagValue(), "whether supervisors hear of their people"
                ),
                "locked": SetupField(FlagValue(), "whether learners can neither leave nor switch"),
                "stop-registration": SetupField(DistanceValue(), "so long before each start"),
                "stop-cancellations": SetupField(DistanceValue(), "so long before each start"),
                "catalog": _CATALOG,
            },
        ),
        SetupKind(
            "session",
            "session",
            "one chance to attend a training",
            {
                "days": SetupField(DaysValue(), "when and where", is_needed=True),
                "capacity": SetupField(NumberValue(UNLIMITED), "how many places"),
                "title": SetupField(TextValue(NONE), "what sets it apart from others"),
                "instructor": SetupField(TextValue(NONE), "who leads it"),
                "canceled": SetupField(FlagValue(), "whether it will not take place"),
            },
            within="training",
        ),
    )
}
