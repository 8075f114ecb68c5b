"""``python -m tests.tools``: write what the samples of all tools are anew."""

from tests.tools.samples import write

write()
