"""The curve that a reader ticks: the same numbers in the page as here, from data that a page can hold."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest

from replication.project.places import PACKAGE
from replication.robustness.curve import curve
from replication.robustness.curve_page import MOST_BYTES, Checked, live, said, section
from replication.robustness.curve_summary import curve_summary
from replication.robustness.curve_tables import curve_tables
from replication.robustness.executors import here
from replication.robustness.factors import factors
from tests.engine.robustness.test_curve import MODEL, panel, read, whole  # noqa: F401 (panel is a fixture)

CHROMIUM = shutil.which("chromium")
TEMPLATES = PACKAGE / "report" / "templates"
DATA = re.compile(r'<script type="application/json">(.*?)</script>')


@pytest.fixture(scope="module")
def found(panel, tmp_path_factory):  # noqa: F811
    spec = read(id="made_up", title="A < B & C", inference={"draws": 99})
    return curve(panel, spec, MODEL, here, tmp_path_factory.mktemp("curve"))


def html(*curves):
    done = [Checked(each.spec, each, tuple(curve_tables(each, {}))) for each in curves]
    return section("mine-robustness", done, {})


@pytest.fixture(scope="module")
def page(found):
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    style, script = ((TEMPLATES / name).read_text() for name in ("curves.css", "curves.js"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page()
        wrong = []
        shown.on("pageerror", lambda problem: wrong.append(problem))
        shown.set_content(f"<style>{style}</style>{html(found)}<script>{script}</script>")
        shown.wait_for_selector("dl.left data")
        yield shown
        assert wrong == []
        browser.close()


def told(page):
    """The numbers under the curve, in full."""
    terms = page.locator("dl.left dt").all_text_contents()
    values = page.locator("dl.left data").evaluate_all("all => all.map(each => each.value)")
    return dict(zip(terms, map(float, values), strict=True))


def tick(page, factor, code, on):
    page.locator("fieldset").nth(factor).locator("input").nth(code).set_checked(on)


def test_the_page_shows_what_the_table_says(page, found):
    assert told(page) == pytest.approx(curve_summary(found), rel=1e-9, abs=1e-9)
    assert page.locator("figure.curve svg path.line").count() == 1
    assert page.locator("figure.curve svg circle.reported").count() == 1


@pytest.mark.parametrize("seed", range(6))
def test_what_is_left_has_the_same_numbers_as_here(page, found, seed):
    rows, random = whole(found), np.random.default_rng(seed)
    kept = np.ones(len(rows), dtype=bool)
    known = list(factors(found.universe))
    for place in random.choice(len(known), 3, replace=False):
        factor = known[place]
        off = int(random.integers(1 if factor.control is None else 0, len(factor.labels)))
        tick(page, place, off, False)
        kept &= factor.codes(rows["number"].to_numpy()) != off
    assert 1 < kept.sum() < len(rows)
    left = rows[kept]
    shown = told(page)
    reported = float(rows["estimate"].iloc[0])
    assert shown["specifications"] == kept.sum()
    assert shown["median"] == pytest.approx(left["estimate"].median(), rel=1e-9, abs=1e-9)
    assert shown["lower quartile"] == pytest.approx(left["estimate"].quantile(0.25), rel=1e-9, abs=1e-9)
    assert shown["smallest"] == pytest.approx(left["estimate"].min(), rel=1e-9, abs=1e-9)
    assert shown["largest"] == pytest.approx(left["estimate"].max(), rel=1e-9, abs=1e-9)
    assert shown["share positive"] == pytest.approx((left["estimate"] > 0).mean(), rel=1e-9)
    significant = left["p_value"] < 0.05
    assert shown["share significant"] == pytest.approx(significant.mean(), rel=1e-9)
    assert shown["share significant and negative"] == pytest.approx(
        (significant & (left["estimate"] < 0)).mean(), rel=1e-9
    )
    # Estimates that are the same but for rounding may fall on either side of the reported one.
    assert shown["share below the reported"] == pytest.approx((left["estimate"] < reported).mean(), abs=1e-3)
    page.get_by_role("button", name="All choices").click()
    assert told(page)["specifications"] == len(rows)


def test_nothing_left_is_said(page, found):
    for code in range(2):
        tick(page, 0, code, False)
    assert page.locator("dl.left").text_content() == "No specification makes these choices."
    assert page.locator("figure.curve svg").count() == 0
    page.get_by_role("button", name="All choices").click()


def test_intervals_in_the_page_are_those_of_the_table(page, found):
    rows = whole(found).sort_values("number")
    packed = live(found, {})["sides"]
    sides = page.evaluate("sides => sides.map(side => [...numbersOf(side)])", packed)
    for side, name in zip((sides[0], sides[-1]), ("conf_low", "conf_high"), strict=True):
        assert side == pytest.approx((rows["estimate"] - rows[name]).abs().tolist(), rel=1e-9, abs=1e-9)


def test_texts_are_escaped_and_data_stay_data(found):
    text = html(found)
    assert "A &lt; B &amp; C" in text and "A < B" not in text
    (data,) = DATA.findall(text)
    assert json.loads(data)["decimals"] >= 0
    assert "<" not in data
    assert f"Of {len(found):,} specifications" in said(found)


def test_curves_beyond_what_a_page_holds_stand_among_the_files(found, monkeypatch):
    size = len(DATA.findall(html(found))[0])
    assert size < MOST_BYTES
    monkeypatch.setattr("replication.robustness.curve_page.MOST_BYTES", int(1.5 * size))
    text = html(found, found)
    assert len(DATA.findall(text)) == 1
    assert "room for the data of no further curve" in text
