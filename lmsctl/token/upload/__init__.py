"""Upload: making and changing tokens from a file, and writing such a file.

It owns the columns of these files, and the temporary tables in which a file is examined.
It may not change the code, the item or the uses of a token, and deletes none.
"""
