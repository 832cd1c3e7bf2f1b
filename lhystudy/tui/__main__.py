"""Runs the app by itself, as the server does for each browser that connects."""

from lhystudy.tui.app import main

if __name__ == "__main__":
    main()
