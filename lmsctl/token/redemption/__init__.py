"""Redemption: letting somebody in by a token, why that would be refused, and who has done it.

It owns the ledger of uses and takes a use of a token; accounts and enrollments are made by others.
It may not change anything else about a token.
"""
