"""Which encoding the bytes of a file are in, where nothing says so: the one in which they are most likely a text.

Of each encoding it is known which characters half of its texts consist of, and which nearly all of them. Read in the
wrong one, a text is of the others: no bytes are wrong, but no one would have written it.
"""

import re
from collections import Counter
from dataclasses import dataclass
from math import log

# The parts of a text that are frequent characters, other common ones, and rare ones, of which there are so many.
FREQUENT, COMMON, RARE = 0.5, 0.45, 0.05
RARE_CHARACTERS = 20_000
WELL_FORMED = 0.8  # of the letters of an alphabet, at least
SURE = log(200)  # how much likelier than the next one an encoding has to be

MARKS = "，。！？、：；“”"
SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日很吃买店东西太真喜欢给差快慢今明高点问题让味最老点"
)
TRADITIONAL = (
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去"
    "法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日很吃買店東西太真喜歡給差快慢今明高點問題讓味最老點"
)
KANA = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC)))
KANJI = (
    "日一国人年大十二本中長出三時行見月後前生間上東今金入学高気小話女名電聞食車何毎天思言私自"
    "分的会事者社手方地場合新同通美味好店悪良"
)
HANGUL = (
    "이다는을에의가고하를은한지로사도기나서그아인들어자리시대있해라정일만수부전으장게주보과제원여니상오구안면선스동경요것조신너내우저"
    "없위문비소말모미성유공치같때마거습할운트생진무관적네연간화물바람러방음두세려했었았되된중학좋않매너무맛재미영친추천별최"
)
RUSSIAN = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
WESTERN = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßÀÁÂÄÇÈÉÊÑÓÖÜœŒšž‘’“”„‚«»‹›–—…•€£§°¿¡"


@dataclass(frozen=True)
class Writing:
    """How the texts of an encoding are written."""

    frequent: frozenset[str]  # characters that half of a text consists of
    common: tuple[tuple[int, int], ...]  # codes, first to last, of what nearly all of it consists of
    size: int  # how many those are, about
    low_byte: int = 0  # the last byte of a common code, at least
    bonus: float = 0.0  # how much likelier than the others it is beforehand: a logarithm
    words: re.Pattern[str] | None = None  # what its letters beyond ASCII form nearly always; None: any

    def is_common(self, char: str, codec: str) -> bool:
        code = int.from_bytes(char.encode(codec, "replace"))
        return code & 0xFF >= self.low_byte and any(first <= code <= last for first, last in self.common)


# In GB 18030 and in CP949 the second byte is that of the older GB 2312 and KS X 1001: what lies in the gaps is rare.
WRITINGS = {
    "GB18030": Writing(
        frozenset(SIMPLIFIED + MARKS), ((0xA1A1, 0xA3FE), (0xB0A1, 0xD7F9)), 3_900, low_byte=0xA1, bonus=3.0
    ),
    "Big5": Writing(frozenset(TRADITIONAL + MARKS), ((0xA140, 0xA3BF), (0xA440, 0xC67E)), 5_500, bonus=2.0),
    "Shift-JIS": Writing(frozenset(KANA + KANJI), ((0x8140, 0x8396), (0x889F, 0x9872)), 3_300),
    "EUC-JP": Writing(frozenset(KANA + KANJI), ((0xA1A1, 0xA5FE), (0xB0A1, 0xCFD3)), 3_300),
    "CP949": Writing(frozenset(HANGUL), ((0xA1A1, 0xA3FE), (0xB0A1, 0xC8FE)), 2_500, low_byte=0xA1),
    "Windows-1251": Writing(
        frozenset(RUSSIAN), ((0x80, 0xFF),), 100, words=re.compile(r"\b(?:[А-ЯЁ]?[а-яёіїєґў]+|[А-ЯЁІЇЄҐЎ]+)\b")
    ),
    "Windows-1252": Writing(
        frozenset(WESTERN),
        ((0x80, 0xFF),),
        1_000,
        words=re.compile(rf"(?<![^\x00-\x7f])[{WESTERN}]{{1,2}}(?![^\x00-\x7f])"),
    ),
}


@dataclass(frozen=True)
class Guess:
    """The likeliest encoding of a text, and how sure that is."""

    encoding: str
    common: float  # the part of its characters beyond ASCII that are common ones in this encoding
    other: str = ""  # the encoding that is hardly less likely; "" where there is none


def likeliest(texts: dict[str, str], codecs: dict[str, str]) -> Guess | None:
    """Of the encodings in which bytes can be read, the one whose text is the likeliest. texts: what is read by the name
    of the encoding. None where no encoding is left."""
    scores, shares = {}, {}
    for name, text in texts.items():
        writing = WRITINGS[name]
        chars = Counter(re.sub(r"[\x00-\x7f]+", "", text))
        total = max(1, chars.total())
        if writing.words and sum(map(len, writing.words.findall(text))) < WELL_FORMED * total:
            continue
        frequent = sum(count for char, count in chars.items() if char in writing.frequent)
        common = sum(
            count
            for char, count in chars.items()
            if char not in writing.frequent and writing.is_common(char, codecs[name])
        )
        rare = total - frequent - common
        scores[name] = (
            writing.bonus
            + frequent * log(FREQUENT / len(writing.frequent))
            + common * log(COMMON / writing.size)
            + rare * log(RARE / RARE_CHARACTERS)
        )
        shares[name] = (frequent + common) / total
    if not scores:
        return None
    best, *others = sorted(scores, key=scores.__getitem__, reverse=True)
    near = [name for name in others if scores[best] - scores[name] < SURE]
    return Guess(best, shares[best], near[0] if near else "")
