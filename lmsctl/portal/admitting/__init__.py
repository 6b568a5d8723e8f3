"""Locking the portal for somebody new, as little as its plan allows.

It owns no table: it reads and locks the portal's row together with what letting somebody in needs.
It makes no account and gives back no seat.
"""
