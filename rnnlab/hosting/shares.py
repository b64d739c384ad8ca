"""Who has used the least of something that several want."""

from collections.abc import Collection, Hashable

CREDIT = 0.25  # seconds that who comes may use before those who have been there


class Shares:
    """Seconds that each owner has used, of all that are about as far. Who comes after a while, or for the first time,
    is taken to have used a little less than the others: what is short is done at once for him, and what is long takes
    turns with theirs."""

    def __init__(self) -> None:
        self.used: dict[Hashable, float] = {}
        self.reached = 0.0  # the most that an owner had used when it was his turn

    def come(self, owner: Hashable) -> None:
        """He wants some. Until he has it he is to be among those who are `kept`."""
        self.used[owner] = max(self.used.get(owner, 0.0), self.reached - CREDIT)

    def serve(self, owner: Hashable) -> None:
        """It is his turn."""
        self.reached = max(self.reached, self.used[owner])

    def spend(self, owner: Hashable, seconds: float, debt: float = float("inf")) -> None:
        """`debt`: by how much he is at most taken to have used more than the others."""
        self.used[owner] = min(self.used[owner] + seconds, self.reached + debt)

    def keep(self, kept: Collection[Hashable]) -> None:
        """Forget all others who would be taken to have used as much as they have, or more, when they come again."""
        least = self.reached - CREDIT
        self.used = {owner: used for owner, used in self.used.items() if used > least or owner in kept}
