"""nbgrader for this course. Plain `nbgrader …` commands and formgrader read this file when they start in this folder.

HEPDL_COURSE_ID names the course in the exchange, HEPDL_EXCHANGE the exchange folder (where the machine has none:
exchange/ beside this file), HEPDL_GRADEBOOK the gradebook's database where it is not the file gradebook.db
(postgresql+psycopg://user@server/database).
"""

import os
import sys
from pathlib import Path

from jupyter_core.paths import jupyter_config_path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.append(str(HERE))
# nbgrader starts `alembic` by name when it makes a gradebook.
if str(Path(sys.executable).parent) not in os.environ["PATH"].split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

c = get_config()  # noqa: F821 (traitlets puts it into this file's namespace)

c.CourseDirectory.course_id = os.environ.get("HEPDL_COURSE_ID", "hepdl")
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
# Only a lesson's own text twin is held back: a student may hand in a module of their own.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    *sorted({notebook.with_suffix(".py").name for notebook in HERE.glob("solutions/*/*.ipynb")}),
]
machines_own = [
    Path("/usr/local/share/nbgrader/exchange"),
    *(Path(p, "nbgrader_config.py") for p in jupyter_config_path()),
]
if "HEPDL_EXCHANGE" in os.environ:
    c.Exchange.root = os.environ["HEPDL_EXCHANGE"]
elif not any(path.exists() for path in machines_own):
    c.Exchange.root = str(HERE / "exchange")
if "HEPDL_GRADEBOOK" in os.environ:
    c.CourseDirectory.db_url = os.environ["HEPDL_GRADEBOOK"]

c.GenerateAssignment.preprocessors = [
    "grading.authoring.secrets.RefuseSecrets",
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "grading.authoring.release.KeepStudentMetadata",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ExchangeFactory.release_assignment = "grading.authoring.secrets.ReleaseWithoutSecrets"
c.ExchangeFactory.collect = "grading.autograde.collect.CollectPlainFiles"
c.ExchangeFactory.release_feedback = "grading.autograde.release_feedback.ReleaseWhatCanBeFetched"
# What was handed in again is collected, and marks that were changed come into the feedback.
c.ExchangeCollect.update = True
c.GenerateFeedback.force = True
c.ClearSolutions.code_stub = {"python": "# your code here\nraise NotImplementedError"}
c.ClearSolutions.text_stub = "*Your answer:*"

c.Autograde.exporter_class = "grading.cells.reading.ReadAsJupyterLab"
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "grading.cells.released.RestoreRoles",
    "grading.cells.copied.KeepOneOfEachCell",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "grading.cells.copied.RestoreDeletedCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.OverwriteCells.add_missing_cells = True

# The student's cells run in a sandbox and the tests in another process; HEPDL_UNSANDBOXED=1 goes without the sandbox.
c.Autograde.pre_convert_hook = "grading.isolation.host.execute.before_grading"
c.Autograde.autograde_preprocessors = [
    "grading.isolation.host.execute.IsolatedExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {("language_info", "name"), ("hepdl_grading",)}

# A cell may compute for 300 s of processor time (cell_cpu_s in grading/isolation/box/limits.py), TensorFlow's threads
# counted together, so that a busy machine stops nobody. This many seconds by the clock stop a cell that only waits.
# Either way it counts as failed, and the cells after it still run.
c.Execute.timeout = 1500
c.Execute.startup_timeout = 120
c.Execute.iopub_timeout = 30
c.Execute.kernel_name = "python3"

# nbgrader gives a test cell that wrote to stderr no points; warnings are not wrong answers.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"[\s\S]"

c.LimitOutput.max_lines = 500
c.LimitOutput.max_traceback = 50

c.AssignLatePenalties.plugin_class = "grading.autograde.late_policy.TenPercentPerDay"

# Feedback and formgrader show what students wrote: cleaned, bounded, and with formulas that need no script.
c.HTMLExporter.preprocessors = ["grading.cells.harmless.Harmless"]
c.HTMLExporter.filters = {
    "markdown2html": "grading.cells.shown.markdown",
    "highlight_code": "grading.cells.shown.code",
    "ansi2html": "grading.cells.shown.coloured",
    "strip_files_prefix": "grading.cells.shown.unchanged",
}
c.HighlightMagicsPreprocessor.enabled = False

c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "grading.cells.feedback.HideHiddenTests",
    "grading.cells.feedback_page.Verdicts",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.GenerateFeedback.exporter_class = "grading.cells.feedback_page.FeedbackPage"
# With model_answers = True feedback shows the solution's answers to the questions.
c.Verdicts.model_answers = False
