"""One sentence for every package that is missing."""


def missing(who, package, extra=None):
    """An ImportError that says what `who` needs and how to get it. extra: of ebit that brings the package."""
    return ImportError(f"{who} needs {package}: pip install {f'ebit[{extra}]' if extra else package}")
