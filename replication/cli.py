"""The `replicate` command: reads the call, hands it on, prints what came of it.

Modules that load numpy are imported inside the functions, so that `replicate --help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from pathlib import Path
from tempfile import NamedTemporaryFile

from replication import __version__
from replication.errors import UserError, printable
from replication.project.arithmetic import require_space, settle
from replication.project.places import Project

MOVED, USER_ERROR, NOT_CONVERGED, FAULT = 1, 2, 3, 70
NATIVE = "the processor's own kernels: faster, late digits are its own"
CODES = (
    "Exit codes: 0 done; 1 compared and found different; 2 a mistake in a file or call, told in one line, "
    "nothing written; 3 done, but a model did not converge; 70 a fault of the program; 130 interrupted."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 2 a mistake of the user, 3 a model did not converge, 70 a fault of ours."""
    if not sys.warnoptions:  # libraries' remarks to programmers; what a user must know is said in the results
        warnings.simplefilter("ignore")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that the terminal lacks is printed as its code
            stream.reconfigure(errors="backslashreplace")
    call = _parser().parse_args(arguments)
    settle(native=call.native)
    try:
        require_space()
        return call.command(call)
    except UserError as problem:
        return _refuse(str(problem))
    except BrokenPipeError:  # the reader of our output, such as `head`, has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        return _refuse(str(UserError(f"{problem.filename or 'the disk'}: {problem.strerror or problem}")))
    except MemoryError:
        return _refuse("the machine's memory does not hold what was asked for; nothing was written")
    except Exception:  # whatever no line above foresees is no mistake of the user's
        return _fault()


def _fault() -> int:
    """Say in one line that the program is at fault, and keep what its makers need in a file."""
    with NamedTemporaryFile("w", prefix="replicate-", suffix=".txt", delete=False, encoding="utf-8") as kept:
        traceback.print_exc(file=kept)
    print(
        f"replicate: the program is at fault, not your files; please report it with {kept.name}",
        file=sys.stderr,
    )
    return FAULT


def _say(text: object) -> None:
    """Print lines of a result: words of the user's files stand in them, and move no cursor."""
    for line in str(text).splitlines():
        print(printable(line))


def _print(lines: Sequence[str]) -> None:
    """Print lines as `_say` does, empty ones too."""
    for line in lines:
        print(printable(line))


def _refuse(message: str) -> int:
    print(f"replicate: {message}", file=sys.stderr)
    return USER_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="replicate", description="From published figures to tables, figures and a report.", epilog=CODES
    )
    parser.add_argument("--version", action="version", version=f"replicate {__version__}")
    parser.add_argument(
        "--project", type=Path, default=Path(), metavar="DIR", help="folder with data, specs, results (here)"
    )
    parser.add_argument("--native", action="store_true", help=NATIVE)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    everything = _add(
        commands, "all", _all, "make again what is out of date, up to the report; then check it"
    )
    steps = ("data", "run", "robustness", "crosscheck", "claims", "report")
    everything.add_argument("step", nargs="?", choices=steps, help="how far to go; nothing is checked then")
    _add(commands, "data", _data, "check the raw figures and make the processed tables and the codebook")
    _add_beginnings(commands)
    run = _add(commands, "run", _run, "estimate a study: tables, figures and tidy records")
    run.add_argument("study", type=Path, metavar="STUDY", help="study file, such as specs/NAME.toml")
    run.add_argument(
        "--data", type=Path, metavar="FILE", help="panel of your own: .csv, .parquet, .dta, .xlsx"
    )
    run.add_argument("--out", type=Path, metavar="DIR", help="folder for the results (results/current/STUDY)")
    shown = run.add_mutually_exclusive_group()
    shown.add_argument("--quiet", action="store_true", help="print nothing but warnings")
    shown.add_argument("--json", action="store_true", help="print all results as one JSON object")
    run.add_argument("--native", action="store_true", default=argparse.SUPPRESS, help=NATIVE)
    second = _add(commands, "crosscheck", _crosscheck, "every model of a study through other programs too")
    second.add_argument("study", type=Path, metavar="STUDY", help="study file")
    second.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    _add_export(commands)
    _add_robustness(commands)
    _add_claims(_add(commands, "claims", _claims, "check every claim of claims/*.toml and write the ledger"))
    compare = _add(
        commands, "reconcile", _reconcile, "one model's errors under the conventions of other programs"
    )
    compare.add_argument("study", type=Path, metavar="STUDY", help="study file")
    compare.add_argument("model", metavar="MODEL", help="id of a model in it")
    compare.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    _add(commands, "report", _report, "write the report page from the results of all studies")
    _add_versions(commands)
    _add(commands, "deposit", _deposit, "make the folder for a data editor and scan it: deposit/")
    _add(commands, "exhibits", _exhibits, "list every table, figure and ledger with its entry and its file")
    _add(commands, "words", _words, "list what a study file may say: estimators, errors, functions, measures")
    return parser


def _add(commands, name: str, command: Callable, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    return parser


def _add_export(commands) -> None:
    export = _add(
        commands, "export", _export, "a study in the words of another program: a script, and its panel"
    )
    export.add_argument("study", type=Path, metavar="STUDY", help="study file")
    export.add_argument("--to", required=True, choices=("r", "stata", "python"), help="whose words")
    export.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    export.add_argument("--out", type=Path, metavar="DIR", help="folder (results/export/STUDY/PROGRAM)")


def _add_robustness(commands) -> None:
    text = "what other reasonable choices make of a study: its [[robustness]]"
    robust = _add(commands, "robustness", _robustness, text)
    robust.add_argument("study", type=Path, metavar="STUDY", help="study file")
    robust.add_argument(
        "--on", default="here", metavar="WHERE", help="here, cores, or a Dask scheduler: tcp://HOST:8786"
    )
    robust.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")
    robust.add_argument("--out", type=Path, metavar="DIR", help="folder (results/current/STUDY-robustness)")
    worker = _add(
        commands, "worker", _worker, "work for a Dask scheduler, in the arithmetic that results need"
    )
    worker.add_argument("address", metavar="ADDRESS", help="of the scheduler: tcp://HOST:8786")


def _add_beginnings(commands) -> None:
    """The commands about a panel and a study before anything is estimated."""
    init = _add(
        commands, "init", _init, "write a study of a panel of your own to begin from; it runs as it is"
    )
    describe = _add(
        commands, "describe", _describe, "summary statistics and structure of a panel of your own"
    )
    for parser in (init, describe):
        parser.add_argument("data", type=Path, metavar="FILE", help="panel: .csv, .parquet, .dta, .xlsx")
        parser.add_argument("--entity", metavar="COLUMN", help="column of the entity (guessed)")
        parser.add_argument("--time", metavar="COLUMN", help="column of the period (guessed)")
    init.add_argument("--out", type=Path, metavar="FILE", help="study file to write (NAME.toml)")
    describe.add_argument("variables", nargs="*", metavar="EXPRESSION", help="what to describe (all numbers)")
    describe.add_argument("--by", metavar="COLUMN", help="a block for each level of it")
    describe.add_argument("--where", metavar="CONDITION", help="the rows to describe (all)")
    describe.add_argument(
        "--out", type=Path, metavar="FILE", help="also write the table: .csv, .tex, .html, .md, .docx, .typ"
    )
    explain = _add(commands, "explain", _explain, "what a study will estimate, on which rows, in words")
    explain.add_argument("study", type=Path, metavar="STUDY", help="study file")
    explain.add_argument("--data", type=Path, metavar="FILE", help="panel of your own")


def _add_claims(parser: argparse.ArgumentParser) -> None:
    """`claims` alone does all files of the project; `check` and `new` are for a file of one's own."""
    commands = parser.add_subparsers(metavar="COMMAND")
    check = _add(commands, "check", _check_claims, "check the claims of one file")
    check.add_argument("file", type=Path, metavar="FILE", help="claims file, such as claims/NAME.toml")
    check.add_argument("--data", type=Path, metavar="DIR", help="folder with tables of your own, as CSV")
    check.add_argument("--out", type=Path, metavar="DIR", help="folder to write the ledger to (none)")
    new = _add(commands, "new", _new_claims, "write a claims file to begin from")
    new.add_argument("file", type=Path, metavar="FILE", help="file to write; one that is there is kept")


def _add_versions(commands) -> None:
    """The commands about frozen versions."""
    freeze = _add(commands, "freeze", _freeze, "make results/v1, v2, ... from the current results")
    freeze.add_argument("--why", default="", metavar="TEXT", help="what changed since the last, and why")
    _add(commands, "check", _check, "compare the current results with the newest frozen version")
    compare = _add(commands, "compare", _compare, "compare two versions or folders cell by cell")
    for name in ("old", "new"):
        compare.add_argument(name, metavar=name.upper(), help="v1, current, or a folder of results")
    _add(commands, "verify", _verify, "run everything twice from the raw figures, compare, and attest")
    trace = _add(commands, "trace", _trace, "follow one published cell back to the raw files")
    trace.add_argument("table", metavar="TABLE", help="study and table, such as STUDY/TABLE")
    trace.add_argument("row", metavar="ROW", help="label, term, statistic, group, period; or number")
    trace.add_argument("column", metavar="COLUMN", help="heading or model; or number, 1 after the labels")
    _add(commands, "why", _why, "say for everything that is made why it would be made again")


def _all(call: argparse.Namespace) -> int:
    from replication.versions.remake import remake

    done = remake(Project(call.project), call.step or "report", ("--native",) if call.native else ())
    for line in done.lines:
        _say(line)
    if call.step or done.code not in (0, NOT_CONVERGED):
        return done.code
    return _check(call) or done.code


def _data(call: argparse.Namespace) -> int:
    from replication.sources.pipeline import clean_all

    tables = clean_all(Project(call.project))
    _say(f"{len(tables)} tables and the codebook in data/processed")
    return 0


def _run(call: argparse.Namespace) -> int:
    from replication.study.run import run_study

    done = run_study(Project(call.project), call.study, call.data, call.out)
    _show(done, call)
    return 0 if done.records.converged else NOT_CONVERGED


def _show(done, call: argparse.Namespace) -> None:
    """What a run has made: coefficients and rows; as JSON; or nothing but what is to be minded."""
    from replication.publish import screen
    from replication.spec.read_study import labels_of

    minded = [line for account in done.records.accounts for line in screen.warnings(account)]
    if call.json:
        print(screen.as_json(done.study.study.id, str(done.folder), done.told, done.records))
    elif call.quiet:
        _print([*(line for line in done.told if line.startswith("warning: ")), *minded])
    else:
        shown = screen.coefficients(done.records, labels_of(done.study))
        _print([*done.told, *shown, f"results in {done.folder}"])


def _init(call: argparse.Namespace) -> int:
    from replication.study.first_study import first_study

    written, seen = first_study(call.data, call.out, call.entity, call.time)
    _print([*seen, f"{written} is written; run it with: replicate run {written}"])
    return 0


def _describe(call: argparse.Namespace) -> int:
    from replication.panel.read_table import read_user_table
    from replication.study.description import description

    read = read_user_table(call.data)
    found = description(read, call.variables, call.by, call.where, call.entity, call.time)
    if call.out is not None:
        found.write(call.out)
    _print(found.summary().splitlines())
    return 0


def _explain(call: argparse.Namespace) -> int:
    from replication.study.explain import explain

    _print(explain(Project(call.project), call.study, call.data))
    return 0


def _crosscheck(call: argparse.Namespace) -> int:
    from replication.crosscheck.second_opinion import crosscheck

    lines, agree = crosscheck(Project(call.project), call.study, call.data)
    for line in lines:
        _say(line)
    return 0 if agree else MOVED


def _export(call: argparse.Namespace) -> int:
    from replication.export.export_study import export

    for line in export(Project(call.project), call.study, call.to, call.data, call.out):
        _say(line)
    return 0


def _robustness(call: argparse.Namespace) -> int:
    from replication.robustness.robust_study import run_robustness

    for line in run_robustness(Project(call.project), call.study, call.on, call.data, call.out):
        _say(line)
    return 0


def _worker(call: argparse.Namespace) -> int:
    from replication.robustness.executors import serve

    serve(call.address)
    return 0


def _claims(call: argparse.Namespace) -> int:
    from replication.claims.ledger import make_ledger

    return _tell(make_ledger(Project(call.project)))


def _check_claims(call: argparse.Namespace) -> int:
    from replication.claims.ledger import check_file

    return _tell(check_file(Project(call.project), call.file, call.data, call.out))


def _tell(book) -> int:
    from replication.claims.terminal import told

    for line in told(book):
        _say(line)
    return 0


def _new_claims(call: argparse.Namespace) -> int:
    from replication.claims.template import write_template

    write_template(call.file)
    _say(call.file)
    return 0


def _reconcile(call: argparse.Namespace) -> int:
    from replication.study.reconcile import reconcile

    _say(reconcile(Project(call.project), call.study, call.model, call.data))
    return 0


def _report(call: argparse.Namespace) -> int:
    from replication.report.gather import make_report
    from replication.versions.check import standing

    project = Project(call.project)
    _say(make_report(project, standing(project)))
    return 0


def _deposit(call: argparse.Namespace) -> int:
    from replication.deposit.assemble import make_deposit

    project = Project(call.project)
    findings = make_deposit(project)
    for line in findings:
        print(printable(f"replicate: {line}"), file=sys.stderr)
    if not findings:
        _say(f"no findings; the deposit is in {project.deposit}")
    return USER_ERROR if findings else 0


def _exhibits(call: argparse.Namespace) -> int:
    from replication.deposit.readme import exhibit_page

    _say(exhibit_page(Project(call.project)))
    return 0


def _words(call: argparse.Namespace) -> int:
    from replication.study.vocabulary import words

    _say(words())
    return 0


def _freeze(call: argparse.Namespace) -> int:
    from replication.versions.freeze import freeze

    _say(freeze(Project(call.project), call.why))
    return 0


def _check(call: argparse.Namespace) -> int:
    from replication.versions.check import check

    return _tell_checked(*check(Project(call.project)))


def _compare(call: argparse.Namespace) -> int:
    from replication.versions.check import compare_words

    return _tell_checked(*compare_words(Project(call.project), call.old, call.new))


def _tell_checked(lines: Sequence[str], passed: bool) -> int:
    for line in lines:
        _say(line)
    return 0 if passed else MOVED


def _verify(call: argparse.Namespace) -> int:
    from replication.versions.verify import verify

    text, passed = verify(Project(call.project))
    _say(text)
    return 0 if passed else MOVED


def _trace(call: argparse.Namespace) -> int:
    from replication.versions.trace import trace

    for line in trace(Project(call.project), call.table, call.row, call.column):
        _say(line)
    return 0


def _why(call: argparse.Namespace) -> int:
    from replication.versions.why import why

    for line in why(Project(call.project)):
        _say(line)
    return 0
