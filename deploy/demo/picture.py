"""A still picture of the board, drawn by the same code. It names no font or address that lies elsewhere."""

import io

from rich.console import Console

from deploy.demo.board import draw
from deploy.demo.snapshot import Snapshot

WIDTH, HEIGHT = 100, 30

TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
    }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def svg(snapshot: Snapshot) -> str:
    """The board of a terminal of 100 columns and 30 lines, as SVG."""
    console = Console(
        file=io.StringIO(), record=True, force_terminal=True, color_system="truecolor", width=WIDTH, height=HEIGHT,
        highlight=False, legacy_windows=False,
    )  # fmt: skip
    console.print(draw(snapshot, WIDTH, HEIGHT), height=HEIGHT)
    return console.export_svg(title="rapport demo", code_format=TEMPLATE, unique_id="board")
