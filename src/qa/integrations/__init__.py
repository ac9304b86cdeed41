"""The assistant inside other programs. Each module needs a package of its own, an extra of this one."""
