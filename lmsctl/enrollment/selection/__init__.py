"""Choosing people by name, department, group and filters, and changing them target by target.

It owns how a selection reads, and the engine that changes pairs: lock, decide, all or nothing.
It may not know what an item or a training is: whoever changes pairs tells the engine.
"""
