"""Floor 3: the Tools, a folder each, which know nothing of each other.

A folder holds ``connector.py`` (the Tool of the folder's name) or ``connector_<kind>.py`` (``<folder>-<kind>``, where
a vendor has several), ``mapping.py`` (a row of the tool's answer or report as a Finding: pure functions), ``report.py``
(its report format) and ``README.md``. It imports ``dojo_tui.sdk`` and nothing else of the program.
"""
