"""How large the tables and charts of the Text page are."""

COLUMNS = 48  # tokens of a row that a table shows


def height(rows: int) -> int:
    """Pixels of a chart with so many rows, its axis below them."""
    return max(200, 70 + 19 * rows)
