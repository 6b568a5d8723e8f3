"""Every way the docs room can say no."""

from lmsctl.kit.errors import Rejected


class DocsFolderUnusable(Rejected):
    """The folder is not there and cannot be made, or it is a file."""

    code = "docs_folder_unusable"
    message = "The folder '{folder}' cannot be used: {reason}."
    hint = "Name another folder, or make this one."
