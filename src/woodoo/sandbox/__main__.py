"""`python -m woodoo.sandbox` with `odoo`, `store`, `demo`, `faults`, `losses` or `down`, and what belongs to it.

Decides only which of them is meant.
"""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Hand the command over to its sandbox and return the exit code."""
    which, *rest = arguments or [""]
    if which == "odoo":
        from woodoo.sandbox.odoo.commands import main as odoo

        return odoo(rest)
    if which == "store":
        from woodoo.sandbox.store.commands import main as store

        return store(rest)
    if which == "demo":
        from woodoo.sandbox.demo.commands import main as demo

        return demo(rest)
    if which == "faults":
        from woodoo.sandbox.faults.commands import main as faults

        return faults(rest)
    if which == "losses":
        from woodoo.sandbox.faults.losses_commands import main as losses

        return losses(rest)
    if which == "down":  # all that stays behind on its own
        from woodoo.sandbox.demo.commands import main as demo
        from woodoo.sandbox.odoo.commands import main as odoo

        return demo(["down"]) or odoo(["down", *rest])
    print("usage: python -m woodoo.sandbox odoo|store|demo COMMAND, faults, losses, or down", file=sys.stderr)
    return 0 if which in ("-h", "--help") else 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped. What is finished is kept: start again to go on.", file=sys.stderr)
        sys.exit(130)
