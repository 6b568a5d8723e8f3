"""Sessions: when and where a training takes place, on which days, and for how many.

It owns sessions, their days, their capacity, and canceling them.
It may not put people into sessions or take single ones out: that is `participants`.
"""
