"""A whole deposit, of the real sources and studies, with results in miniature."""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys

import frictionless
import numpy as np
import pytest
import requests
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rocrate_validator import services
from rocrate_validator.models import ValidationSettings
from rocrate_validator.utils.http import HttpRequester

from replication.cli import main
from replication.deposit import assemble
from replication.deposit.contents import SINGLE, deposited
from replication.deposit.exhibit_list import exhibits
from replication.project.places import Project
from replication.sources.registry import load
from replication.spec.read_study import read_study
from replication.versions.attest import Cost
from replication.versions.compare import compare_folders
from replication.versions.manifest import Machine
from tests.support.repository import HERE

# The crate's context: what the words that we use stand for in the published one of edition 1.2.
WORDS = (
    "about", "author", "contentSize", "creditText", "datePublished", "description", "encodingFormat",
    "hasPart", "license", "name", "publisher", "sha256", "version", "Dataset", "CreativeWork", "Organization",
    "SoftwareSourceCode",
)  # fmt: skip
CONTEXT = {
    **{word: f"http://schema.org/{word}" for word in WORDS},
    "File": "http://schema.org/MediaObject",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
}
KNOWN = {"https://w3id.org/ro/crate/1.2/context": {"@context": CONTEXT}}
SECTIONS = (
    "## Overview",
    "## Data availability and provenance statements",
    "### Statement about rights",
    "### Summary of availability",
    "### Details on each data source",
    "## Dataset list",
    "## Computational requirements",
    "### Software requirements",
    "### Controlled randomness",
    "### Memory, runtime, storage requirements",
    "## Description of programs",
    "## Instructions to replicators",
    "## List of exhibits and programs",
    "### In-text numbers",
    "## References",
)


MEASURED = Cost("2026-11-28", 31.4, 28.0, 281, Machine("A processor", 2, 23.5, "A system", {}))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The repository's sources, studies and programs; in place of each exhibit a file that names it."""
    root = tmp_path_factory.mktemp("whole")
    for name in ("data/raw", "cleaning", "specs", "claims", "docs", "replication"):
        shutil.copytree(HERE.root / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SINGLE:
        shutil.copy(HERE.root / name, root / name)
    project = Project(root)
    project.processed.mkdir()
    (project.processed / "codebook.csv").write_text("table,column\na,b\n")
    (project.processed / "codebook.md").write_text("# Codebook\n")
    outputs = [exhibit.output.replace("output/", "", 1) for exhibit in exhibits(project)]
    for place in dict.fromkeys([*outputs, "katada/manifest.json", "report.html"]):
        (project.current / place).parent.mkdir(parents=True, exist_ok=True)
        (project.current / place).write_text(f"{place}\n{place}\n")
    with pytest.MonkeyPatch.context() as patch:  # files that name exhibits follow from nothing
        patch.setattr(assemble, "require_current", lambda project: None)
        patch.setattr(assemble, "measured", lambda project: MEASURED)
        assert main(["--project", str(root), "deposit"]) == 0
        yield project


def test_the_readme_has_every_section_of_the_template(project):
    text = (project.deposit / "README.md").read_text()
    assert [line for line in SECTIONS if f"\n{line}\n" not in text] == []


def test_the_readme_has_a_row_for_each_source_and_each_exhibit(project):
    text = (project.deposit / "README.md").read_text()
    sources, shown = load(project), exhibits(project)
    assert [path for path in sources if text.count(f"`data/raw/{path}`") < 2] == []
    assert [item.name for item in shown if f"| {item.name} |" not in text] == []
    assert len(shown) == len({item.output for item in shown}) + len(list(project.claims.glob("*.toml"))) - 1
    tables = sum(
        len(re.findall(r"^\[\[(?:tables|figures)\]\]", path.read_text(), re.M))
        for path in project.specs.glob("*.toml")
    )
    curves = [spec for path in project.study_files for spec in read_study(path).robustness]
    of_curves = sum(len(spec.tables) + bool(spec.choices) for spec in curves)
    assert len(shown) == tables + of_curves + len(list(project.claims.glob("*.toml")))


def test_the_readme_names_no_program_that_is_not_there(project):
    text = (project.deposit / "README.md").read_text()
    named = set(re.findall(r"`((?:replication|cleaning|docs|data/raw|claims|specs)(?:/[\w./]+)?)`", text))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (project.deposit / name).exists()] == []
    there = {f"replication/{path.parent.name}" for path in (HERE.root / "replication").glob("*/__init__.py")}
    assert there <= named


def test_every_exhibit_names_the_line_of_its_entry(project):
    for item in exhibits(project):
        if item.name.startswith("ledger"):
            continue
        file = item.entry.split()[0]
        line = (project.root / file).read_text().splitlines()[item.line - 1]
        assert line.replace(" ", "") == f'id="{item.entry.split()[-1]}"'


def test_the_manifest_lists_every_file_with_its_checksum(project):
    folder = project.deposit
    lines = (folder / "manifest-sha256.txt").read_text().splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(listed) == files - {"manifest-sha256.txt"}
    for name, sha in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha


def test_the_crate_says_what_a_root_data_set_must(project):
    crate = json.loads((project.deposit / "ro-crate-metadata.json").read_text())
    assert crate["@context"] == "https://w3id.org/ro/crate/1.2/context"
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    about = entities["ro-crate-metadata.json"]
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"} and about["about"] == {"@id": "./"}
    root = entities["./"]
    assert root["@type"] == "Dataset" and all(root[key] for key in ("name", "description", "license"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", root["datePublished"])
    for part in root["hasPart"]:
        content = (project.deposit / part["@id"]).read_bytes()
        entity = entities[part["@id"]]
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert entity["contentSize"] == str(len(content))


def test_the_data_package_names_each_raw_file_with_its_columns(project):
    package = json.loads((project.deposit / "datapackage.json").read_text())
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert len(package["resources"]) == len(load(project))
    for resource in package["resources"]:
        # Patterns of the published schemas of the two descriptors (specs.frictionlessdata.io).
        assert re.fullmatch(r"([-a-z0-9._/])+", resource["name"])
        path = project.deposit / resource["path"]
        assert resource["bytes"] == path.stat().st_size
        assert resource["hash"] == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        header = next(csv.reader(path.read_text().splitlines()))
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert all(re.fullmatch(r"[-a-zA-Z0-9._]+", licence["name"]) for licence in resource["licenses"])


def test_the_crate_is_valid_by_its_own_validator(project, monkeypatch, tmp_path):
    def from_here(self, address, **_):
        answer = requests.Response()
        answer.status_code, answer.headers["Content-Type"] = 200, "application/ld+json"
        answer._content = json.dumps(KNOWN[address]).encode()
        return answer

    monkeypatch.setattr(SPARQLProcessor, "query", with_queries_read_once(SPARQLProcessor.query))
    monkeypatch.setattr(HttpRequester, "get", from_here, raising=False)
    monkeypatch.setattr(HttpRequester, "head", from_here, raising=False)

    def issues(folder):
        crate = ValidationSettings(rocrate_uri=str(folder), profile_identifier="ro-crate-1.2", offline=True)
        return [f"{one.violatingEntity}: {one.message}" for one in services.validate(crate).get_issues()]

    of_each_kind(project.deposit, tmp_path)
    assert issues(tmp_path) == []
    # The validator sees what is missing.
    place = tmp_path / "ro-crate-metadata.json"
    crate = json.loads(place.read_text())
    crate["@graph"][1].pop("datePublished")
    crate["@graph"][1]["hasPart"] = []
    crate["@graph"] = [entity for entity in crate["@graph"] if "File" not in entity["@type"]]
    place.write_text(json.dumps(crate))
    assert [line for line in issues(tmp_path) if "datePublished" in line]


def with_queries_read_once(query):
    """The validator's own queries, which it reads anew for each entity: nine tenths of its time."""
    prepared = functools.cache(lambda text, names, base: prepareQuery(text, dict(names), base))

    def ask(self, text, initBindings=None, initNs=None, base=None, DEBUG=False):
        return query(self, prepared(text, tuple((initNs or {}).items()), base), initBindings, initNs, base)

    return ask


def of_each_kind(deposit, folder):
    """The crate of a deposit with one file of each kind that it tells of: what a rule can tell apart."""
    crate = json.loads((deposit / "ro-crate-metadata.json").read_text())
    files, others = {}, []
    for entity in crate["@graph"]:
        odd = "".join(sorted(set(re.findall(r"[^A-Za-z0-9/._-]", entity["@id"]))))
        kind = (odd, str(entity["@type"]), *entity, entity.get("encodingFormat"), str(entity.get("license")))
        if "File" in entity["@type"]:
            files.setdefault(kind, entity)
        else:
            others.append(entity)
    assert 20 < len(files) < 80 and others[1]["@id"] == "./"
    others[1]["hasPart"] = [{"@id": entity["@id"]} for entity in files.values()]
    for entity in files.values():
        (folder / entity["@id"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(deposit / entity["@id"], folder / entity["@id"])
    crate["@graph"] = [*others, *files.values()]
    (folder / "ro-crate-metadata.json").write_text(json.dumps(crate))


def test_the_data_package_and_its_figures_are_valid_by_their_own_validator(project, monkeypatch):
    def refuse(*_):
        raise OSError("tests ask nothing of a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = frictionless.validate(str(project.deposit / "datapackage.json"))
    assert found.flatten(["type", "message"]) == [] and found.valid
    assert len(found.tasks) == len(load(project))


def test_the_readme_as_pdf_is_the_same_each_time(project, tmp_path):
    text = (project.deposit / "README.md").read_text()
    write = "import sys, pathlib; from replication.deposit.readme_pdf import write_readme_pdf as w"
    again = [
        sys.executable, "-c", f"{write}; w(pathlib.Path(sys.argv[1]), sys.stdin.read())", tmp_path / "again",
    ]  # fmt: skip
    subprocess.run(again, input=text, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "4711"})
    first = (project.deposit / "README.pdf").read_bytes()
    assert first == (tmp_path / "again").read_bytes()
    assert first.startswith(b"%PDF-") and first.count(b"/Type /Page\n") + first.count(b"/Type /Page ") > 5


def test_what_was_run_is_not_deposited_twice(project):
    copy = next(path for path in project.current.iterdir() if path.is_dir()) / "article.toml"
    copy.write_text("title = 'as it was graded'\n")
    try:
        names = deposited(project)
    finally:
        copy.unlink()
    assert [name for name in names if name.endswith(".csv") and name.startswith("output/")]
    assert not [name for name in names if name.endswith(".toml") and name.startswith("output/")]


@pytest.fixture
def without_pdf(monkeypatch):
    """No pages are set, which takes longest, where a deposit is to be refused."""
    monkeypatch.setattr(assemble, "write_readme_pdf", lambda path, text: path.write_text("no pages"))


def test_a_finding_fails_the_build_and_leaves_the_old_folder(project, without_pdf, capsys):
    before = (project.deposit / "README.md").read_bytes()
    bad = project.root / "docs" / "copy.md"
    bad.write_text("[nowhere](nothing.md)\n")
    try:
        assert main(["--project", str(project.root), "deposit"]) == 2
    finally:
        bad.unlink()
    told = capsys.readouterr().err
    assert told == "replicate: links: docs/copy.md: 'nothing.md' leads nowhere in this folder\n"
    assert (project.deposit / "README.md").read_bytes() == before
    assert not (project.deposit / "docs" / "copy.md").exists()


def test_a_folder_that_was_not_made_here_is_left_alone(project, tmp_path, capsys):
    other = Project(tmp_path)
    (tmp_path / "deposit").mkdir()
    (tmp_path / "deposit" / "thesis.tex").write_text("x")
    assert main(["--project", str(other.root), "deposit"]) == 2
    assert "is no deposit made here" in capsys.readouterr().err
    assert (tmp_path / "deposit" / "thesis.tex").exists()


def test_a_record_without_rows_that_a_deposit_leaves_out_is_no_change(tmp_path):
    header = "study,model,name,value\n"
    for folder, files in (("old", {}), ("new", {"models.csv": header})):
        place = tmp_path / folder / "one"
        place.mkdir(parents=True)
        for name, text in {"manifest.json": "{}", **files}.items():
            (place / name).write_text(text)
    found = compare_folders(tmp_path / "old", tmp_path / "new", ("old", "new"))
    assert found.grade() == "identical"


def test_the_readme_names_what_the_results_were_made_with_and_what_to_expect(project):
    text = (project.deposit / "README.md").read_text()
    made = re.search(r"What stands in `output/` was made with (.*)", text)[1]
    assert f"numpy {np.__version__}" in made and "python 3." in made and "pytest" not in made
    assert "A processor, 2 cores, 23.5 GiB, A system." in made
    assert "- [x] <10 minutes" in text and "- Run time: 31 seconds, 28 of them at work." in text
    assert "`make all` ends with one line: `PASS`" in text and "on Windows" in text


def test_a_run_in_a_deposit_is_compared_with_the_results_as_published(tmp_path, capsys):
    table = "study,model,error,name,of,value\ns,m,,nobs,,12.0\n"
    for folder in ("output", "results/current"):
        place = tmp_path / folder / "s"
        place.mkdir(parents=True)
        (place / "manifest.json").write_text('{"study": "s", "files": {}}')
        (place / "models.csv").write_text(table)
    (tmp_path / "results/current/s/dropped_rows.csv").write_text("study,model,entity,time,cause\n")
    assert main(["--project", str(tmp_path), "check"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("PASS: all 1 cells")
    (tmp_path / "results/current/s/models.csv").write_text(table.replace("12.0", "13.0"))
    assert main(["--project", str(tmp_path), "check"]) == 1
    assert capsys.readouterr().out.startswith("s/models.csv: m, nobs, value: 12.0 -> 13.0 (value")


@pytest.mark.parametrize("content", ["{}", "[]", '{"date": "2026-11-28", "seconds": 1, "machine": 3}', "{"])
def test_an_attestation_that_is_none_is_told(project, content, capsys):
    place = project.attestation.with_suffix(".json")
    place.write_text(content)
    try:
        assert main(["--project", str(project.root), "deposit"]) == 2
    finally:
        place.unlink()
    assert "attestation.json: is not as this program writes it: " in capsys.readouterr().err


def test_a_citation_that_is_no_text_is_told(project, without_pdf, capsys):
    place = project.root / "CITATION.cff"
    good = place.read_bytes()
    place.write_bytes(b"\xff\xfe")
    try:
        assert main(["--project", str(project.root), "deposit"]) == 2
    finally:
        place.write_bytes(good)
    assert "CITATION.cff: byte 1 is not UTF-8" in capsys.readouterr().err
