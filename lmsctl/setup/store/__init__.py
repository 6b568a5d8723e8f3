"""The statements of the setup room: what a portal holds, thing by thing in the order of names."""

from lmsctl.setup.store.reading import list_things

__all__ = ["list_things"]
