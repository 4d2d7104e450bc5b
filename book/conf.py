"""How Sphinx makes the site and the one long page of which the PDF is printed. What is read is `notebooks/`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "Event-driven serverless on AWS, step by step"
extensions = ["myst_nb", "pages"]
root_doc = "index"
exclude_patterns = ["solutions"]
nb_custom_formats = {".ipynb": ["pages.published", {}]}
nb_execution_mode = "off"  # what a page shows is what `run.py notebooks` has stored
nb_merge_streams = True
suppress_warnings = ["misc.highlighting_failure"]  # a cell may have a line for the shell in it
myst_heading_anchors = 4

html_theme = "furo"
html_title = project
html_static_path = [str(HERE / "static")]
html_css_files = ["book.css"]
html_copy_source = html_show_sourcelink = html_show_copyright = html_show_sphinx = False
