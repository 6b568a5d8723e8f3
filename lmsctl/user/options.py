"""The options by which the commands on people choose some of them."""

from typing import Annotated

import typer

from lmsctl.user.results import UserStatus, UserType

InDepartment = Annotated[
    str | None, typer.Option("--department", help="Only this one and those under it.")
]
OfType = Annotated[UserType | None, typer.Option("--type", help="staff, client or prospect.")]
OfStatus = Annotated[
    UserStatus | None, typer.Option("--status", help="pending, active, inactive or ended.")
]
