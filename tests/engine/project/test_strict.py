"""A TOML or JSON file is read within limits, and what is wrong with it is one sentence."""

from __future__ import annotations

import os
import time

import pytest

from replication.errors import DataError, StudyError
from replication.project.places import Project
from replication.project.strict import read_json_as, read_toml
from replication.spec.settings import Settings, settings_of


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a." * 400_000 + b"a = 1", "a key of more than 50 parts"),
        (b'"a" . ' * 100_000 + b"a = 1", "a key of more than 50 parts"),
        (b"[" + b"a." * 400_000 + b"a]", "a key of more than 50 parts"),
        (b"a = " + b"[" * 400_000, "nested too deep"),
        (b"a = " + b"{b = " * 100_000, "nested too deep"),
        (b"a = " + b"9" * 10_000, "a number too long"),
        (b"a = \xff", "byte 5 is not UTF-8"),
        (b"a =", "not TOML: "),
        (b"x" * 1_000_001, "1,000,001 bytes; allowed: at most 1,000,000"),
    ],
)
def test_toml_that_costs_time_or_stack_is_refused_at_once(tmp_path, content, told):
    (tmp_path / "a.toml").write_bytes(content)
    started = time.perf_counter()
    with pytest.raises(StudyError) as caught:
        read_toml(tmp_path / "a.toml")
    assert time.perf_counter() - started < 2
    assert told in str(caught.value) and len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["x" * 900_000, "-" * 900_000, '"' * 3 + "a.b " * 200_000 + '"' * 3])
def test_long_texts_are_searched_for_keys_in_no_time(tmp_path, text):
    (tmp_path / "a.toml").write_text(f"a = {text if text[0] == chr(34) else repr(text)}")
    started = time.perf_counter()
    assert len(read_toml(tmp_path / "a.toml")["a"]) >= 800_000
    assert time.perf_counter() - started < 2


def test_the_mark_that_windows_puts_first_is_no_letter(tmp_path):
    (tmp_path / "a.toml").write_text("a = 1", encoding="utf-8-sig")
    assert read_toml(tmp_path / "a.toml") == {"a": 1}


@pytest.mark.parametrize("name", ["pipe", "device", "folder", "none"])
def test_what_never_ends_is_not_opened(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    told = "there is no such file" if name == "none" else "is no plain file"
    with pytest.raises(StudyError, match=told):
        read_toml(tmp_path / name)
    with pytest.raises(DataError, match=told):
        read_json_as(tmp_path / name, dict[str, str])


@pytest.mark.parametrize(
    "content",
    ["", "[" * 100_000, '{"a": 1}', "[]", '{"a": "\\ud800"}', '{"a": ' + "9" * 10_000 + "}", "nan", "{"],
)
def test_json_of_another_shape_is_one_line(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(DataError, match="a.json: is not as this program writes it: ") as caught:
        read_json_as(tmp_path / "a.json", dict[str, str])
    assert len(str(caught.value)) < 300 and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["tool = 3", "[tool]\nreplication = 3", "[tool]\nreplication = []"])
def test_settings_of_another_shape_are_one_line_or_none(tmp_path, content):
    (tmp_path / "pyproject.toml").write_text(content)
    if content == "tool = 3":
        assert settings_of(Project(tmp_path)) == Settings()
        return
    with pytest.raises(StudyError, match=r"the file is .*; allowed: a table of keys"):
        settings_of(Project(tmp_path))
