"""The course as a site to read: `make book` makes it from the lessons, the glossary and the guide in ``docs/book``."""
