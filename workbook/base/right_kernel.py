"""What each chapter's first cell runs first: in a kernel that is not the workbook's, it says which one to pick.

A foreign Python has no `workbook` to import, and perhaps nothing else of what a cell needs. So this needs nothing but
IPython, and is run by its path: `%run ../workbook/base/right_kernel.py`.
"""

from importlib.util import find_spec

from IPython import get_ipython


def say(*_, **__):
    print(
        "This page needs the kernel *Workbook*: pick it by the menu (Kernel, Change Kernel…; in VS Code, Select Kernel "
        "at the top right), then run the cells from the first one on. If it is not among them, run `python3 run.py "
        "setup` in the workbook's folder."
    )


if find_spec("workbook") is None:
    get_ipython().set_custom_exc((ModuleNotFoundError, NameError), say)

del find_spec, get_ipython, say
