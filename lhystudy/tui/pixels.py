"""A picture in the terminal's own pixels, where it speaks Kitty's graphics language or Sixel."""

from __future__ import annotations

from pathlib import Path

from textual.app import App, SuspendNotSupported

from lhystudy.errors import StudyError
from lhystudy.words import say


def look_at(app: App[None], file: Path) -> None:
    """Shows a picture file in place of the app until Enter is pressed. Raises StudyError where there are no pixels."""
    try:
        with app.suspend():
            if show(file):
                return
    except SuspendNotSupported:  # in a browser, for one
        pass
    raise StudyError(
        say("this terminal shows no pictures", "这个终端显示不了图片"),
        hint=say(f"open {file}", f"请打开 {file}"),
    )


def show(file: Path) -> bool:
    """Prints the picture as large as the terminal and waits for Enter; nothing in a terminal without pixels."""
    from PIL.Image import open as open_picture
    from rich.console import Console
    from textual_image.renderable import Image, SixelImage, TGPImage  # asks the terminal: nobody else may listen

    if Image not in (SixelImage, TGPImage):
        return False
    console = Console()
    console.clear()
    with open_picture(file) as picture:
        wide = picture.width / picture.height > console.width / (2 * (console.height - 2))  # a cell is twice as high
        width, height = (console.width, "auto") if wide else ("auto", console.height - 2)
        console.print(Image(picture, width, height))
    console.input(say("Enter goes back", "按回车键返回"))
    return True
