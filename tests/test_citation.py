"""What is cited, archived and installed is one version, described alike."""

import json
import re
import tomllib

import yaml

from helpers.repository import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
ZENODO = json.loads((ROOT / ".zenodo.json").read_text())


def test_all_name_one_version():
    assert CITATION["version"] == ZENODO["version"] == PROJECT["version"]


def test_a_released_version_has_its_changes_and_a_date():
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == ("Unreleased", "") or headings[0][0] == PROJECT["version"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) and date for version, date in headings[1:])


def test_title_keywords_and_licence_agree():
    assert ZENODO["title"] == CITATION["title"]
    assert ZENODO["keywords"] == CITATION["keywords"]
    assert ZENODO["license"] == CITATION["license"][0]


def test_each_issue_template_says_what_it_is_for():
    templates = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md"))
    assert len(templates) >= 3
    for template in templates:
        _, front, body = template.read_text().split("---\n", 2)
        assert yaml.safe_load(front).keys() >= {"name", "about", "labels"}, template.name
        assert "**" in body, template.name
