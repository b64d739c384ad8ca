"""Where recurrent networks come from: a check for each age of the chapter on history, on the reader's text."""

from functools import partial
from typing import Any

from rnnlab.lessons.answers import Counted, counted
from rnnlab.lessons.lesson import Lesson, LessonStep, Numbers, Options, ended
from rnnlab.lessons.look import Look
from rnnlab.presets.feature_templates import count_matches, features
from rnnlab.presets.timeline import AGES

QUESTIONS = ("here", "before", "pair", "triple")  # of the template, those about tokens


def early() -> tuple[int, int]:
    """Of the milestones of the last age, how many are older than the age; and how many there are."""
    networks = AGES[-1]
    return sum(one.year < networks.start for one in networks.milestones), len(networks.milestones)


def rule_that_replies(look: Look) -> tuple[float, ...] | None:
    return (look.rules[0],) if look.rules else None


def unseen(look: Look) -> tuple[float, ...] | None:
    """What adding one grants to something that never came after the token."""
    found = counted(look)
    return (1 / (found.total + found.types),) if found else None


def token_and_counts(look: Look) -> dict[str, Any]:
    found = counted(look)
    return {"token": found.token, "total": found.total, "types": found.types, "next": found.next} if found else {}


def text_and_counts(look: Look) -> dict[str, Any]:
    found = counted(look)
    return token_and_counts(look) | {"text": " ".join(found.line)} if found else {}


def with_one_added(look: Look) -> dict[str, Any]:
    found = counted(look)
    if found is None:
        return {}
    smoothed = found.bigrams.smoothed(found.token, found.next)
    return token_and_counts(look) | {"before": f"{found.frequency:.3f}", "after": f"{smoothed:.3f}"}


def places(found: Counted) -> tuple[int, int]:
    """The last two at which the token stands."""
    first, last = [place for place in found.places if found.line[place] == found.token][-2:]
    return first, last


def telling(look: Look) -> str | None:
    """The first question that is answered differently at the two places."""
    found = counted(look)
    if found is None:
        return None
    here, there = (features(found.line, place) for place in places(found))
    return next((name for name in QUESTIONS if here[name] != there[name]), None)


def agreeing(look: Look) -> dict[str, Any]:
    """At how many positions of the text the short questions have the answer that they have here, and the longest."""
    found = counted(look)
    if found is None:
        return {}
    matches = count_matches([[token for token, _ in line] for line in found.lines], features(found.line, found.place))
    return {name: matches[name] for name in QUESTIONS} | {"token": found.token}


def at_last_place(look: Look) -> bool:
    found = counted(look)
    return found is not None and look.step == found.place


def network_ahead(look: Look) -> tuple[float, ...] | None:
    """At how many of the places where one token does not decide the network gives what really comes more than the
    counts do."""
    found = counted(look)
    if found is None:
        return None
    o, given = look.opening, look.newest.target_probability
    return (
        sum(
            bool(given[place] > found.bigrams.frequency(found.line[place], o.classes[o.targets[place]]))
            for place in found.places
        ),
    )


def undecided(look: Look) -> dict[str, Any]:
    found = counted(look)
    if found is None:
        return {}
    return {"token": found.token, "places": len(found.places), "text": " ".join(found.line)}


def both(look: Look) -> dict[str, Any]:
    found = counted(look)
    if found is None:
        return {}
    given = look.newest.target_probability
    network = ", ".join(f"{given[place]:.3f}" for place in found.places)
    return {"token": found.token, "counts": f"{found.frequency:.3f}", "network": network}


def words(look: Look) -> dict[str, Any]:
    return {"words": len(look.opening.probe)}


def pairs(look: Look) -> tuple[float, ...]:
    return (len(look.opening.probe) ** 2,)


def ten_times(look: Look) -> dict[str, Any]:
    count = len(look.opening.probe)
    return {"words": count, "pairs": count**2, "longer": 10 * count, "more": f"{(10 * count) ** 2:,}"}


on_page = partial(LessonStep, page="history")

LESSON = Lesson(
    id="beginnings",
    minutes=20,
    preset="history",
    steps=(
        on_page(
            "early",
            question=Numbers(lambda _: (early()[0],)),
            show="history-timeline",
            fields={},
            tells=lambda _: dict(zip(("early", "all"), early(), strict=True)),
        ),
        on_page(
            "rules",
            question=Numbers(rule_that_replies),
            done=lambda look: len(look.rules) > 1,
            show="eliza",
            tells=lambda look: {"rules": ", ".join(map(str, look.rules))},
        ),
        on_page(
            "counts",
            question=Numbers(unseen, within=0.005),
            show="counts",
            veiled=True,
            given=text_and_counts,
            tells=with_one_added,
        ),
        on_page(
            "features",
            question=Options(QUESTIONS, telling),
            done=at_last_place,
            show="template",
            veiled=True,
            given=undecided,
            tells=agreeing,
        ),
        on_page(
            "networks",
            question=Numbers(network_ahead),
            done=lambda look: look.trained,
            show="rivals",
            given=undecided,
            tells=both,
        ),
        on_page("pairs", question=Numbers(pairs), given=words, tells=ten_times),
        ended("playground"),  # where a text is written
    ),
)
