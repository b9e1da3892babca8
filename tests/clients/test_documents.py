"""Every example for the shell in the pages of these doors is run as it stands there."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

PAGES = pathlib.Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["sftp.md", "facade.md", "programme-api.md"])
def test_the_examples_of_a_page_work_one_after_the_other(town, tmp_path, page):
    text = (PAGES / page).read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert blocks
    script = "set -euo pipefail\n" + "\n".join(f"echo '--- {n}'\n{b}" for n, b in enumerate(blocks))
    # The pages say the addresses and the folder that stand when nothing is set.
    _, port = town.sftp
    data = pathlib.Path(town.country["knownHosts"]).parents[1]
    for said, real in [
        ("https://127.0.0.1:8443", town.https),
        ("http://127.0.0.1:8010", town.base_url),
        ("-P 8022", f"-P {port}"),
    ]:
        script = script.replace(said, real)
    (tmp_path / "brevdue-data").symlink_to(data)
    path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [shutil.which("bash"), "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if page == "sftp.md":
        assert "/receipts/technical" in done.stdout
    elif page == "programme-api.md":
        # What somebody else may have changed by then is not asked for.
        assert '"name":"Tusindfryd på MeMo"' in done.stdout
        assert '"reason":"Efter mødet"' in done.stdout
        assert '"moved":false' in done.stdout
        assert (tmp_path / "status.pdf").read_bytes().startswith(b"%PDF-")
        assert (tmp_path / "plan.xlsx").read_bytes().startswith(b"PK")
    else:
        assert '{"result":true}' in done.stdout
        assert "<Result>true</Result>" in done.stdout
