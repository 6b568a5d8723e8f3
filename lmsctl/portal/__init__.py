"""Portal: the settings of the one portal in a database, and its ledger of seats."""
