"""Pure decisions on redeeming a token: who redeems, and what is closed to them."""

from collections.abc import Iterator

from lmsctl.kit import canonical
from lmsctl.kit.errors import Refusal
from lmsctl.registration import rules as registration_rules
from lmsctl.registration.errors import DetailMissing, DetailsWrong
from lmsctl.registration.rules import CheckedNewcomer, Newcomer
from lmsctl.token.redemption.errors import RedeemerNotActive
from lmsctl.user.results import UserStatus


def check_details(given: str | None, newcomer: Newcomer, *, is_sandbox: bool) -> CheckedNewcomer:
    """Return who redeems, checked: token, address, first and last name, and nothing else.

    Everything missing or wrong is told at once: one refusal as it is, several as DetailsWrong.
    """
    wrong: list[Refusal] = []
    if not canonical.trim(given or ""):
        wrong.append(DetailMissing(name="token", option="its code", field="CODE"))
    try:
        checked = registration_rules.check_newcomer(newcomer, (), is_sandbox=is_sandbox)
    except DetailsWrong as several:
        wrong += several.details
    except Refusal as one:
        wrong.append(one)
    if len(wrong) > 1:
        raise DetailsWrong(count=len(wrong), details=wrong)
    for refusal in wrong:
        raise refusal
    return checked


def closed_to_person(email: str, status: str) -> Iterator[Refusal]:
    """Yield a refusal when a person of that status is closed to tokens, who waits for nothing."""
    if status not in {UserStatus.ACTIVE, UserStatus.PENDING}:
        yield RedeemerNotActive(email=email, status=status)
