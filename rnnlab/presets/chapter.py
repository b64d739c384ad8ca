"""Long prose: a Markdown file a chapter and language, cut at its headings, so that a page can put its demonstrations
between the parts."""

import re
from dataclasses import dataclass
from functools import cache

from rnnlab.presets import TEXTS

HEADING = re.compile(r"^(#{1,3}) (.+) \{#([a-z-]+)\}$", re.M)


@dataclass(frozen=True)
class Section:
    """One heading and what stands below it, up to the next heading."""

    id: str  # the same in every language
    level: int  # 1 for the chapter's own title, then 2, then 3
    title: str
    body: str  # Markdown; may be empty


@cache
def chapter(name: str, lang: str) -> dict[str, Section]:
    """The sections of `presets/<name>.<lang>.md` by id, in their order. A heading is written `## Title {#id}`.

    Raises ValueError where a heading has no id or an id comes twice, FileNotFoundError where there is no such file.
    """
    text = (TEXTS / f"{name}.{lang}.md").read_text("utf-8")
    headings = list(HEADING.finditer(text))
    if len(headings) != len(re.findall(r"^#", text, re.M)):
        raise ValueError(f"{name}.{lang}.md: every heading needs an id, as in '## Title {{#id}}'")
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    sections = {
        heading[3]: Section(heading[3], len(heading[1]), heading[2], text[heading.end() : end].strip())
        for heading, end in zip(headings, ends, strict=True)
    }
    if len(sections) != len(headings):
        raise ValueError(f"{name}.{lang}.md: an id stands at two headings")
    return sections
