"""Kit: what every room shares and none owns.

It owns the unit of work and its connections, columns, refusals, times, files, and how answers are
read from a command line and shown. It knows no room, no table and no rule of the portal.
"""
