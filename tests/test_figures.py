"""Figures are tested by what they say: limits, labels, data."""

import base64
import io
import re

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from weightmaps import figures


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def shown(ax):
    return ax.images[0]


def test_signed_pictures_are_centred_on_zero_and_zero_is_white(ax):
    figures.weight_map(np.array([-2.0, 0.0, 0.5, 1.0]), ax=ax)
    assert shown(ax).get_clim() == (-2.0, 2.0)
    assert shown(ax).get_array().tolist() == [[-2.0, 0.0], [0.5, 1.0]]
    red, green, blue, _ = np.moveaxis(shown(ax).to_rgba(np.array([[-2.0, 0.0, 2.0]])), -1, 0)[..., 0, :]
    assert blue[0] > red[0]
    assert red[2] > blue[2]
    assert min(red[1], green[1], blue[1]) > 0.98


def test_a_limit_that_is_given_is_kept_and_a_map_of_zeros_is_drawn(ax):
    figures.weight_map(np.ones(4), limit=5, ax=ax)
    assert shown(ax).get_clim() == (-5, 5)
    figures.weight_map(np.zeros(4), ax=ax)
    assert ax.images[1].get_clim() == (-1, 1)


def test_the_scale_is_drawn_when_asked_for(ax):
    figures.weight_map(np.ones(4), scale=True, ax=ax)
    assert shown(ax).colorbar is not None


def test_signs_are_a_minus_on_each_pixel_that_is_seen_to_be_blue(ax):
    figures.weight_map(np.array([-2.0, -0.5, -0.1, 1.0]), signs=True, ax=ax)
    [marks] = ax.collections
    assert [segment[:, 1].tolist() for segment in marks.get_segments()] == [[0, 0], [0, 0]]
    assert [segment[:, 0].mean() for segment in marks.get_segments()] == [0, 1]
    on_dark, on_pale = marks.get_colors()
    assert on_dark[:3].tolist() == [1, 1, 1]
    assert on_pale[:3].tolist() == [0, 0, 0]


def test_a_digit_is_dark_on_light(ax):
    figures.digit(np.array([0.0, 1.0, 0.5, 0.0]), ax=ax)
    assert shown(ax).get_clim() == (0, 1)
    blank, ink = shown(ax).to_rgba(np.array([[0.0, 1.0]]))[0, :, 0]
    assert blank > 0.99
    assert ink < 0.01


def test_many_maps_share_one_scale_and_keep_their_order(ax):
    maps = np.arange(3)[:, None] * np.ones((3, 16))
    figures.weight_maps(maps, columns=2, labels=["a", "b", "c"], ax=ax)
    assert shown(ax).get_clim() == (-2, 2)
    sheet = shown(ax).get_array()
    values = sheet[~np.isnan(sheet) if not np.ma.isMaskedArray(sheet) else ~sheet.mask]
    assert sorted(set(values.tolist())) == [0.0, 1.0, 2.0]
    assert [text.get_text() for text in ax.texts] == ["a", "b", "c"]
    (xa, ya), (xb, yb), (xc, yc) = (text.get_position() for text in ax.texts)
    assert ya == yb < yc
    assert xa == xc < xb


def test_the_grid_of_activations_is_read_row_by_row_and_padded(ax):
    figures.activations(np.linspace(0, 1, 7), ax=ax)
    grid = shown(ax).get_array()
    assert grid.shape == (3, 3)
    assert grid[0, 2] == pytest.approx(2 / 6)
    assert grid[1, 0] == pytest.approx(3 / 6)
    assert np.ma.getmaskarray(grid).sum() == 2


def test_bars_name_the_outputs_and_mark_the_largest(ax):
    figures.outputs(np.array([0.1, 0.7, 0.2]), labels=["a", "b", "c"], ax=ax)
    assert [bar.get_width() for bar in ax.patches] == [0.1, 0.7, 0.2]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["a", "b", "c"]
    colours = [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches]
    assert colours == [figures.QUIET, figures.ACCENT, figures.QUIET]
    assert ax.yaxis_inverted()


def test_a_plane_is_drawn_from_the_top_left_with_its_line(ax):
    values = np.array([[-1.0, 3.0], [-1.0, 3.0]])
    figures.plane(values, ax=ax)
    assert shown(ax).get_clim() == (-3, 3)
    assert shown(ax).get_extent() == [-3, 3, -3, 3]
    assert shown(ax).origin == "upper"
    black = [one for one in ax.collections if one.get_edgecolor()[0].tolist() == [0, 0, 0, 1]]
    (line,) = (path.vertices for one in black for path in one.get_paths())
    assert line[:, 0] == pytest.approx(-0.75)  # where a straight way from -1 to 3 passes 0


def test_the_line_of_a_plane_lies_where_its_picture_changes_sign(ax):
    """From -1 in the upper row, at y = 1.5, to 3 in the lower, at -1.5: a quarter of the way down."""
    figures.plane(np.array([[-1.0, -1.0], [3.0, 3.0]]), ax=ax)
    lines = [path.vertices for one in ax.collections for path in one.get_paths()]
    assert len(lines) == 2
    for line in lines:
        assert line[:, 1] == pytest.approx(0.75)


def test_activations_over_a_plane_have_their_line_at_a_half_or_none(ax):
    figures.plane(np.array([[0.0, 1.0], [0.0, 1.0]]), activation=True, ax=ax)
    assert shown(ax).get_clim() == (0, 1)
    assert len(ax.collections) == 2
    figures.plane(np.ones((2, 2)), activation=True, ax=ax)
    assert len(ax.collections) == 2


def test_what_is_no_square_picture_is_refused(ax):
    with pytest.raises(ValueError, match=r"values has shape \(756,\); a square picture"):
        figures.digit(np.zeros(28 * 27), ax=ax)
    with pytest.raises(ValueError, match=r"values has shape \(28, 28\)"):
        figures.weight_map(np.zeros((28, 28)), ax=ax)


def test_a_map_has_a_numeral_at_each_place_and_one_scale_for_both_axes(ax):
    points = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    figures.digit_map(points, [7, 1, 7], ax=ax)
    drawn = {tuple(dot) for scatter in ax.collections for dot in scatter.get_offsets().data}
    assert drawn == {(0, 1), (2, 3), (4, 5)}
    assert ax.get_aspect() == 1
    ones = next(s for s in ax.collections if s.get_offsets().data.tolist() == [[2.0, 3.0]])
    assert matplotlib.colors.to_hex(ones.get_facecolor()[0]) == figures.KINDS[1]


def test_rows_of_dots_keep_their_order_and_show_what_they_are_compared_with(ax):
    figures.dot_rows({"first": [0.5, 0.7], "second": [0.1]}, line=0.4, name="bar", ax=ax)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["first", "second"]
    assert [s.get_offsets().data.tolist() for s in ax.collections] == [[[0.5, 0], [0.7, 0]], [[0.1, 1]]]
    assert ax.yaxis_inverted()
    assert ax.lines[0].get_xdata() == [0.4, 0.4]
    assert ax.texts[0].get_text() == "bar"


def test_a_table_names_rows_and_columns_and_marks_nothing_up():
    made = figures.Table(["start", "right"], [("a < b", 0.5), ("c", "98%")])
    assert repr(made) == "start  right\na < b  0.5\nc      98%"
    page = made._repr_html_()
    assert page.count('<th scope="col">') == page.count('<th scope="row">') == page.count("<td>") == 2
    assert "a &lt; b" in page
    with pytest.raises(ValueError, match=r"row \['c'\] has 1 values for the 2 columns"):
        figures.Table(["start", "right"], [("c",)])


def test_a_table_has_minus_signs_before_numbers_and_none_before_zeros():
    cells = ["fan-in, 784-100-10", -0.5, "-0.00", "0.2 (-0.1 to -.05)", "10%-20%", -3]
    made = figures.Table(range(len(cells)), [cells])
    assert made.rows == [["fan-in, 784-100-10", "−0.5", "0.00", "0.2 (−0.1 to −.05)", "10%-20%", "−3"]]


def test_frames_show_one_still_after_the_other():
    made = figures.Frames(
        {"a < b": [np.zeros(4), np.array([-1.0, 0, 0, 1])], "c": [np.ones(4), np.eye(2).ravel()]}
    )
    html = made._repr_html_()
    assert "a &lt; b</div>" in html
    delays = re.findall(r"animation-delay:(-[\d.]+)s", html)
    assert delays == ["-3", "-1.5"] * 2
    assert "50%{opacity:0}" in html
    pictures = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
        for data in re.findall(r"base64,([\w+/=]+)", html)
    ]
    assert [one.shape for one in pictures] == [(2, 2, 3)] * 4
    blue, white, red = pictures[1][0, 0], pictures[1][0, 1], pictures[1][1, 1]
    assert white.min() >= 254
    assert blue[2] > blue[0]
    assert red[0] > red[2]
    assert pictures[2].max() == 0  # ink

    with pytest.raises(ValueError, match="as many as the others"):
        figures.Frames({"one": [np.zeros(4)], "two": [np.zeros(4)] * 2})
