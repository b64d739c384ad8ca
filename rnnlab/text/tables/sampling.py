"""Which lines of many: a part that stands for the whole."""

from collections.abc import Sequence


def stratified_sample(lines: Sequence[str], labels: Sequence[str], limit: int) -> list[int]:
    """Indices of lines that hold at most `limit` characters with the breaks between them, ascending. Every label keeps
    its share to within one line, and of each label the lines are taken at even distances."""
    groups: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        groups.setdefault(label, []).append(index)

    def sample(count: int) -> list[int]:
        quotas = proportional_quotas([len(group) for group in groups.values()], count)
        return sorted(
            group[(2 * turn + 1) * len(group) // (2 * quota)]
            for group, quota in zip(groups.values(), quotas, strict=True)
            for turn in range(quota)
        )

    def size(indices: list[int]) -> int:
        return sum(len(lines[index]) + 1 for index in indices) - 1

    low, high = 0, len(lines)
    if size(sample(high)) <= limit:
        return sample(high)
    while high - low > 1:  # `low` lines fit, `high` do not
        middle = (low + high) // 2
        low, high = (middle, high) if size(sample(middle)) <= limit else (low, middle)
    return sample(low)


def proportional_quotas(sizes: Sequence[int], count: int) -> list[int]:
    """`count` seats for groups of these sizes, each its share rounded down or up: up where it would be none at all,
    then where most is lost by rounding."""
    total = sum(sizes)
    quotas = [size * count // total for size in sizes]
    order = sorted(range(len(sizes)), key=lambda group: (quotas[group] > 0, -(sizes[group] * count % total)))
    for group in order[: count - sum(quotas)]:
        quotas[group] += 1
    return quotas
