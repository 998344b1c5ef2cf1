"""Somebody who reads the built site, with a mouse, with the keyboard or with a finger."""

from test_draw import by_mouse, fingers, on_screen
from test_explorer_browser import part, settle, slider_value
from test_site import opened


class Reader:
    """Somebody at a page of the site: how they press, slide, choose and draw."""

    def __init__(self, page, hand, place):
        self.page, self.hand, self.place = page, hand, place

    def open(self, name):
        return opened(self.page, self.place, name)

    def press(self, target, **position):
        if self.hand == "keyboard":
            target.press("Space")
        else:
            (target.tap if self.hand == "touch" else target.click)(**position)
        settle(self.page)

    def slide(self, name, share):
        """Move a slider to about a share of its way, or by keyboard to the end that is nearer; its value."""
        slider = part(self.page, f"slider-{name}")
        if self.hand == "keyboard":
            slider.press("Home" if share < 0.5 else "End")
            self.page.keyboard.press("ArrowRight" if share < 0.5 else "ArrowLeft")
            settle(self.page)
        else:
            box = slider.bounding_box()
            self.press(slider, position={"x": share * box["width"], "y": box["height"] / 2})
        return slider_value(self.page, name)

    def choose(self, name, value):
        chosen = part(self.page, f"select-{name}")
        if self.hand == "keyboard":
            chosen.press("Home")
            while chosen.input_value() != value:
                self.page.keyboard.press("ArrowDown")
        else:
            chosen.select_option(value)
        settle(self.page)

    def pick(self, name, place, across=10, down=10):
        """Choose a cell of a grid."""
        grid = part(self.page, name)
        if self.hand == "keyboard":
            for key in ["Home", *["ArrowRight"] * place]:
                grid.press(key)
                settle(self.page)
        else:
            box = grid.bounding_box()
            x, y = (
                box["width"] * (place % across + 0.5) / across,
                box["height"] * (place // across + 0.5) / down,
            )
            self.press(grid, position={"x": x, "y": y})

    def draw(self, strokes):
        pad = part(self.page, "pad")
        pad.scroll_into_view_if_needed()
        if self.hand == "mouse":
            by_mouse(self.page, strokes)
        elif self.hand == "touch":
            touch = fingers(self.page)
            for points in strokes:
                first, *rest = on_screen(self.page, points)
                touch("Start", first)
                for point in rest:
                    touch("Move", point)
                self.page.wait_for_timeout(
                    100
                )  # who lifts while moving flings, and the next tap only stops that
                touch("End")
        else:
            at = (116, 116)  # where the pen is at first
            pad.focus()
            for points in strokes:
                for i, (x, y) in enumerate(points):
                    self.page.keyboard.press("Space" if i == 1 else "Shift")
                    across, along = (x - at[0]) // 8, (y - at[1]) // 8
                    for _ in range(abs(across)):
                        self.page.keyboard.press("ArrowRight" if across > 0 else "ArrowLeft")
                    for _ in range(abs(along)):
                        self.page.keyboard.press("ArrowDown" if along > 0 else "ArrowUp")
                    at = (x, y)
                self.page.keyboard.press("Space")
        settle(self.page)
