"""What JupyterLab looks like: for somebody who learns, and for a class in front of a projector.

Each look has a folder of settings of its own below the checkout. What a person changes there by JupyterLab's menus is
kept, and stays with that look.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.base.paths import write_json, write_text

# What JupyterLab would ask of everybody, answered: it works with no network, and looks nothing up.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},  # room for the chapters' names
    "@jupyterlab/toc-extension:registry": {"maximalDepth": 3, "includeOutput": False},
}
# The sizes stand above those of the themes, and below what a person chooses by Settings → Theme. A drawing is a picture
# whose text is 16 px high, and which stays as it was drawn when somebody changes the theme.
STYLE = """\
html:root {{ --jp-code-font-size: {code}px; --jp-content-font-size1: {prose}px; --jp-ui-font-size1: {menus}px; }}
body {{ --jp-sidebar-min-width: 300px; }}  /* wide enough for the chapters' names */
body .jp-RenderedText pre {{ word-break: normal; overflow-wrap: anywhere; }}  /* words stay whole */
body .jp-RenderedMermaid img {{
  max-width: none; zoom: {zoom};  /* its text is as large as the prose; a wide one is scrolled, and not made smaller */
  background: #fff;  /* each brings the background that it was drawn for */
}}
body .jp-RenderedMermaid img[src*="font-size%3A16px%3Bfill%3A%23ccc"] {{ background: #111; }}  /* in a dark theme */
body img[src*="/diagrams/"] {{
  zoom: {zoom}; max-width: max(100%, 1016px);  /* a wide one is made smaller, as far as it can be read; then scrolled */
}}
body p:has(> img[src*="/diagrams/"]) {{ overflow-x: auto; }}
body[data-jp-theme-light="false"] img[src*="/diagrams/"] {{ filter: invert(0.93) hue-rotate(180deg); }}
"""
# Which side bar is open is no setting of JupyterLab's: it is part of a workspace, which has names for the panels.
WORKSPACE = Path("lab/workspaces/default-37a8.jupyterlab-workspace")
CONTENTS = "@jupyterlab/toc:plugin"
PANELS = ("filebrowser", "running-sessions", CONTENTS, "extensionmanager.main-view")


@dataclass(frozen=True)
class Look:
    """How large things are, in px, and what stands beside a page.

    Attributes:
        folder: the name of its folder of settings.
        code: the size of code and of what it prints.
        prose: the size of text between the cells.
        menus: the size of menus, names and tables.
        side_bars: whether there are any; then the chapter's contents are shown.
    """

    folder: str
    code: int
    prose: int
    menus: int
    side_bars: bool

    @property
    def settings(self) -> dict[str, dict[str, Any]]:
        """JupyterLab's settings, in place of its defaults."""
        return SETTINGS | {"@jupyterlab/terminal-extension:plugin": {"fontSize": self.code}}

    @property
    def style(self) -> str:
        """CSS of the workbook's own."""
        return STYLE.format(code=self.code, prose=self.prose, menus=self.menus, zoom=self.prose / 16)

    @property
    def workspace(self) -> dict[str, Any]:
        """The arrangement that JupyterLab begins with; it stores there what a person makes of it."""
        side = {"collapsed": not self.side_bars, "visible": self.side_bars}
        left = side | {"widgets": PANELS} | ({"current": CONTENTS} if self.side_bars else {})
        layout = {"main": {"dock": None}, "left": left, "right": {**side, "collapsed": True, "widgets": []}}
        return {"data": {"layout-restorer:data": layout}, "metadata": {"id": "default"}}

    def write(self, jupyter: Path) -> Path:
        """Write the settings down; an arrangement that is there stays.

        Args:
            jupyter: the folder of all that Jupyter keeps.

        Returns:
            The folder of settings, for JUPYTER_CONFIG_DIR.
        """
        folder = jupyter / self.folder
        write_json(folder / "labconfig" / "default_setting_overrides.json", self.settings)
        write_text(folder / "custom" / "custom.css", self.style)
        if not (folder / WORKSPACE).exists():
            write_json(folder / WORKSPACE, self.workspace)
        return folder


DESK = Look("config", code=14, prose=14, menus=13, side_bars=True)
PROJECTOR = Look("projector", code=20, prose=20, menus=16, side_bars=False)
