"""Report: who is in what and how far, over the whole portal or a part of it.

It owns no rows: it reads those of the rooms below, and the audit log keeps who read what.
It may not change anything, nor show people beyond the scope of `report.view`.
"""
