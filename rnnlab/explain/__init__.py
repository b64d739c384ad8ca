"""The equations and programs that are shown beside the pictures: text, no torch."""
