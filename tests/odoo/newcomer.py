"""Somebody new before the panel: what they press and type is counted, and every page they pass is looked at.

Pages are looked at 390 px wide, too: none may scroll sideways. With WOODOO_PICTURES set to a folder, each is kept there
as a picture, light and dark, wide and narrow.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SCHEMES = ("dark", "light")
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: What has the focus shows it, by a ring or a shadow.
_SHOWN = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return one.matches(":focus-visible") && (ring || style.boxShadow !== "none");
}"""


@dataclass
class Step:
    """One step of the way: buttons and links pressed, fields filled in, seconds the machines took."""

    name: str
    presses: int = 0
    fields: int = 0
    seconds: float = 0.0


class Newcomer:
    """A person at a browser window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps: list[Step] = []
        self._astray = False
        #: Seconds spent on looking and on going astray, which are not the step's.
        self._looked = 0.0
        folder = os.environ.get("WOODOO_PICTURES")
        self._folder = Path(folder) if folder else None

    # -- what is counted ----------------------------------------------------------------------------------------

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what is done within as one step."""
        begun, self._looked = time.monotonic(), 0.0
        self.steps.append(Step(name))
        yield
        self.steps[-1].seconds = round(time.monotonic() - begun - self._looked, 1)

    @contextmanager
    def astray(self) -> Iterator[None]:
        """Do something wrong first; a straight way is without it, so it is not counted."""
        begun, self._astray = time.monotonic(), True
        yield
        self._astray = False
        self._looked += time.monotonic() - begun

    def press(self, one: Locator) -> None:
        """Press a button or a link with the mouse."""
        one.click()
        self._count("presses")

    def fill(self, label: str, text: str) -> None:
        """Fill in a field."""
        self.page.get_by_label(label, exact=True).fill(text)
        self._count("fields")

    def choose(self, label: str, option: str) -> None:
        """Choose from a list what has these words."""
        one = self.page.get_by_label(label, exact=True)
        one.select_option(one.locator("option", has_text=option).first.get_attribute("value"))
        self._count("fields")

    def _count(self, what: str) -> None:
        if not self._astray and self.steps:
            setattr(self.steps[-1], what, getattr(self.steps[-1], what) + 1)

    # -- by keyboard alone --------------------------------------------------------------------------------------

    def tab_to(self, one: Locator) -> None:
        """Come to a field, button or link by Tab, seeing at every stop where one is."""
        for _ in range(40):
            if one.evaluate("one => one === document.activeElement"):
                assert self.page.evaluate(_SHOWN), self.page.evaluate("document.activeElement.outerHTML")
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not come to {one}")

    def type_into(self, label: str, text: str) -> None:
        """Come to a field by Tab, and type in place of what stands there."""
        self.tab_to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)
        self._count("fields")

    def enter(self) -> None:
        """Press Enter."""
        self.page.keyboard.press("Enter")
        self._count("presses")

    # -- what is looked at --------------------------------------------------------------------------------------

    def look(self, name: str) -> None:
        """See that the page fits a phone, and keep pictures of it where they are wanted."""
        begun = time.monotonic()
        self.page.evaluate("scrollTo(0, 0)")
        self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        wide = self.page.evaluate(_SIDEWAYS)
        assert wide <= 0, f"{name} is {wide} px too wide for a phone"
        if self._folder:
            self._take(name, "phone")
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        if self._folder:
            self._take(name, "wide")
        if not self._astray:
            self._looked += time.monotonic() - begun

    def _take(self, name: str, size: str) -> None:
        assert self._folder
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            expect(self.page.locator("html")).to_have_attribute("data-bs-theme", scheme)
            self.page.wait_for_function("document.fonts.status === 'loaded'")
            path = self._folder / f"{name}-{size}-{scheme}.png"
            self.page.screenshot(path=path, full_page=True, animations="disabled")
        if size == "wide":
            self.page.screenshot(path=self._folder / f"{name}.png", animations="disabled")

    def keep_figures(self) -> None:
        """Write down what each step took, where pictures are kept."""
        if self._folder:
            lines = [
                f"{one.name}: {one.presses} pressed, {one.fields} filled in, {one.seconds} s" for one in self.steps
            ]
            (self._folder / "steps.txt").write_text("\n".join(lines) + "\n", "utf-8")
