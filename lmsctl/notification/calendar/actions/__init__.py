"""Writing what mails carry for calendar programs."""

from lmsctl.notification.calendar.actions.writing import EntryUnreadable, finish, write_calendar

__all__ = ["EntryUnreadable", "finish", "write_calendar"]
