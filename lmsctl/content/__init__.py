"""Content: folders, courses, topics, articles and pathways, and who may see them."""
