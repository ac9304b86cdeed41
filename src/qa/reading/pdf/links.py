"""The links of a page: where they lie, and where they lead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pypdf import PageObject
from pypdf.errors import PyPdfError

from qa.reading.pdf.runs import Run, turn

# More annotations than this are no links of a page.
LINKS_AT_MOST = 5_000
# A link lies on a run if it covers this share of it.
COVERED = 0.5
# A link on a run reaches from below its baseline to above its letters, in type sizes.
BELOW, ABOVE = -0.5, 1.2


@dataclass(frozen=True, slots=True)
class LinkArea:
    """A rectangle that leads to a web address, or (`url` empty) to another place of the file."""

    left: float
    bottom: float
    right: float
    top: float
    url: str


@dataclass(frozen=True, slots=True)
class PageLinks:
    """The link areas of one page, in the frame of its runs."""

    areas: tuple[LinkArea, ...]

    def target(self, run: Run) -> str:
        """The web address that most of a run leads to; "" for none."""
        return next((area.url for area in self.areas if area.url and _covers(area, run)), "")

    def leads_within(self, run: Run) -> bool:
        """Whether a run, and no more than it, leads to another place of the file, as the mark of a note does."""
        room = run.end - run.x + run.size
        return any(not area.url and area.right - area.left <= room and _covers(area, run) for area in self.areas)


def page_links(page: PageObject, quarters: int) -> PageLinks:
    """The links of a page whose points are turned by `quarters`. Only http and https lead out."""
    areas = []
    try:
        annotations = list(page.annotations or ())[:LINKS_AT_MOST]
    except (PyPdfError, AttributeError, KeyError, TypeError, ValueError):
        annotations = []
    for annotation in annotations:
        try:
            area = _area(annotation.get_object(), quarters)
        except (PyPdfError, AttributeError, KeyError, TypeError, ValueError, IndexError):
            continue
        if area:
            areas.append(area)
    return PageLinks(tuple(areas))


def _area(annotation: Any, quarters: int) -> LinkArea | None:
    if annotation.get("/Subtype") != "/Link":
        return None
    x, y, other_x, other_y = (float(value) for value in annotation["/Rect"])
    one, other = turn((x, y), quarters), turn((other_x, other_y), quarters)
    action = annotation.get("/A")
    action = action.get_object() if action is not None else {}
    url = str(action.get("/URI", ""))
    if "/URI" in action and not re.match(r"https?://", url, re.IGNORECASE):
        return None
    left, right = sorted((one[0], other[0]))
    bottom, top = sorted((one[1], other[1]))
    return LinkArea(left, bottom, right, top, url)


def _covers(area: LinkArea, run: Run) -> bool:
    width = max(run.end - run.x, 0.1)
    shared = min(area.right, run.end + 0.1) - max(area.left, run.x)
    upright = area.bottom < run.y + ABOVE * run.size and area.top > run.y + BELOW * run.size
    middle = run.y + 0.3 * run.size
    return shared >= COVERED * width and upright and area.bottom <= middle <= area.top + 0.2 * run.size
