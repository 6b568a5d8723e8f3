"""Reports: who is in what and how far, over the whole portal or a part of it."""
