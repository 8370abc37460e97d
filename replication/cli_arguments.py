"""What may be typed after `replicate`: commands, their arguments and options."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import NoReturn

from replication import __version__
from replication.errors import nearest, printable

NATIVE = "the processor's own kernels: faster, late digits are its own"
CODES = (
    "Exit codes: 0 done; 1 compared and found different; 2 a mistake in a file or call, told in one line, "
    "nothing written; 3 done, but a model did not converge; 70 a fault of the program; 130 interrupted."
)


# What people type for a command of another name.
MEANT = {
    **dict.fromkeys(("estimate", "fit", "execute", "reg", "make"), "run"),
    **dict.fromkeys(("new", "start", "create", "begin"), "init"),
    **dict.fromkeys(("list", "vocabulary", "options"), "words"),
    **dict.fromkeys(("summary", "summarize", "sum", "stats"), "describe"),
    **dict.fromkeys(("help", "version"), "--{}"),
}


class OneLineParser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong with a call, and how it is written."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2 and that line."""
        self.exit(2, printable(f"replicate: {_plainly(message, self)}") + "\n")


def _plainly(message: str, parser: argparse.ArgumentParser) -> str:
    """What argparse says of a call, in the words of this program."""
    if "required: COMMAND" in message:
        begin = "replicate init panel.csv, replicate run study.toml"
        return f"a command is missing; to begin: {begin}; all of them: replicate --help"
    if found := re.search(r"argument COMMAND: invalid choice: '(.*?)' \(choose from (.*)\)", message):
        word, known = found[1], re.findall(r"[\w-]+", found[2])
        return (
            f"command {word!r} is not known{_command_for(word) or nearest(word, known)}; see replicate --help"
        )
    if found := re.search(r"unrecognized arguments: (.*)", message):
        return f"{found[1]!r} is more than the command takes{_option_for(found[1], parser)}"
    return f"{message}; see {parser.prog} --help"


def _command_for(word: str) -> str:
    """The command that is meant by another word, or by a file alone."""
    if word in MEANT:
        return f"; write replicate {MEANT[word].format(word)}"
    if word.endswith(".toml"):
        return f"; write replicate run {word}"
    return f"; write replicate init {word}" if re.search(r"\.\w+$", word) else ""


def _option_for(words: str, parser: argparse.ArgumentParser) -> str:
    """How what is too much is written, if that is known: an option misspelt, a panel without --data."""
    first = words.split()[0]
    if not first.startswith("-"):
        is_file = re.fullmatch(r"\S+\.\w+", first)
        return f"; a panel is named with --data {first}" if is_file else "; leave it out"
    groups = [action.choices.values() for action in parser._actions if isinstance(action.choices, dict)]
    options = {name for group in groups for each in group for name in each._option_string_actions}
    return nearest(first, sorted(options)) or "; leave it out"


def parser_of_calls() -> argparse.ArgumentParser:
    """What may be typed after `replicate`; `command` of what is parsed is the word of the function to run."""
    parser = OneLineParser(
        prog="replicate", description="From published figures to tables, figures and a report.", epilog=CODES
    )
    parser.add_argument("--version", action="version", version=f"replicate {__version__}")
    parser.add_argument(
        "--project", type=Path, default=Path(), metavar="DIR", help="folder with data, specs, results (here)"
    )
    parser.add_argument("--native", action="store_true", help=NATIVE)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    everything = _add(
        commands, "all", "all", "make again what is out of date, up to the report; then check it"
    )
    steps = ("data", "run", "robustness", "crosscheck", "published", "claims", "report")
    everything.add_argument("step", nargs="?", choices=steps, help="how far to go; nothing is checked then")
    _add(commands, "data", "data", "check the raw figures and make the processed tables and the codebook")
    _add_beginnings(commands)
    run = _add(commands, "run", "run", "estimate a study: tables, figures and tidy records")
    run.add_argument("study", type=Path, metavar="STUDY", help="study file, such as specs/NAME.toml")
    run.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="panel of your own: .csv, .parquet (or a folder of it), .dta, .xlsx",
    )
    run.add_argument("--out", type=Path, metavar="DIR", help="folder for the results (results/current/STUDY)")
    shown = run.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    shown.add_argument("--json", action="store_true", help="print all results as one JSON object")
    run.add_argument("--native", action="store_true", default=argparse.SUPPRESS, help=NATIVE)
    second = _add(commands, "crosscheck", "crosscheck", "every model of a study through other programs too")
    second.add_argument("study", type=Path, metavar="STUDY", help="study file")
    second.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    second.add_argument("--quiet", action="store_true", help="one line where all agree")
    _add_export(commands)
    _add_robustness(commands)
    printed = _add(commands, "published", "published", "grade every printed table of published/*.toml")
    printed.add_argument("file", type=Path, nargs="?", metavar="FILE", help="one file, shown cell by cell")
    _add_claims(_add(commands, "claims", "claims", "check every claim of claims/*.toml and write the ledger"))
    compare = _add(
        commands, "reconcile", "reconcile", "one model's errors under the conventions of other programs"
    )
    compare.add_argument("study", type=Path, metavar="STUDY", help="study file")
    compare.add_argument("model", metavar="MODEL", help="id of a model in it")
    compare.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    _add(commands, "report", "report", "write the report page from the results of all studies")
    _add_versions(commands)
    _add(commands, "deposit", "deposit", "make the folder for a data editor and scan it: deposit/")
    _add(commands, "exhibits", "exhibits", "list every table, figure and ledger with its entry and its file")
    _add_words(commands)
    return parser


def _add(commands, name: str, command: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    return parser


def _add_words(commands) -> None:
    words = _add(
        commands, "words", "words", "list what a study file may say: estimators, errors, functions, measures"
    )
    words.add_argument(
        "of",
        nargs="?",
        metavar="WORD",
        help="estimators, errors, diagnostics, measures, functions, or one word such as ols: it alone (all)",
    )
    schema = _add(commands, "schema", "schema", "print the JSON schema by which editors check a study file")
    schema.add_argument(
        "of",
        nargs="?",
        default="study",
        choices=("study", "claims", "published"),
        help="whose: of study files unless you say so",
    )


def _add_export(commands) -> None:
    export = _add(
        commands, "export", "export", "a study in the words of another program: a script, and its panel"
    )
    export.add_argument("study", type=Path, metavar="STUDY", help="study file")
    export.add_argument("--to", required=True, choices=("r", "stata", "python"), help="whose words")
    export.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    export.add_argument("--out", type=Path, metavar="DIR", help="folder (results/export/STUDY/PROGRAM)")


def _add_robustness(commands) -> None:
    text = "what other reasonable choices make of a study: its [[robustness]]"
    robust = _add(commands, "robustness", "robustness", text)
    robust.add_argument("study", type=Path, metavar="STUDY", help="study file")
    robust.add_argument(
        "--on", default="here", metavar="WHERE", help="here, cores, or a Dask scheduler: tcp://HOST:8786"
    )
    robust.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    robust.add_argument("--out", type=Path, metavar="DIR", help="folder (results/current/STUDY-robustness)")
    worker = _add(
        commands, "worker", "worker", "work for a Dask scheduler, in the arithmetic that results need"
    )
    worker.add_argument("address", metavar="ADDRESS", help="of the scheduler: tcp://HOST:8786")


def _add_beginnings(commands) -> None:
    """The commands about a panel and a study before anything is estimated."""
    init = _add(
        commands, "init", "init", "write a study of a panel of your own to begin from; it runs as it is"
    )
    describe = _add(
        commands, "describe", "describe", "summary statistics and structure of a panel of your own"
    )
    for parser in (init, describe):
        parser.add_argument("data", type=Path, metavar="FILE", help="panel: .csv, .parquet, .dta, .xlsx")
        parser.add_argument("--entity", metavar="COLUMN", help="column of the entity (guessed)")
        times = parser.add_mutually_exclusive_group()
        times.add_argument("--time", metavar="COLUMN", help="column of the period (guessed)")
        times.add_argument("--no-time", action="store_true", help="rows have no time: a cross-section")
        parser.add_argument("--header", type=int, metavar="LINE", help="line of the headings (the first)")
        parser.add_argument("--sheet", metavar="NAME", help="sheet of the workbook (the first)")
    init.add_argument("--out", type=Path, metavar="FILE", help="study file to write (NAME.toml)")
    describe.add_argument("variables", nargs="*", metavar="EXPRESSION", help="what to describe (all numbers)")
    describe.add_argument("--by", metavar="COLUMN", help="a block for each level of it")
    describe.add_argument("--where", metavar="CONDITION", help="the rows to describe (all)")
    describe.add_argument(
        "--out", type=Path, metavar="FILE", help="also write the table: .csv, .tex, .html, .md, .docx, .typ"
    )
    explain = _add(commands, "explain", "explain", "what a study will estimate, on which rows, in words")
    explain.add_argument("study", type=Path, metavar="STUDY", help="study file")
    explain.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")


def _add_claims(parser: argparse.ArgumentParser) -> None:
    """`claims` alone does all files of the project; `check` and `new` are for a file of one's own."""
    commands = parser.add_subparsers(metavar="COMMAND")
    check = _add(commands, "check", "check_claims", "check the claims of one file")
    check.add_argument("file", type=Path, metavar="FILE", help="claims file, such as claims/NAME.toml")
    check.add_argument("--data", type=Path, metavar="DIR", help="folder with tables of your own, as CSV")
    check.add_argument("--out", type=Path, metavar="DIR", help="folder to write the ledger to (none)")
    new = _add(commands, "new", "new_claims", "write a claims file to begin from")
    new.add_argument("file", type=Path, metavar="FILE", help="file to write; one that is there is kept")


def _add_versions(commands) -> None:
    """The commands about frozen versions."""
    freeze = _add(commands, "freeze", "freeze", "make results/v1, v2, ... from the current results")
    freeze.add_argument("--why", default="", metavar="TEXT", help="what changed since the last, and why")
    _add(commands, "check", "check", "compare the current results with the newest frozen version")
    compare = _add(commands, "compare", "compare", "compare two versions or folders cell by cell")
    for name in ("old", "new"):
        compare.add_argument(name, metavar=name.upper(), help="v2 or later, current, or a folder of results")
    _add(commands, "verify", "verify", "run everything twice from the raw figures, compare, and attest")
    trace = _add(commands, "trace", "trace", "follow one published cell back to the raw files")
    trace.add_argument("table", metavar="TABLE", help="study and table, such as STUDY/TABLE")
    trace.add_argument("row", metavar="ROW", help="label, term, statistic, group, period; or number")
    trace.add_argument("column", metavar="COLUMN", help="heading or model; or number, 1 after the labels")
    _add(commands, "why", "why", "say for everything that is made why it would be made again")
