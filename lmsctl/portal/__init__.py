"""Portal: the settings of the one portal, and the ledger of its plan's seats.

It owns one row, which is locked before anything else that is limited. It knows no person but by
their status, and counts seats only where the plan has a limit.
"""
