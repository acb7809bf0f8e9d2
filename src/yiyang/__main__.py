"""`python -m yiyang` is the command line."""

from yiyang.site.cli import main

main()
