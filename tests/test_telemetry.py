"""Nothing leaves the machine: what libraries report of themselves is switched off before they are imported."""

import os
import subprocess
import sys

PROGRAM = """
import sys
import assistant
assert "onnxruntime" not in sys.modules, "imported before its telemetry was switched off"
import os
print(os.environ["ORT_DISABLE_TELEMETRY"])
"""


def test_onnx_runtime_reports_nothing() -> None:
    env = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "1"
