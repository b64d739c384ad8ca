"""Bytes to text: the encodings that people's files have, told or guessed, and every file that is none."""

import codecs
import time

import pytest
from babel import Locale
from hypothesis import assume, given
from hypothesis import strategies as st

from rnnlab.i18n import LANGUAGES, LabError, describe
from rnnlab.text.tables import table as tables
from rnnlab.text.tables.encodings import ENCODINGS, FILE_BYTES, decode
from rnnlab.text.tables.headers import has_header, with_header
from rnnlab.text.tables.table import parse
from tests.support.problems import problem

ZH = "标签,文本\n晴,今天太阳很大\n雨,出门忘了带伞\n"
TRADITIONAL = "標籤,文本\n好,這部電影非常精彩，值得一看\n壞,劇情沉悶，浪費時間\n"
JAPANESE = "ラベル,文\n良い,この映画はとても面白かった\n悪い,退屈で時間の無駄だった\n"
KOREAN = "라벨,텍스트\n긍정,이 영화는 정말 재미있었다\n부정,시간이 아까웠다 (iPhone)\n"
ODDS = ["\ufeff", "\n", " "]
CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from(ODDS)
SUSPECTED = ("encoding_doubtful", "encoding_unsure")
text_of_lines = st.text(CHARACTERS, min_size=1)


def said(data: bytes) -> list[str]:
    notes = decode(data).notes
    assert all(describe(note, lang) for note in notes for lang in LANGUAGES)
    return [note.code for note in notes]


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [
        (ZH, "utf-8", "UTF-8"),
        (ZH, "utf-8-sig", "UTF-8"),
        (ZH, "utf-16", "UTF-16"),
        (ZH, "utf-16-le", "UTF-16"),
        (ZH, "utf-16-be", "UTF-16"),
        ("label,text\npos,good\n", "utf-16-le", "UTF-16"),
        (ZH, "gb18030", "GB18030"),
        (ZH, "gbk", "GB18030"),
        (ZH, "gb2312", "GB18030"),
        ("好,很好\n坏,很差\n", "gbk", "GB18030"),
        (TRADITIONAL, "gbk", "GB18030"),
        ("道可道，非常道。名可名，非常名。\n", "gbk", "GB18030"),
        (TRADITIONAL, "big5", "Big5"),
        ("好,很好\n壞,很差\n", "big5", "Big5"),
        (JAPANESE, "shift_jis", "Shift-JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        ("この映画は ① とても面白かった\n", "euc_jis_2004", "EUC-JP"),
        (KOREAN, "euc_kr", "CP949"),
        ("좋아요\n", "cp949", "CP949"),
        (KOREAN, "utf-16-le", "UTF-16"),
        ("да,Очень вкусно!\nнет,Скучно и долго\n", "cp1251", "Windows-1251"),
        ("да,Очень вкусно!\nнет,Скучно и долго\n", "utf-16-be", "UTF-16"),
        ("東京都\n大阪府\n", "cp932", "Shift-JIS"),
        ("pos,naïve but fun\nneg,bad café\n", "cp1252", "Windows-1252"),
        ("pos,“so good” – it’s fine\n", "cp1252", "Windows-1252"),
        ("si,El niño comió mañana\nno,¿Qué pasó?\n", "latin-1", "Windows-1252"),
    ],
)
def test_the_encodings_of_peoples_files_are_recognised(text, codec, encoding):
    found = decode(text.encode(codec))
    assert (found.text, found.encoding) == (text, encoding)
    certain = encoding == "UTF-8" or codec == "utf-16"
    assert [note.code for note in found.notes] == ([] if certain else ["encoding_guessed"])


def test_utf_16_with_a_mark_is_read_in_either_order():
    assert decode(codecs.BOM_UTF16_BE + ZH.encode("utf-16-be")).text == ZH


def test_a_text_of_rare_characters_alone_is_suspected():
    assert said("価値観\n".encode("gbk")) == ["encoding_doubtful"]


@given(text_of_lines)
def test_any_text_in_utf_8_is_read_as_it_is(text):
    assume(text.strip("\ufeff \n") and text.strip())
    assert decode(text.encode()).text == text.removeprefix("\ufeff")
    assert decode(text.encode("utf-8-sig")).text == text


@given(text_of_lines, st.sampled_from(sorted(ENCODINGS)))
def test_any_text_is_read_as_it_is_in_the_encoding_that_is_chosen(text, encoding):
    codec = ENCODINGS[encoding]
    text = text.encode(codec, "ignore").decode(codec)
    assume(text.strip("\ufeff \n") and text.strip())
    assert decode(text.encode(codec), encoding).text == text


@pytest.mark.parametrize(
    ("locale", "codec"),
    [
        *[("zh", "gbk"), ("zh_Hant", "gbk"), ("zh_Hant", "big5"), ("ja", "cp932"), ("ja", "euc_jp")],
        *[
            ("ja", "iso2022_jp"),
            ("ko", "cp949"),
            ("ru", "cp1251"),
            ("uk", "cp1251"),
            ("de", "cp1252"),
            ("es", "cp1252"),
        ],
    ],
)
def test_names_of_languages_are_read_as_unicodes_own_data_has_them(locale, codec):
    """Ten a file, which holds no other character than these: read right, but for very few that are suspected."""
    names = [
        name
        for name in dict.fromkeys(Locale.parse(locale).languages.values())
        if not name.isascii() and name.encode(codec, "ignore").decode(codec) == name
    ]
    files = ["\n".join(names[start : start + 10]) for start in range(0, len(names) - 9, 10)]
    found = [decode(file.encode(codec)) for file in files]
    wrong = [one for one, file in zip(found, files, strict=True) if one.text != file]
    assert len(files) >= 5
    assert len(wrong) <= len(files) // 50
    assert all(note.code in SUSPECTED for one in wrong for note in one.notes)


@pytest.mark.parametrize(
    ("text", "codec", "other"),
    [
        ("啊\n", "gbk", "CP949"),
        ("巴林\n", "gbk", "CP949"),
        ("별로\n", "cp949", "GB18030"),
        ("高値\n", "euc_jp", "EUC-JP"),
    ],
)
def test_what_may_be_two_encodings_is_read_as_one_and_the_other_is_named(text, codec, other):
    note = next(iter(decode(text.encode(codec)).notes))
    assert note.code in SUSPECTED
    assert other in note.values.values()


def test_a_single_byte_0x80_is_the_euro_sign_of_windows():
    """cp936, which Python does not have, is GBK with this one byte more."""
    data = "label,text\n好,价格 ".encode("gbk") + b"\x80" + "5 很便宜\n坏,".encode("gbk") + b"\x80\x80\n"
    assert decode(data).text == "label,text\n好,价格 €5 很便宜\n坏,€€\n"
    assert problem(decode, b"\x80\x81\n\xff", "GB18030").code == "data_encoding"


# Control characters


@pytest.mark.parametrize(
    ("data", "text", "count", "line", "byte"),
    [
        (b"label,text\npos,go\x08od\nneg,bad\n", "label,text\npos,good\nneg,bad\n", "1", "2", "0x08"),
        (b"pos,good\nneg,b\x00d", "pos,good\nneg,bd", "1", "2", "0x00"),
        (b"pos,good\r\nneg,bad\r\n\x1a", "pos,good\r\nneg,bad\r\n", "1", "3", "0x1A"),
        (b"pos,\x1b[1mgood\x1b[0m\nneg,bad\n", "pos,good\nneg,bad\n", "2", "1", "0x1B"),
        (b"\x1b[01;31m\x1b[Kpos\x1b[m\x1b[K,good\n" * 20, "pos,good\n" * 20, "80", "1", "0x1B"),  # as grep paints it
        (b"pos,good\nneg,\x1bb\x1b[ad\n", "pos,good\nneg,b[ad\n", "2", "2", "0x1B"),
        (
            "标签\t文本\n好\t很\x0b好\x1b[0m\n坏\t很\x01差\n".encode(),
            "标签\t文本\n好\t很 好\n坏\t很差\n",
            "2",
            "2",
            "0x1B",
        ),
        ("好,很\x07好\n".encode("gbk"), "好,很好\n", "1", "1", "0x07"),
        ("好,很\x7f好\n".encode("utf-16"), "好,很好\n", "1", "1", "0x7F"),
        (b"good and long\n" * 900 + b"\x02" * 20, "good and long\n" * 900, "20", "901", "0x02"),
    ],
)
def test_stray_control_characters_are_left_out_and_named(data, text, count, line, byte):
    found = decode(data)
    assert found.text == text
    note = next(note for note in found.notes if note.code == "data_controls")
    assert note.values == {"count": count, "line": line, "byte": byte}
    assert all(byte in describe(note, lang) for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("written", "byte"),
    [("\x0b", "0x0B"), ("\x0c", "0x0C"), ("\x85", "0x85"), ("\u2028", "0x2028"), ("\u2029", "0x2029")],
)
def test_breaks_within_a_line_are_read_as_spaces_and_named(written, byte):
    found = decode(f"pos,good\r\nneg,so{written}bad{written}\n".encode())
    assert found.text == "pos,good\r\nneg,so bad \n"
    assert [(note.code, note.values) for note in found.notes] == [
        ("data_spaces", {"count": "2", "line": "2", "byte": byte})
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"a\x00\x01\x02c",
        b"PK\x03\x04\x14\x00\x06\x00",
        bytes(range(256)) * 40,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    ],
)
def test_what_is_no_text_is_told(data):
    assert problem(decode, data).code == "data_binary"


# What can't be read


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from([b"\xff\xfe", b"\n", b"a,", b'"', "汉".encode(), b"\xd6\xd0"])),
    st.sampled_from(["", *ENCODINGS]),
)
def test_no_bytes_crash_it(data, encoding):
    data = b"".join(data) if isinstance(data, list) else data
    try:
        text = decode(data, encoding).text
    except LabError:
        return
    for delimiter in tables.DELIMITERS:
        for quoted in (True, False):
            try:
                table = parse(text, delimiter, quoted)
            except LabError:
                continue
            assert table.rows
            assert has_header(table) in (True, False)
            assert with_header(table).width == len(with_header(table).header)


def test_two_encodings_in_one_file_are_told_by_line_and_byte():
    found = problem(decode, "好,很好\n".encode() * 2 + "坏,不".encode("gb18030") + b"\n")
    assert (found.code, found.values["first"], found.values["line"]) == ("data_mixed", "1", "3")
    assert (found.values["place"], found.values["byte"]) == (1, "0xBB")
    found = problem(decode, "坏\n".encode("gb18030") + "a\r\n好,很好\n".encode())
    assert (found.values["first"], found.values["line"]) == ("3", "1")


def test_a_file_cut_off_in_the_middle_of_a_character_is_told():
    assert problem(decode, ("好" * 5).encode() + b"\n" + "好".encode()[:2]).values["line"] == "2"


@pytest.mark.parametrize(
    ("data", "encoding", "line", "byte"),
    [
        ("a,b\ncafé\n".encode("cp1252"), "UTF-8", "2", "0xE9"),
        ("a,b\ncafé\n".encode("cp1252"), "GB18030", "2", "0xE9"),
        ("a\n好\n坏".encode() + b"\xff", "Big5", "2", "0xBD"),
        (b"a\n\x81", "Windows-1252", "2", "0x81"),
        (codecs.BOM_UTF16_LE + "甲\n乙".encode("utf-16-le") + b"\x00", "", "2", "0x00"),
    ],
)
def test_a_byte_that_is_not_in_the_encoding_is_told_with_its_line(data, encoding, line, byte):
    found = problem(decode, data, encoding)
    assert (found.code, found.values["line"], found.values["byte"]) == ("data_encoding", line, byte)


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_a_file_without_text_is_told(data):
    assert problem(decode, data).code == "data_empty"


def test_a_file_of_20_megabytes_is_refused_at_once_and_one_of_five_is_read_in_a_second():
    data = "好,很好\n".encode("gbk") * 3_000_000
    begun = time.perf_counter()
    assert problem(decode, data).code == "data_large"
    assert time.perf_counter() - begun < 0.5
    assert decode(data[: FILE_BYTES // 8 * 8]).encoding == "GB18030"
    assert time.perf_counter() - begun < 5  # on a busy machine
