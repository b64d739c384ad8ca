"""The lab from a shell: public names, plain numbers, exit codes."""

import io
import json
import os
import subprocess
import sys

import pytest

from rnnlab import Experiment, run
from rnnlab.__main__ import main
from tests.support import plain
from tests.support.eventually import ROOT

FIELDS = list(Experiment.model_fields)


def shell(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "rnnlab", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False)


@pytest.fixture
def here(capsys):
    """The same in this process, which has torch already."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments])
        return (code, *capsys.readouterr())

    return call


def test_json_is_the_plain_programs_numbers(here):
    code, out, said = here("run", "--preset", "words-next", "--seed", "0", "--json")
    assert (code, said) == (0, "")
    record = json.loads(out)
    losses, predicted, _ = plain.next_words("我 喜欢 学习 深度 学习", seed=0)
    assert {"losses", "seconds", "predicted", "experiment"} <= record.keys()
    assert record["losses"] == pytest.approx(losses, rel=1e-6, abs=1e-6)
    assert record["predicted"] == " ".join(predicted[-1])
    assert Experiment(**record["experiment"]) == Experiment()
    assert 0 < record["seconds"] < 60


NO_FOLDER = """\
import sys, tempfile
def refuse():
    raise FileNotFoundError("No usable temporary directory found")
tempfile._get_default_tempdir = refuse  # as where nothing can be written, or no disk has room
from rnnlab.__main__ import main
sys.exit(main(["run", "--preset", "embedding", "--epochs", "1", "--json"]))
"""


@pytest.mark.thorough
def test_a_new_process_trains_with_jieba_where_nothing_temporary_can_be_written():
    command = [sys.executable, "-c", NO_FOLDER]
    environment = {name: value for name, value in os.environ.items() if name != "TORCHINDUCTOR_CACHE_DIR"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["losses"]) == 1


@pytest.mark.parametrize("console", ["ascii", "cp936", "latin-1", "cp437", "utf-16"])
def test_no_console_lacks_a_character(monkeypatch, console):
    """What it lacks is escaped; JSON is UTF-8 on any."""
    for options, encoding in (([], console), (["--json"], "utf-8")):
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, console))
        assert main(["run", "--text", "我 😀 é 我", "--epochs", "60", *options]) == 0
        sys.stdout.flush()
        said = written.getvalue().decode(encoding)
        predicted = json.loads(said)["predicted"] if options else said.strip().split("\n")[-1].split(": ")[1]
        assert predicted == "😀 é 我".encode(encoding, "backslashreplace").decode(encoding)


def test_a_program_is_utf_8_on_any_console(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "cp1252", newline="\n"))
    assert main(["export", "--text", "我 😀 é 我", "--lang", "zh"]) == 0
    sys.stdout.flush()
    assert "'我 😀 é 我'" in written.getvalue().decode()


def test_bad_input_ends_with_two_and_says_why_on_stderr():
    result = shell("run", "--hidden", "0", "--lang", "zh")
    assert (result.returncode, result.stdout) == (2, "")
    assert all(part in result.stderr for part in ("隐藏维度", "0", "1", "256"))
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (("--lr", "100"), ["学习率", "100", "0.000001", "10"], ["Learning rate", "100", "0.000001", "10."]),
        (("--cell", "cnn"), ["循环单元", "cnn", "lstm"], ["Cell", "cnn", "lstm"]),
        (("--text", ""), ["文本"], ["Text"]),
        (("--head", "none"), ["输出层", "32", "4"], ["Output layer", "32", "4"]),
        (("--window", "9"), ["窗口", "9", "5", "4"], ["Window", "9", "5", "4"]),
        (("--carry", "maybe"), ["跨轮保留", "maybe"], ["Keep h", "maybe"]),
        (("--preset", "word-nxt"), ["示例", "word-nxt", "words-next"], ["Example", "word-nxt", "words-next"]),
    ],
)
def test_a_message_names_field_value_and_limit_in_the_chosen_language(here, arguments, zh, en):
    for lang, parts in (("zh", zh), ("en", en)):
        code, out, said = here("run", *arguments, "--lang", lang)
        assert (code, out) == (2, "")
        assert all(part in said for part in parts)


def test_every_problem_is_said(here):
    _, _, said = here("run", "--hidden", "0", "--lr", "0", "--cell", "cnn", "--lang", "en")
    assert len(said.strip().split("\n")) == 3


def test_every_field_is_an_option(here):
    options = {
        "text": "甲 乙 丙",
        "target": "乙 丙 甲",
        "seed": "7",
        "epochs": "2",
        "carry": "false",
        "tokenizer": "words",
        "words": "甲乙 丙丁",
    }
    given = [
        part for name in FIELDS for part in (f"--{name}", options.get(name, str(getattr(Experiment(), name)).lower()))
    ]
    code, out, _ = here("run", *given, "--json")
    assert code == 0
    texts = {name: options[name] for name in ("text", "target", "words")}
    assert json.loads(out)["experiment"] == Experiment(**texts, seed=7, epochs=2).model_dump()


def test_what_is_not_given_comes_from_the_preset(here):
    _, out, _ = here("run", "--preset", "hello-elloh", "--epochs", "3", "--json")
    record = json.loads(out)
    assert record["experiment"] == Experiment(preset="hello-elloh", epochs=3).model_dump()
    assert len(record["losses"]) == 3


def test_a_value_may_begin_with_a_dash(here):
    code, _, said = here("run", "--lr", "-1", "--lang", "en")
    assert code == 2
    assert "-1" in said


def test_lines_for_people_name_epochs_losses_and_the_prediction(here):
    losses, predicted, _ = plain.next_words("我 喜欢 学习 深度 学习", epochs=25)
    code, out, _ = here("run", "--epochs", "25", "--lang", "en")
    *epochs, last = out.strip().split("\n")
    assert code == 0
    assert [line.split()[1] for line in epochs] == ["1", "11", "21", "25"]
    assert [float(line.split()[-1]) for line in epochs] == pytest.approx(
        [losses[i] for i in (0, 10, 20, 24)], rel=1e-6, abs=2e-6
    )
    assert last == f"Predicted: {' '.join(predicted[-1])}"


def test_a_loss_that_diverged_is_null_and_its_end_is_said(here):
    fields = ("--nonlinearity", "relu", "--optimizer", "sgd", "--lr", "10", "--loss", "sum", "--epochs", "60")
    code, out, _ = here("run", *fields, "--json")
    record = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert code == 0
    if record["ended"] == "diverged":
        assert record["losses"][-1] is None
    assert None not in record["losses"][:-1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "run"),
        (["dance"], "export"),
        (["run", "--colour", "red"], "--colour"),
        (["run", "--lang", "fr"], "zh"),
        (["export", "--to", "pdf"], "notebook"),
        (["race", "--seeds", "few"], "few"),
        (["run", "--hidden"], "--hidden"),
    ],
)
def test_a_wrong_command_is_refused_in_one_line(capsys, arguments, named):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    told = capsys.readouterr()
    assert (caught.value.code, told.out, len(told.err.splitlines())) == (2, "", 1)
    assert named in told.err
    assert "--help" in told.err


def test_help_names_every_option_and_what_it_takes(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    said = capsys.readouterr().out
    assert all(f"--{name} " in said for name in FIELDS)
    assert "1..256" in said
    assert "rnn|lstm|gru" in said


# A race


@pytest.fixture
def at_home(monkeypatch, here):
    """Slices are computed in this process."""
    monkeypatch.setenv("RNNLAB_WORKERS", "0")
    return here


def test_a_race_varies_what_it_is_told_to_and_says_who_did_best(at_home):
    options = ("--epochs", "4", "--vary", "cell=rnn,gru", "--vary", "hidden=8", "--vary", "hidden=16", "--seeds", "2")
    code, out, said = at_home("race", *options, "--json")
    assert (code, said) == (0, "")
    record = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert [one["variant"] for one in record["runs"][:4]] == [
        {"cell": cell, "hidden": hidden} for cell in ("rnn", "gru") for hidden in (8, 16)
    ]
    for one in record["runs"]:
        assert one["losses"] == run(Experiment(epochs=4, seed=one["seed"], **one["variant"])).losses
    medians = [one["loss"]["median"] for one in record["standings"]]
    assert medians == sorted(medians)
    code, out, _ = at_home("race", *options, "--lang", "zh")
    assert code == 0
    assert len(out.strip().split("\n")) == 4
    assert out.startswith("1. cell=")
    assert "损失" in out


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--vary", "cell"), ["--vary", "cell=rnn,lstm,gru"]),
        (("--vary", "cell=rnn,cnn"), ["Cell", "cnn", "lstm"]),
        (("--vary", "text=a,b"), ["text", "cell"]),
        (("--seeds", "0"), ["0", "1"]),
        (("--hidden", "0"), ["Hidden size", "0", "256"]),
    ],
)
def test_a_race_that_can_not_be_run_ends_with_two_and_one_line(at_home, options, named):
    code, out, said = at_home("race", "--epochs", "1", *options, "--lang", "en")
    assert (code, out) == (2, "")
    assert len(said.strip().split("\n")) == 1
    assert all(part in said for part in named)


def test_on_a_terminal_it_says_how_far_it_is(at_home, monkeypatch):
    """On stderr, and takes it away again; what is printed is the same."""
    for command in (("run", "--epochs", "30"), ("race", "--epochs", "3", "--seeds", "1")):
        silent = at_home(*command, "--lang", "en")
        assert silent[2] == ""
        monkeypatch.setattr("rnnlab.training.fold.MOMENT", 0.0)
        monkeypatch.setattr("sys.stderr.isatty", lambda: True)
        code, out, said = at_home(*command, "--lang", "en")
        monkeypatch.undo()
        monkeypatch.setenv("RNNLAB_WORKERS", "0")
        assert code == 0
        assert said.startswith("\r")
        assert said.endswith("\r")
        assert "epoch 3 / 30" in said or "100%" in said
        if command[0] == "run":
            assert out == silent[1]


@pytest.mark.thorough
def test_a_race_in_a_shell_ends_with_its_workers():
    result = shell("race", "--epochs", "2", "--vary", "cell=rnn,gru", "--seeds", "1", "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(line.split()[1] for line in result.stdout.strip().split("\n")) == ["cell=gru", "cell=rnn"]
