"""What every kind of table in a study file is made of: names, texts, expressions, and rules of reading."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from replication.language import other_programs, translate
from replication.project.strict import NAME

Name = Annotated[str, Field(pattern=NAME)]
Text = Annotated[str, Field(max_length=2000)]
# The name of a column in a user's file, as it stands there; backticks quote it in an expression.
Heading = Annotated[str, Field(pattern=r"^[^\x00-\x1f`]{1,200}$")]
Many: Any = Field(default=[], max_length=500)  # of what is listed by hand
_STEP = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_DATA = re.compile(
    rf"{NAME.strip('^$')}|(?:(?:\.\.|{_STEP})/){{0,8}}{_STEP}(?:/|\.(?:csv|tsv|tab|txt|xlsx|dta|parquet))"
)


def _table_or_file(name: str) -> str:
    if _DATA.fullmatch(name) is None:
        allowed = (
            "a table of data/processed, a file such as 'panel.csv' or '../data/panel.dta', or a folder of "
            "parquet files such as 'panel/'"
        )
        raise PydanticCustomError("data", f"{allowed}{_way(name)}")
    return name


def _way(name: str) -> str:
    """How a file is used that a study cannot name."""
    if "://" in name:
        return "; download the file and name it instead"
    if name.startswith(("/", "~")) or ":" in name or "\\" in name:
        return "; name it by its path from the folder of the study file, with /, or bring it with --data FILE"
    if " " in name:
        return "; bring it with --data FILE, or give it a name without blanks"
    return (
        "; save it in one of these formats: .csv, .tsv, .tab, .txt, .xlsx, .dta, .parquet"
        if "." in name
        else ""
    )


def _grouping(written: object) -> object:
    """Refuse what other programs write for effects of two groupings, with what it is here."""
    names, pairs = translate.groupings([written]) if isinstance(written, str) else ([], [])
    if pairs and len(str(written)) <= 200:
        ours = f"effects = {json.dumps(names)} and, as a term of the formula, {' + '.join(pairs)}"
        raise PydanticCustomError("grouping", "{ours}", {"ours": f"a name; in this language: {ours}"})
    return written


Grouping = Annotated[Name, BeforeValidator(_grouping)]
TableOrFile = Annotated[str, AfterValidator(_table_or_file)]


# Names under which programs save a text that are those of no one encoding.
LOOSELY = {
    "ansi": 'of Windows, in the west "windows-1252", east of it "windows-1250" or "windows-1251"',
    "unicode": 'what Excel saves as Unicode text is "utf-16"',
}
_Known = Literal[
    "utf-8", "utf-16", "latin-1", "windows-1250", "windows-1251", "windows-1252", "iso-8859-2", "iso-8859-15",
    "mac-roman", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
# Every text in these is read alike as UTF-8: a byte order mark is skipped.
_ENCODINGS = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    **{codecs.lookup(name).name: name for name in get_args(_Known)},
}


def _encoding(written: object) -> object:
    """Our name of the encoding that Python knows by this one."""
    if not isinstance(written, str):
        return written
    if said := LOOSELY.get(written.lower()):
        raise PydanticCustomError("encoding", "{said}", {"said": f"one encoding by its name; {said}"})
    try:
        return _ENCODINGS.get(codecs.lookup(written).name, written)
    except (LookupError, ValueError):
        return written


Encoding = Annotated[_Known, BeforeValidator(_encoding)]
PART = re.compile(r"\{([^{}]+)\}")  # of a pattern: a column, whose value stands there


def _pattern(written: str) -> str:
    """A text in which two columns or more stand in braces."""
    if len(PART.findall(written)) < 2 or set("{}`\n") & set(PART.sub("", written)):
        raise PydanticCustomError(
            "joined",
            "a text in which two columns or more stand in braces, as in {example}",
            {"example": '"{donor} - {recipient}"'},
        )
    return written


Pattern = Annotated[str, Field(max_length=1000), AfterValidator(_pattern)]
Level = str | int | Annotated[float, Field(allow_inf_nan=False)]  # one of the values of a column
Expression = Annotated[str, Field(min_length=1, max_length=4000)]


class Entry(BaseModel):
    """Common rules: no unknown key, no change after reading, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class CovarianceSpec(Entry):
    """How the errors of a model are computed: `kind` is a word of the registry, the rest its options."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)
    elsewhere: ClassVar[Mapping[str, str]] = other_programs.COVARIANCES

    kind: str
    label: Name | None = None

    @property
    def options(self) -> dict[str, Any]:
        """Every key but `kind` and `label`."""
        return dict(self.model_extra or {})


def model_named(result: str) -> str:
    """The model of a result that a study file names: `model`, or `model.error` for one error of it."""
    return result.partition(".")[0]
