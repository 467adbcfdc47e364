"""Sphinx's settings for the book. The tag ``instructor`` marks the one with answers."""

TITLE = "Deep learning in high energy physics"

project = f"{TITLE}: instructor's book" if tags.has("instructor") else TITLE  # noqa: F821 (Sphinx puts `tags` here)
copyright = "the course authors. Text and data: CC BY 4.0; code: BSD 3-Clause"
language = "en"
extensions = ["myst_nb", "book.formulas", "sphinx_revealjs"]
root_doc = "index"
exclude_patterns = ["**/.ipynb_checkpoints"]

nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = "Show the check"
nb_code_prompt_hide = "Hide the check"
myst_enable_extensions = ["attrs_block", "dollarmath"]
myst_heading_anchors = 4

html_theme = "sphinx_book_theme"
html_title = project
html_math_renderer = "mathml"
html_static_path = ["style"]
html_css_files = ["book.css"]
html_js_files = ["labels.js"]
html_context = {"default_mode": "auto"}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "logo": {"text": project},
    "navbar_start": [],
    "navbar_persistent": [],
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "content_footer_items": ["copyright"],
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# The slides: Sphinx's builder `revealjs`. On a phone a slide is as narrow as the screen, and its text stays readable.
revealjs_html_theme = "revealjs-simple"
revealjs_static_path = ["style"]
revealjs_css_files = ["slides.css"]
revealjs_script_plugins = [{"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"}]
revealjs_script_conf = """{
    hash: true, center: false, transition: "none", slideNumber: "c/t", margin: 0.05,
    scrollActivationWidth: null,
    width: screen.width < 700 ? 560 : 1280, height: screen.width < 700 ? 1100 : 720
}"""
