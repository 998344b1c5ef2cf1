"""Which library an object comes from, by the names of its classes: nothing is imported."""


def library(value):
    """The first part of the name of the module in which an object's class, or a class above it, was made.

    >>> import collections
    >>> library(collections.OrderedDict()), library(3)
    ('collections', 'builtins')
    """
    modules = [cls.__module__.split(".")[0] for cls in type(value).__mro__]
    return next((name for name in modules if name in ("sklearn", "torch", "keras", "tf_keras")), modules[0])
