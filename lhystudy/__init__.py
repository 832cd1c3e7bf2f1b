"""A study companion in the terminal for Hung-yi Lee's machine learning course."""

__version__ = "0.1.0"
