"""What is done by hand: tables for the documents, pictures, files of data. Each is `python -m scripts.NAME`."""

from rnnlab.i18n import print_anywhere

print_anywhere()
