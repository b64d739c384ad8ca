"""Experiment <-> link, and Experiment <-> file. Names and version of both are public: old links must keep working."""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from rnnlab.experiment.limits import BOUNDS, TEXT_CHARACTERS
from rnnlab.experiment.race_plan import RacePlan, from_text, to_parameter, to_text
from rnnlab.experiment.record import Experiment
from rnnlab.experiment.twins import preset_experiment, text_language, twin_fields
from rnnlab.experiment.worksheet import Worksheet, from_parameters, whole_number
from rnnlab.i18n import LANGUAGES, LabError, Problem, shorten

VERSION = "1"
LINK_CHARACTERS = 8_000  # of a whole address: what mail, chat and proxies let pass
ADDRESS_CHARACTERS = 200  # of those, kept free for host and path
PLAIN_CHARACTERS = 1_200  # of percent-encoded text; a longer one is compressed
STEPS = 99  # of a lesson, at most
FILE_BYTES = 1_000_000
FILE_FIELDS = 200  # of an experiment, those of any other version included: each that is unknown gets a sentence
MESSENGER_CHARACTERS = 4_000  # of an address: some messengers cut what is longer
# What messengers, search engines and newsletters append to an address, for their own counting; and all `utm_…`.
APPENDED = {
    *("from", "isappinstalled", "tdsourcetag", "spm", "scene", "nsukey", "wxfrom"),
    *("fbclid", "gclid", "msclkid", "igshid", "mc_cid", "mc_eid"),
}
BACK = "back"  # marks the address that the browser's Back has led to, for one request
TEXTS = ("text", "target", "words", "sentence")  # fields that may be compressed, as `textz`, `targetz` and so on


@dataclass(frozen=True)
class Link:
    """What a link says."""

    experiment: Experiment
    has_fields: bool  # whether it names any field of the experiment
    run: bool  # train on opening
    lang: str  # "" where it names none
    preset: str  # the one that it names and leaves as it is: "" where it says more than that
    draft: bool  # the text was too long for an address and waits in the browser's own storage
    notes: tuple[Problem, ...]  # what was not understood and fell back to its default
    race: RacePlan | None = None  # variants of it to be compared
    lesson: str = ""  # of the course, by its id; who knows the lessons says whether it is one
    at: int = 0  # the step of it, from 0
    until: int = 0  # the epoch up to which `run` trains; 0: to the end
    worksheet: Worksheet = field(default_factory=Worksheet)  # how its page is shown
    room: str = ""  # the code of the room of a class that it leads into, as typed
    teacher: str = ""  # the secret of that room's teacher, in his own link

    def experiment_for(self, lang: str) -> Experiment:
        """What a reader of this language sees: the preset's twin, where nothing is said but which preset it is."""
        bare = (self.preset or not self.has_fields) and self.race is None and not self.draft
        return preset_experiment(self.experiment.preset, lang) if bare else self.experiment


def to_link(experiment: Experiment, lang: str, run: bool = False, race: RacePlan | None = None, until: int = 0) -> str:
    """The query of a link with every field. May be too long: see `fits_in_address`."""
    values = {name: to_parameter(value) for name, value in experiment.model_dump().items()}
    for name in TEXTS:
        if len(quote(values[name])) > PLAIN_CHARACTERS:
            values[name + "z"] = compress(values.pop(name))
    settings = {"v": VERSION, "lang": lang} | trains(run, until) | ({"race": to_text(race)} if race else {})
    return urlencode(settings | values, quote_via=quote)


def trains(run: bool, until: int) -> dict[str, str]:
    return ({"run": "1"} if run else {}) | ({"until": str(until)} if run and until else {})


def to_preset(preset: str, lang: str = "", run: bool = False, until: int = 0) -> str:
    """The query of a link to a preset as it is: without a language in that of whoever opens it."""
    settings = {"v": VERSION, "lang": lang} if lang else {}
    return urlencode(settings | {"preset": preset} | trains(run, until))


def to_front_page(lang: str) -> str:
    """The query of the front page as it is without any, but for the language."""
    return urlencode({"v": VERSION, "lang": lang})


def to_short_link(experiment: Experiment, lang: str, run: bool = False, race: RacePlan | None = None) -> str:
    """The query of a link short enough to stand below a figure: preset, seed, and what differs from that, or from its
    twin in another language. That it is named says the same to a reader of any language."""
    twin = text_language(experiment.preset, experiment.text)
    twin = twin if twin_fields(experiment.preset, twin) else ""
    original = preset_experiment(experiment.preset, twin).model_dump()
    whole = dict(parse_qsl(to_link(experiment, lang, run, race), keep_blank_values=True))
    told = {"v", "lang", "run", "race", "preset", "seed"}
    told |= {name for name, value in experiment.model_dump().items() if value != original[name]}
    kept = {name: value for name, value in whole.items() if name in told or name.removesuffix("z") in told & {*TEXTS}}
    return urlencode(kept | ({"twin": twin} if twin else {}), quote_via=quote, safe=":|,")


def to_step(lesson: str, at: int, lang: str = "") -> str:
    """The query of a link to a step of a lesson, counted from 0, which opens what the step is about. Without a language
    it is what another link says besides."""
    return urlencode({"v": VERSION, "lang": lang} if lang else {}) + f"{'&' if lang else ''}lesson={lesson}&at={at + 1}"


def to_draft(experiment: Experiment, lang: str, race: RacePlan | None = None) -> str:
    """The query for an address bar too small for the texts: all but them, and a mark that they wait elsewhere."""
    without = Experiment(**{**experiment.model_dump(), **dict.fromkeys(TEXTS, "")})
    kept = [(name, value) for name, value in parse_qsl(to_link(without, lang, race=race)) if name not in TEXTS]
    return urlencode([*kept, ("draft", "1")], quote_via=quote)


def fits_in_address(query: str) -> bool:
    """Whether a link with this query survives mail, chat and proxies."""
    return len(query) <= LINK_CHARACTERS - ADDRESS_CHARACTERS


def from_link(query: str) -> Link:
    """What a query string says. Nothing in it can fail: what is not understood falls back, with a note."""
    parameters = dict(parse_qsl(query.replace("&amp;", "&"), keep_blank_values=True))  # copied from a page's source
    parameters = {name: value for name, value in parameters.items() if not is_appended(name)}
    notes: list[Problem] = []
    if parameters.get("embed") == "true":
        del parameters["embed"]  # Streamlit's own parameter, for a page inside another page
    parameters.pop("embed_options", None)
    parameters.pop(BACK, None)
    if (version := parameters.pop("v", VERSION)) != VERSION:
        notes.append(Problem("link_version", "", {"value": shorten(version), "limit": VERSION}))
    lang, run, draft, race = (parameters.pop(name, "") for name in ("lang", "run", "draft", "race"))
    twin = parameters.pop("twin") if parameters.get("twin") in LANGUAGES else ""
    lesson, at = parameters.pop("lesson", ""), parameters.pop("at", "")
    if at and not (at.isascii() and at.isdigit() and 0 < int(at[:6]) <= STEPS):
        notes.append(Problem("step_of_lesson", "", {"value": shorten(at), "limit": STEPS}))
        at = ""
    until = whole_number(parameters, "until", 1, int(BOUNDS["epochs"][1]), notes) or 0
    worksheet = from_parameters(parameters, notes)
    room, teacher = parameters.pop("room", ""), parameters.pop("teach", "")
    if lang and lang not in LANGUAGES:
        notes.append(Problem("choice", "lang", {"value": shorten(lang), "choices": ", ".join(LANGUAGES)}))
        lang = ""
    for name in TEXTS:
        if (packed := parameters.pop(name + "z", None)) is not None:
            try:
                parameters[name] = decompress(packed)
            except OverflowError:
                notes.append(Problem("link_text_long", name, {"limit": f"{TEXT_CHARACTERS:,}"}))
            except ValueError:
                notes.append(Problem("link_text_damaged", name))
    for name in [name for name in parameters if name not in Experiment.model_fields]:
        notes.append(Problem("ignored_field", "", {"name": shorten(name), "value": shorten(parameters.pop(name))}))
    bare = not twin and parameters.keys() == {"preset"}
    if twin:
        preset = parameters.get("preset", Experiment().preset)
        parameters = {"preset": preset} | twin_fields(preset, twin) | parameters
    experiment, problems = valid_part(parameters)
    alone = experiment.preset if bare else ""
    race_plan = None
    if race:
        try:
            race_plan = from_text(race, experiment)
        except LabError as error:
            problems += error.problems
    return Link(
        experiment,
        bool(parameters),
        run == "1",
        lang,
        alone,
        draft == "1",
        (*notes, *problems),
        race_plan,
        lesson,
        int(at or 1) - 1,
        until,
        worksheet,
        room,
        teacher,
    )


def is_appended(name: str) -> bool:
    """Whether a parameter is none of the lab's, but what an address collects on its way."""
    return name in APPENDED or name.startswith("utm_")


def valid_part(fields: dict[str, Any]) -> tuple[Experiment, list[Problem]]:
    """The experiment with those of these fields that are valid, and what is wrong with the others."""
    problems: list[Problem] = []
    while True:
        try:
            return Experiment(**fields), problems
        except LabError as error:
            problems += error.problems
            faulty = {name for p in error.problems for name in (p.field, p.values.get("other"))}
            kept = {name: value for name, value in fields.items() if name not in faulty}
            fields = kept if len(kept) < len(fields) else {}


def compress(text: str) -> str:
    """A text for a link, in a fraction of the characters that percent-encoding takes."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def decompress(packed: str) -> str:
    """The text in a link. ValueError where there is none, OverflowError where it is longer than a text may be: no more
    than that is ever unpacked."""
    most = 4 * TEXT_CHARACTERS  # a character is at most four bytes
    try:
        data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        decompressor = zlib.decompressobj()
        text = decompressor.decompress(data, most + 1)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("not a compressed text") from error
    if len(text) > most:
        raise OverflowError("larger than a text may be")
    if not decompressor.eof:
        raise ValueError("cut off")
    return text.decode()


def to_file(experiment: Experiment) -> str:
    """The experiment as a small JSON file, for a text that no link can hold."""
    return json.dumps({"rnnlab": VERSION, "experiment": experiment.model_dump()}, ensure_ascii=False, indent=1)


def from_file(content: bytes) -> Experiment:
    """The experiment in a file. Raises LabError where it holds none, or one that is out of bounds."""
    if len(content) > FILE_BYTES:
        values = {"value": f"{len(content) // 1000:,}", "limit": f"{FILE_BYTES // 1000:,}"}
        raise LabError(Problem("file_large", "", values))
    try:
        record = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LabError(Problem("file_damaged")) from error
    fields = record.get("experiment") if isinstance(record, dict) else None
    if not isinstance(fields, dict) or len(fields) > FILE_FIELDS:
        raise LabError(Problem("file_other"))
    return Experiment(**fields)
