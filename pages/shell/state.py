"""Everything that a session keeps by name, in one table: what it is, and who writes it.

It is Streamlit's `session_state`, read as `session["run"]`, so that the type checker knows every key. The class that
declares a key names the file or the folder that alone writes it, relative to `pages`. Keys that are put together while
a page is drawn, and what components answer, are not in the table: that is `st.session_state[key]`.
"""

from typing import Any, TypedDict, cast

import streamlit as st

from pages.shell.run.sight import Cursor, Sight
from rnnlab.engine.live_runs import LiveRun
from rnnlab.engine.runs import Run
from rnnlab.engine.speed import Speed
from rnnlab.experiment import Experiment
from rnnlab.experiment.race_plan import Overrides, RacePlan
from rnnlab.experiment.worksheet import Worksheet
from rnnlab.hosting.readers import Reader
from rnnlab.i18n import Problem
from rnnlab.lessons.progress import Progress
from rnnlab.races.live_race import LiveRace
from rnnlab.records.history import Checkpoint
from rnnlab.records.opening import Opening
from rnnlab.records.trace import Intervention

Problems = tuple[Problem, ...]


class VisitState(TypedDict, total=False):
    """shell/first_visit.py: what a visit begins with; the widgets of these keys change it from then on."""

    visit: str  # tells this session from others of its reader
    lang: str  # LANGUAGES
    loss_log: bool  # whether losses are drawn on a logarithmic axis
    run_on_opening: bool  # whether the link trains when it is opened
    begins_by_itself: str  # the id of the run that is trained as soon as a browser shows the front page
    front_run: str  # the id of the run that the front page opened with: its address needs to say no more
    went: str  # how the address was marked when the reader went back last


class WorksheetState(TypedDict, total=False):
    """shell/classroom/worksheet.py, shell/classroom/class_link.py: the page as a link has it shown to a class."""

    worksheet: Worksheet
    presents: bool  # the switch for large type
    link_cursor: Cursor  # where the link has led; the browser goes there once
    class_link_open: bool  # whether the dialog is in which such a link is made


class RoomState(TypedDict, total=False):
    """shell/classroom: the room of a class in which the reader is."""

    room: str  # its code; "": in none
    room_teacher: str  # the secret of its teacher; "" for a pupil
    room_pupil: str  # the secret of this browser's pupil
    room_elsewhere: str  # the code of a room in another process, to which the browser goes
    room_problems: Problems  # why the room did not do what was asked
    room_led: str  # where this page has followed to last
    room_shown: int  # the number of the pupil whose run the teacher's page shows, as long as it does
    room_dealt: dict[str, Any] | None  # the values that were dealt to this pupil, by field
    room_way_in: bool  # whether the dialog is open that says how a class comes in
    room_leads: bool  # the switch by which a teacher leads
    room_code: str  # typed to come in
    room_split: str | None  # the field by which the teacher has the class differ


class PanelState(TypedDict, total=False):
    """shell/panel.py"""

    panels: dict[str, str]  # of the page that is drawn: their names and titles, in their order
    opened: set[str]  # the keys of what the reader has opened on it


class WorkersState(TypedDict, total=False):
    """shell/workers.py"""

    reader: Reader  # whose jobs they are: that of all tabs of one browser


class RedrawState(TypedDict, total=False):
    """shell/reruns.py"""

    redraw: bool  # whether what has changed stands outside the part of the page that is drawn by itself


class RunState(TypedDict, total=False):
    """shell/run/current_run.py: the run at hand."""

    run: Run
    live_run: LiveRun  # which brings it on
    last_run: Run  # the one before, if anything was trained: it can be brought back
    patience: float  # seconds that the next page about the run waits for it, before it is drawn
    whole: bool  # whether it waits for the end of the run, not only for something new


class SpeedState(TypedDict, total=False):
    """shell/run/run_controls.py"""

    speed: Speed  # what its widget says; the run itself says the same


class StreamState(TypedDict, total=False):
    """shell/stream/parts.py"""

    parts: Any  # the Parts of the page that is drawn


class GuideState(TypedDict, total=False):
    """shell/guide: the lesson of the course that the reader follows."""

    lesson: str  # its id; "": none
    lesson_progress: dict[str, Progress]  # by the ids of lessons
    lesson_folded: bool
    lesson_asked: int  # how often the reader has asked where what is spoken of is
    lesson_missing: str  # the step whose question was answered with nothing
    lesson_runs: dict[str, Run]  # by the ids of its steps, what ran there
    lesson_opened: Opening | None  # of the run that the lesson opened last
    lesson_openings: int  # how often a lesson has opened something
    # Its step, whether a run was there, what was put into its words, which step it lacks something of; to compare.
    lesson_given: tuple[str, bool, str, str]
    lesson_sights: dict[str, Any]  # what pages have told of their own: fields of a `Look`


class CursorState(TypedDict, total=False):
    """shell/run/cursor.py"""

    cursor: Cursor
    sight: Sight  # the same, and the run: changed, and never another


class FormState(TypedDict, total=False):
    """shell/form: the experiment's form. Its widgets have the keys of `form_state.KEYS`; two are read by name."""

    experiment: Experiment | Problems  # what the form says in this run of the script, or why it says none
    text: str
    words: str
    opening: str  # by which a preset that was opened is told from others, see components/document/address.js
    outdated: dict[str, tuple[Any, Any]]  # what the browser says of fields that are out of its page, and what they say
    own_text: str  # the reader's text, while a preset of another task stands in the form


class NavigationState(TypedDict, total=False):
    """shell/navigation.py: going from page to page."""

    here: str  # the page that is drawn
    arrivals: int  # how often another one was come to
    go: str  # the page that was asked for
    still: bool  # whether the browser runs no timer any more
    luggage: dict[str, Any]  # what the widgets of the frame say, which Streamlit forgets as the page changes


class SharingState(TypedDict, total=False):
    """shell/sharing.py: links, files and the address bar."""

    notes: Problems  # what was not understood in a link or a file, until the reader has seen it
    restore: bool  # whether the text of the address waits in the browser's storage
    file: Any  # the uploaded experiment
    document: Any  # what the browser's document answers
    last_address: str  # the query that it was given last; the browser says it again in every request
    lost_run: tuple[str, int]  # for which run, lost with its session, this one stands, and how far that was; 0: its end


class AnswerState(TypedDict, total=False):
    """shell/ask_worker.py"""

    answers: Any  # question -> the Future of its answer, the newest last


class RaceSetupState(TypedDict, total=False):
    """shell/form/race_setup.py, views/compare/setup_form.py: what is to take part in a race."""

    race_way: str  # WAYS; while the language changes a label of the one before
    race_default: dict[str, tuple[Any, ...]] | None  # the setup that fitted the experiment; None: the reader's own
    race_first: str  # the field that varies
    race_second: str  # another, or ""
    race_hand: tuple[Overrides, ...]  # every value that may vary, of each variant picked by hand
    race_seeds: int
    race_equal: bool  # whether all variants have about as many parameters
    race_wanted: bool  # whether a link asks for the race to be started


class CompareState(TypedDict, total=False):
    """views/compare"""

    live_race: LiveRace | None
    race_last: RacePlan  # the last setup that was a race
    race_axis: str  # of the curves


class PlaygroundState(TypedDict, total=False):
    """views/playground"""

    ghost_dismissed: str  # the id of the last run that is not to be seen behind the new one any more


class TrainingState(TypedDict, total=False):
    """views/training"""

    training_move: str  # the move of a training step that is looked at


class GenerateState(TypedDict, total=False):
    """views/generate"""

    generate_requests: Any  # a RequestQueue
    generate_prompt: str
    generate_draw: int


class DataState(TypedDict, total=False):
    """views/data"""

    data_source: Any  # the Source that was pasted or uploaded, or None
    data_paste: str
    data_pasted: str  # the same when it was last read
    data_files: int  # how often an uploaded file was discarded
    data_encoding: str  # one of ENCODINGS, or "auto", as the next two
    data_layout: str
    data_delimiter: str
    data_task: str
    data_quoted: bool
    data_header: bool
    data_before: Experiment  # what the form said before the rows became its text
    data_basis: str  # the fields of the experiment that make its data
    data_part: str  # "trained" or "held"
    data_part_before: str
    data_from: int  # the first row that is listed


class ResultsState(TypedDict, total=False):
    """views/results"""

    orders_draw: int  # which orders of the words are shown


class TextState(TypedDict, total=False):
    """views/text"""

    text_preset: str
    text_part: str
    text_add: str  # words for jieba, as typed
    text_words: str  # the part whose vocabulary is shown
    text_step: int | None
    text_word: int  # the id whose neighbours are listed
    text_place: tuple[tuple[str, ...], int | None]  # the vocabulary and the step for which it was chosen
    batch_epoch: int
    set_draw: int  # which Pythons are started for their sets of words
    recut_problems: tuple[str, Problems]  # the text, and why the last edit of it was none
    cut_before: dict[str, Any]  # the text that the last edit by hand has made, and what the form said before


class ShapesState(TypedDict, total=False):
    """views/shapes"""

    layer_own: dict[str, Any] | None  # the reader's arguments of the module; None: the experiment's
    layer_preset: str
    layer_opening: int  # the lessons' openings when they were set
    shapes_model: str | None
    shapes_kept: str | None  # the same, on other pages too
    shapes_preset: str
    try_input: str
    try_state: str
    boxes: str  # sentences to be laid into boxes, as typed


class CellState(TypedDict, total=False):
    """views/cell"""

    cell_row: str  # the `Place` that is looked at, as text
    cell_step: int | None
    cell_checkpoint: tuple[str, Checkpoint]  # the weights that are shown, and their run's id
    unrolled: tuple[str, dict[str, Any]]  # what the picture was given last, and its version
    edits: tuple[Intervention, ...]
    edits_opening: int  # the lessons' openings when they were made
    edits_dropped: int  # how many had no place in another network
    whatif_problem: tuple[str, Problem] | None  # where it was typed, and what is wrong
    whatif_kind: str  # what the form is to change
    whatif_value: str


class GradientsState(TypedDict, total=False):
    """views/gradients"""

    other_cells: dict[str, LiveRun]  # the same experiment with each of the other cells
    other_cells_of: Experiment | None  # the experiment for which they are to be trained
    other_cells_offered: Experiment  # the one for which that was begun without a click
    clip_levels: int  # how many fields for one there have been
    clip_level_first: float  # with which the last of them began
    clip_level_for: Experiment
    distribution_name: str  # the parameter whose entries are shown
    check_name: str  # the parameter whose gradient is checked
    check_asked: bool  # whether the reader has just asked for the check
    check_question: tuple[Any, ...]  # what `jobs.check` was last asked


class UnitsState(TypedDict, total=False):
    """views/units"""

    units_text: str
    units_property: str
    units_choice: str  # of the properties that ask "which one"
    units_by_hand: str  # the property that the reader chose
    units_best: tuple[str, str, int] | None  # the strongest correlation: property, its choice, unit
    units_unit: int | None
    units_clicked: bool  # whether the reader chose it
    units_phrase: tuple[int, int] | None
    units_marked: bool  # whether the reader marked it
    units_missing: str  # a typed phrase that the text does not hold
    units_typed: str
    units_theta: float
    units_only: bool
    path_line: int  # whose path is drawn, from 0
    path_axes: str  # "pca" or "units"
    path_across: int  # the unit of each axis
    path_up: int


class SessionState(
    VisitState, WorksheetState, RoomState, PanelState, WorkersState, RedrawState, RunState, SpeedState, StreamState,
    CursorState, GuideState, FormState, NavigationState, SharingState, AnswerState, RaceSetupState, CompareState,
    GenerateState, DataState, ResultsState, TextState, ShapesState, PlaygroundState, CellState, GradientsState,
    TrainingState, UnitsState, total=False,
):  # fmt: skip
    """The whole table."""


session = cast(SessionState, st.session_state)
