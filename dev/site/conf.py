# How Sphinx makes the site of the documentation; dev/build_site.py stages its pages.
import os

from docutils import nodes
from latex2mathml.converter import convert

project = "ebit"
release = version = os.environ["EBIT_VERSION"]
copyright = "The ebit authors, Apache-2.0"  # noqa: A001
extensions = ["myst_parser"]
root_doc = "index"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 6
myst_dmath_allow_space = False
html_theme = "furo"
html_title = f"ebit {release}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_permalinks_icon = "#"
# A page that is opened as a file may not read other pages: the search shows titles, which needs none.
html_show_search_summary = False
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["site.css"]


# Formulas are MathML, which browsers draw by themselves: nothing to load.
def visit_inline(translator, node):
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def visit_block(translator, node):
    translator.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
