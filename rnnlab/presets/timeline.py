"""Seventy years of language processing as one table, and as one figure."""

from dataclasses import dataclass

TODAY = 2026  # where the bar of an age that goes on ends


@dataclass(frozen=True)
class Milestone:
    year: int  # of publication, or of the demonstration
    id: str


@dataclass(frozen=True)
class Age:
    """A stretch of years in which most work went one way. Its ideas may be older than it."""

    id: str
    start: int
    end: int  # the last year
    milestones: tuple[Milestone, ...]


AGES = (
    Age(
        "rules",
        1950,
        1979,
        (
            Milestone(1954, "georgetown"),
            Milestone(1957, "chomsky"),
            Milestone(1966, "eliza"),
            Milestone(1972, "shrdlu"),
        ),
    ),
    Age(
        "statistics",
        1980,
        1999,
        (
            Milestone(1948, "shannon"),
            Milestone(1951, "guessing"),
            Milestone(1987, "katz"),
            Milestone(1989, "hmm"),
            Milestone(1996, "maxent"),
        ),
    ),
    Age(
        "learning",
        1990,
        2019,
        (Milestone(1993, "trees"), Milestone(1995, "svm"), Milestone(2001, "crf")),
    ),
    Age(
        "networks",
        2010,
        TODAY,
        (
            Milestone(1990, "elman"),
            Milestone(1997, "lstm"),
            Milestone(2003, "embedding"),
            Milestone(2010, "rnnlm"),
            Milestone(2014, "gru"),
            Milestone(2014, "seq2seq"),
            Milestone(2014, "attention"),
            Milestone(2017, "transformer"),
        ),
    ),
)
