"""Files of progress: CSV, or an xAPI statement on each line.

It owns how a row is read, what it means, and how all good rows are written at once.
It may not decide by other rules than `progress` does for one event.
"""
