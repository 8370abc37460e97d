"""The ledger's page as a reader meets it: wide, on a phone, on paper, by keyboard, without scripts."""

from __future__ import annotations

import re
import shutil

import pytest

from replication.claims.ledger import check_file
from replication.project.places import Project
from tests.support.repository import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
EXAMPLE = ROOT / "claims" / "example"
VISIBLE = "[...document.querySelectorAll('#rows tbody tr')].filter(row => row.getClientRects().length).length"
CLAIMS = 12


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page of the example."""
    folder = tmp_path_factory.mktemp("page")
    check_file(Project(folder), EXAMPLE / "claims.toml", EXAMPLE, folder / "ledger")
    return (folder / "ledger" / "ledger.html").as_uri()


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(params=[1280, 390])
def page(browser, address, request):
    """The page at one width; an error of its script or a second request fails the test."""
    shown = browser.new_page(viewport={"width": request.param, "height": 700})
    wrong, asked = [], []
    shown.on("pageerror", lambda problem: wrong.append(str(problem)))
    shown.on("request", lambda sent: asked.append(sent.url))
    shown.goto(address)
    yield shown
    assert wrong == [] and {each.partition("#")[0] for each in asked} == {address}
    shown.close()


def counted(page) -> tuple[str, int]:
    return page.locator("#shown").inner_text(), page.evaluate(VISIBLE)


def test_the_verdict_comes_first_in_colour_and_nothing_runs_out_of_the_side(page):
    first = page.locator("#rows tbody tr").first.locator("td, th").first
    assert first.inner_text().startswith("reproduced")
    colours = page.locator("#rows .tag").evaluate_all("all => all.map(tag => getComputedStyle(tag).color)")
    assert len(set(colours)) >= 5
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_filters_and_words_leave_the_rows_that_fit_and_a_button_shows_all(page):
    assert counted(page) == (f"{CLAIMS} of {CLAIMS} claims", CLAIMS)
    page.select_option("select[name=verdict]", "consistent")
    assert counted(page) == (f"2 of {CLAIMS} claims", 2)
    page.fill("input[name=words]", "MARCH closed")
    assert counted(page) == (f"1 of {CLAIMS} claims", 1)
    page.fill("input[name=words]", "nothing like it")
    assert counted(page) == (f"0 of {CLAIMS} claims", 0)
    page.click("button[type=reset]")
    page.wait_for_function(f"document.getElementById('shown').textContent.startsWith('{CLAIMS} of')")
    assert counted(page)[1] == CLAIMS


def test_a_link_to_a_hidden_row_shows_it_below_the_heading(page):
    page.select_option("select[name=verdict]", "not checkable")
    page.locator("ol.told a").first.click()
    page.wait_for_function(f"{VISIBLE} === {CLAIMS}")
    top = page.evaluate("document.querySelector(':target').getBoundingClientRect().top")
    under = page.evaluate("document.querySelector('#rows thead th').getBoundingClientRect().bottom")
    assert under <= top < page.viewport_size["height"]


def test_headings_stay_at_the_top_where_there_are_columns(page):
    page.locator("#rows tbody tr").nth(6).evaluate("row => row.scrollIntoView()")
    top = page.evaluate("document.querySelector('#rows thead th').getBoundingClientRect().top")
    shown = page.locator("#rows thead").is_visible()
    assert (shown and abs(top) <= 1) if page.viewport_size["width"] > 800 else not shown


def test_the_keyboard_reaches_the_parts_and_the_filters(page):
    names = []
    for _ in range(40):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.name || document.activeElement.hash"))
    assert names[:3] == ["#counts", "#contradictions", "#claims"]
    assert [name for name in names if name in ("words", "document", "verdict", "support")] == [
        *("words", "document", "verdict", "support")
    ]


def test_nothing_bars_readers_with_other_means(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_on_paper_there_is_no_form_and_without_scripts_every_row(browser, address):
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(address)
    assert not plain.locator("#find").is_visible()
    assert plain.locator("#rows tbody tr").count() == CLAIMS
    paper = browser.new_page()
    paper.goto(address)
    paper.emulate_media(media="print")
    assert not paper.locator("#find").is_visible() and not paper.locator("#figures").is_visible()
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", paper.pdf(format="A4"))) <= 4
