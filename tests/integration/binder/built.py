"""How repo2docker, which Binder builds with, would build the image of a folder: python built.py FOLDER, as JSON."""

import json
import os
import sys

from repo2docker.app import Repo2Docker

os.chdir(sys.argv[1])
app = Repo2Docker(platform="linux/amd64")
packs = (kind(app.base_image) for kind in (*app.buildpacks, app.default_buildpack))
pack = next(pack for pack in packs if pack.detect() or type(pack) is app.default_buildpack)
pack.platform = app.platform
dockerfile = pack.render(build_args={})
print(
    json.dumps(
        {
            "pack": type(pack).__name__,
            "python": getattr(pack, "python_version", None),
            "runs when built": [line[4:] for line in dockerfile.splitlines() if line.startswith("RUN ./")],
            "starts with": pack.get_start_script(),
            "environment is made of the whole folder": not getattr(pack, "_should_preassemble_env", True),
        }
    )
)
