"""A page in Chromium: what a reader would trip over, told as a list; none where no Chromium is installed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
WIDE, PHONE = 1280, 390  # pixels

# Text that is cut off, that lies over other text, or for which the page must be moved sideways.
_FAULTS = """() => {
  const faults = [];
  const root = document.documentElement;
  const said = (node) => node.data.trim().slice(0, 60);
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} wide in ${innerWidth}`);
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (!node.data.trim() || !around.checkVisibility()) continue;
    if (around.closest("svg, style, script, .skip")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      boxes.push({box, node});
      for (let parent = around; parent; parent = parent.parentElement) {
        const style = getComputedStyle(parent);
        const frame = parent.getBoundingClientRect();
        const hides = (way) => ["hidden", "clip"].includes(way);
        if ((hides(style.overflowX) && box.right > frame.right + 1)
            || (hides(style.overflowY) && box.bottom > frame.bottom + 1))
          faults.push(`cut off: ${said(node)}`);
      }
      const cell = around.closest("td, th");
      if (cell && box.right > cell.getBoundingClientRect().right + 1)
        faults.push(`out of its cell: ${said(node)}`);
    }
  }
  boxes.sort((a, b) => a.box.top - b.box.top);
  boxes.forEach(({box, node}, place) => {
    for (let next = place + 1; next < boxes.length && boxes[next].box.top < box.bottom - 3; next++) {
      const other = boxes[next];
      const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const down = Math.min(box.bottom, other.box.bottom) - other.box.top;
      if (other.node !== node && across > 2 && down > 4)
        faults.push(`over one another: ${said(node)} / ${said(other.node)}`);
    }
  });
  return faults;
}"""
_STOPS = """() => [...document.querySelectorAll("a[href], summary, [tabindex], input, select, button")]
  .filter(each => each.tabIndex >= 0 && each.checkVisibility()).length"""
_UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, width: int = WIDE, *, dark: bool = False) -> Iterator[Page]:
    """A file in a window; what the page says on the console, or asks of a network, is an error."""
    said: list[str] = []
    page = browser.new_page(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda sent: sent.url.startswith("file:") or said.append(f"asks for {sent.url}"))
    page.goto(path.as_uri())
    yield page
    page.close()
    assert said == []


def unfold(page: Page) -> None:
    """Open all that is folded."""
    page.evaluate(_UNFOLD)


def faults(page: Page) -> list[str]:
    """Text that is cut off, overlaps or does not fit the width."""
    return list(page.evaluate(_FAULTS))


def violations(page: Page, *rules: str) -> list[str]:
    """Rules of accessibility, all or those named, that axe-core finds broken, each with a place."""
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def tab_stops(page: Page) -> int:
    """How many presses of the Tab key lead through the page as it stands."""
    return int(page.evaluate(_STOPS))


def printed_pages(page: Page) -> int:
    """How many pages the print of a page has."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def dead_links(page: Page, path: Path) -> list[str]:
    """Addresses on a page that lead nowhere: to no element, no file beside it, or no element in that."""
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    return [href for href in dict.fromkeys(hrefs) if not _arrives(path, href)]


def _arrives(path: Path, href: str) -> bool:
    file, _, anchor = href.partition("#")
    target = path.parent / file if file else path
    return target.is_file() and (not anchor or f'id="{anchor}"' in _text(target))


def _text(path: Path, known: dict[Path, str] = {}) -> str:  # noqa: B006 (kept on purpose: pages are large)
    return known.setdefault(path, path.read_text(encoding="utf-8"))
