"""An event-driven voice assistant that runs on its owner's machine."""

import os

__version__ = "0.1.0"

# ONNX Runtime 1.32 reports its use to its maker from every process that opens a session. It looks at this when it
# is imported; its own disable_telemetry_events() comes too late to stop it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
