"""What can go wrong and be cured by the person who sees it.

    QAError
    ├── SettingError        a QA_* variable or an option has a value that cannot be used
    ├── DocumentError       a file of the corpus, or its metadata, cannot be read
    ├── ModelError          the encoder cannot be had, or is not the one that was promised
    ├── IndexUnusable
    │   ├── IndexMissing    there is no index yet
    │   ├── IndexStale      the corpus, the model or a setting changed since it was built
    │   └── IndexDamaged    a file of the index is not the one that was written
    ├── QuestionError       a question (or k, a quotation, a place) outside what is served
    ├── EvaluationError     a question set, a collection or a baseline cannot be used
    └── PackageMissing      a package is not installed that only this part of the program needs

Every message names the thing, the value and the remedy. Anything else that is raised is a bug and
keeps its traceback.
"""


class QAError(Exception):
    """The root of every error a person can cause or cure."""


class SettingError(QAError):
    """A setting has a name or a value that cannot be used."""


class DocumentError(QAError):
    """A document or its metadata file cannot be read."""


class ModelError(QAError):
    """The encoder's model cannot be had or is not the expected one."""


class IndexUnusable(QAError):
    """The index cannot be searched as it lies there."""


class IndexMissing(IndexUnusable):
    """No index has been built yet."""


class IndexStale(IndexUnusable):
    """The index was built from another corpus, model or setting."""


class IndexDamaged(IndexUnusable):
    """A file of the index differs from what was written."""


class QuestionError(QAError):
    """A question, a count or an identifier is outside what is served."""


class EvaluationError(QAError):
    """A question set, a collection, a baseline or a threshold cannot be used."""


class PackageMissing(QAError, ImportError):
    """A package is not installed that is an extra of this one."""
