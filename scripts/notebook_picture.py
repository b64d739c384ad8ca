"""The picture of an exported notebook after it has run: its first cells, and beside them the last ones with charts.

Drawn by a page of our own, for Jupyter's needs files from elsewhere: words, code and results are the notebook's.
"""

import json
import re
import tempfile
from html import escape
from typing import Any

import nbclient
import nbformat
from playwright.sync_api import Browser
from plotly.offline import get_plotlyjs
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from rnnlab.experiment import Experiment
from rnnlab.export import notebook

PLOTLY = "application/vnd.plotly.v1+json"
SECOND = 5  # the code cell, from 0, with which the right half begins: the curve of the losses
WIDTH, HEIGHT, CHART, QUALITY = 1280, 1250, 230, 70  # pixels, and JPEG's quality
STYLE = """
body { margin: 0; display: flex; font: 14px/1.5 sans-serif; color: #1f2328; background: #fff; }
section { flex: 1; min-width: 0; height: %dpx; overflow: hidden; padding: 12px 20px; box-sizing: border-box; }
section + section { border-left: 1px solid #d0d7de; }
h1 { font-size: 22px; margin: 4px 0; } h2 { font-size: 17px; margin: 12px 0 2px; } p { margin: 4px 0; }
.cell, .result { display: flex; } .cell > :last-child, .result > :last-child { flex: 1; min-width: 0; }
.count { flex: none; width: 44px; font: 12px/1.4 monospace; color: #57606a; padding-top: 6px; }
pre { margin: 2px 0; font: 11.5px/1.35 monospace; white-space: pre-wrap; }
.code pre { padding: 6px 8px; background: #f6f8fa; border: 1px solid #d0d7de; border-radius: 3px; }
"""


def notebook_picture(browser: Browser, e: Experiment, lang: str) -> bytes:
    """As JPEG."""
    file = executed(e, lang)
    start = [place for place, cell in enumerate(file.cells) if cell.cell_type == "code"][SECOND] - 1  # with its words
    halves = [file.cells[:start], file.cells[start:]]
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    body = "".join(f"<section>{''.join(map(shown, cells))}</section>" for cells in halves)
    colours = HtmlFormatter().get_style_defs(".code")
    page.set_content(f"<style>{colours}{STYLE % HEIGHT}</style><body>{body}</body>")
    page.add_script_tag(content=get_plotlyjs())
    charts = [output.data[PLOTLY] for output in outputs_of(file.cells) if PLOTLY in output.get("data", {})]
    page.evaluate(
        """async charts => {
            const places = document.querySelectorAll(".chart");
            for (const [index, { data, layout }] of charts.entries())
                await Plotly.newPlot(places[index], data, { ...layout, margin: { t: 16, r: 16, b: 44, l: 56 } },
                    { displayModeBar: false });
        }""",
        json.loads(json.dumps(charts)),
    )
    found = page.screenshot(type="jpeg", quality=QUALITY)
    page.close()
    return found


def executed(e: Experiment, lang: str) -> Any:
    file: Any = nbformat.reads(notebook(e, lang), as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        nbclient.NotebookClient(file, resources={"metadata": {"path": folder}}).execute()
    return file


def outputs_of(cells: list[Any]) -> list[Any]:
    return [output for cell in cells for output in cell.get("outputs", [])]


def shown(cell: Any) -> str:
    if cell.cell_type == "markdown":
        return "".join(map(words, cell.source.split("\n\n")))
    code = highlight(cell.source, PythonLexer(), HtmlFormatter(cssclass="code"))
    counted = f'<div class="cell"><div class="count">[{cell.execution_count}]:</div>{code}</div>'
    return counted + "".join(map(result, cell.outputs))


def words(paragraph: str) -> str:
    """The Markdown that our notebooks are written in: headings, paragraphs, and code between backticks."""
    sign, _, text = paragraph.partition(" ")
    tag = {"#": "h1", "##": "h2"}.get(sign, "p")
    said = re.sub("`(.+?)`", r"<code>\1</code>", escape(paragraph if tag == "p" else text))
    return f"<{tag}>{said}</{tag}>"


def result(output: Any) -> str:
    said = f'<div class="chart" style="height: {CHART}px"></div>'
    if output.output_type == "stream":
        said = f"<pre>{escape(output.text)}</pre>"
    return f'<div class="result"><div class="count"></div>{said}</div>'
