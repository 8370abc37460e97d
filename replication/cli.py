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
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from replication.cli_arguments import parser_of_calls
from replication.errors import UserError, printable
from replication.project.arithmetic import require_space, settle
from replication.project.places import Project

if TYPE_CHECKING:
    from replication.spec.entries import FileKeys

MOVED, USER_ERROR, NOT_CONVERGED, FAULT = 1, 2, 3, 70


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 done, 2 a mistake of the user, 3 a model did not converge, 70 a fault of ours."""
    if not sys.warnoptions:  # libraries' remarks to programmers; what a user must know is said in the results
        warnings.simplefilter("ignore")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a letter that the terminal lacks is printed as its code
            stream.reconfigure(errors="backslashreplace")
    call = parser_of_calls().parse_args(arguments)
    settle(native=call.native)
    try:
        require_space()
        return COMMANDS[call.command](call)
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


def _say(*texts: object) -> None:
    """Print results line by line: words of the user's files stand in them, and move no cursor."""
    for text in texts:
        for line in str(text).splitlines() or [""]:
            print(printable(line))


def _refuse(message: str) -> int:
    print(f"replicate: {message}", file=sys.stderr)
    return USER_ERROR


def _all(call: argparse.Namespace) -> int:
    from replication.versions.remake import remake

    done = remake(Project(call.project), call.step or "report", ("--native",) if call.native else ())
    _say(*done.lines)
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

    doubts = screen.doubts(done.doubts)
    minded = [line for account in done.records.accounts for line in screen.warnings(account)]
    if call.json:
        print(screen.as_json(done.study.study.id, str(done.folder), (*done.told, *doubts), done.records))
    elif call.quiet:
        _say(*doubts, *minded)
    else:
        shown = screen.coefficients(done.records, labels_of(done.study))
        _say(*done.told, *doubts, *shown, f"results in {done.folder}")


def _init(call: argparse.Namespace) -> int:
    from replication.study.first_study import first_study

    written, seen = first_study(
        call.data, call.out, call.entity, call.time, not call.no_time, _file_keys(call)
    )
    _say(*seen, f"{written} is written; run it with: replicate run {written}")
    return 0


def _file_keys(call: argparse.Namespace) -> FileKeys:
    """How the file is to be read, as far as the call says."""
    from replication.project.strict import validated
    from replication.spec import entries

    said = {key: value for key in ("header", "sheet") if (value := getattr(call, key)) is not None}
    return validated(said, entries.FileKeys, "call")


def _describe(call: argparse.Namespace) -> int:
    from replication.panel.read_table import read_user_table
    from replication.project.staging import new_file
    from replication.study.description import description

    out = new_file(call.out) if call.out is not None else None
    read = read_user_table(call.data, _file_keys(call))
    keys = (call.entity, call.time, not call.no_time)
    found = description(read, call.variables, call.by, call.where, *keys)
    if out is not None:
        found.write(out)
    _say(found.summary())
    return 0


def _explain(call: argparse.Namespace) -> int:
    from replication.study.explain import explain

    _say(*explain(Project(call.project), call.study, call.data))
    return 0


def _crosscheck(call: argparse.Namespace) -> int:
    from replication.crosscheck.second_opinion import crosscheck

    lines, agree = crosscheck(Project(call.project), call.study, call.data)
    return _tell_checked(lines[-1:] if call.quiet and agree else lines, agree)


def _published(call: argparse.Namespace) -> int:
    from replication.published.grade_articles import grade_articles, grade_file
    from replication.published.grades_told import cell_by_cell, told

    project = Project(call.project)
    lines = cell_by_cell(*grade_file(project, call.file)) if call.file else told(grade_articles(project))
    _say(*lines)
    return 0


def _export(call: argparse.Namespace) -> int:
    from replication.export.export_study import export

    _say(*export(Project(call.project), call.study, call.to, call.data, call.out))
    return 0


def _robustness(call: argparse.Namespace) -> int:
    from replication.robustness.robust_study import run_robustness

    _say(*run_robustness(Project(call.project), call.study, call.on, call.data, call.out))
    return 0


def _worker(call: argparse.Namespace) -> int:
    from replication.robustness.executors import serve

    serve(call.address)
    return 0


def _claims(call: argparse.Namespace) -> int:
    from replication.claims.ledger import make_ledger
    from replication.claims.terminal import told

    _say(*told(make_ledger(Project(call.project))))
    return 0


def _check_claims(call: argparse.Namespace) -> int:
    from replication.claims.ledger import check_file
    from replication.claims.terminal import told_by_verdict

    _say(*told_by_verdict(check_file(Project(call.project), call.file, call.data, call.out)))
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

    _say(words(call.of))
    return 0


def _schema(call: argparse.Namespace) -> int:
    import json

    from replication.claims.claim_entries import Ledger
    from replication.spec.article_entries import Article
    from replication.spec.entry_schema import entry_schema
    from replication.study.study_schema import study_schema

    made = {
        "study": study_schema,
        "claims": lambda: entry_schema(Ledger, "A claims file"),
        "published": lambda: entry_schema(Article, "A file of printed tables"),
    }
    _say(json.dumps(made[call.of](), indent=1))
    return 0


def _freeze(call: argparse.Namespace) -> int:
    from replication.versions.freeze import freeze

    _say(freeze(Project(call.project), call.why))
    return 0


def _check(call: argparse.Namespace) -> int:
    from replication.versions.checked import checked

    return _tell_checked(*checked(Project(call.project)))


def _compare(call: argparse.Namespace) -> int:
    from replication.versions.check import compare_words

    return _tell_checked(*compare_words(Project(call.project), call.old, call.new))


def _tell_checked(lines: Sequence[str], passed: bool) -> int:
    _say(*lines)
    return 0 if passed else MOVED


def _verify(call: argparse.Namespace) -> int:
    from replication.versions.verify import verify

    text, passed = verify(Project(call.project))
    _say(text)
    return 0 if passed else MOVED


def _trace(call: argparse.Namespace) -> int:
    from replication.versions.trace import trace

    _say(*trace(Project(call.project), call.table, call.row, call.column))
    return 0


def _why(call: argparse.Namespace) -> int:
    from replication.versions.why import why

    _say(*why(Project(call.project)))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "all": _all,
    "data": _data,
    "run": _run,
    "crosscheck": _crosscheck,
    "published": _published,
    "claims": _claims,
    "reconcile": _reconcile,
    "report": _report,
    "deposit": _deposit,
    "exhibits": _exhibits,
    "words": _words,
    "schema": _schema,
    "export": _export,
    "robustness": _robustness,
    "worker": _worker,
    "init": _init,
    "describe": _describe,
    "explain": _explain,
    "check_claims": _check_claims,
    "new_claims": _new_claims,
    "freeze": _freeze,
    "check": _check,
    "compare": _compare,
    "verify": _verify,
    "trace": _trace,
    "why": _why,
}
