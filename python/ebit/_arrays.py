"""numpy, loaded when it is first used, and arrays checked on their way into the core."""
from ._core import Error


class _Numpy:
    def __getattr__(self, name):
        import numpy
        return getattr(numpy, name)


np = _Numpy()


def floats(array, what, ndim, dtype="float64"):
    """`array` as a contiguous array of `dtype`; integers become floats, nothing else is cast.

    Raises Error for another dtype, a wrong number of dimensions, and an empty array.
    """
    a = np.asarray(array)
    if a.dtype.kind in "iub":
        a = a.astype(dtype)
    if a.dtype != dtype:
        raise Error(f"{what} must be {dtype}, not {a.dtype}: convert it, for example with .astype('{dtype}')")
    return _shaped(a, what, ndim)


def integers(array, what, ndim):
    """`array` as a contiguous array of int64. Raises Error for numbers that are not whole."""
    a = np.asarray(array)
    if a.dtype.kind not in "iub":
        raise Error(f"{what} must be whole numbers, not {a.dtype}")
    return _shaped(a.astype("int64"), what, ndim)


def complexes(array, what, ndim):
    """`array` as a contiguous array of complex128; real and integer numbers are taken too."""
    a = np.asarray(array)
    if a.dtype.kind not in "iubfc":
        raise Error(f"{what} must be complex numbers, not {a.dtype}")
    return _shaped(a.astype("complex128"), what, ndim)


def _shaped(a, what, ndim):
    if a.ndim != ndim:
        raise Error(f"{what} must have {ndim} dimensions, not the shape {a.shape}")
    if a.size == 0:
        raise Error(f"{what} is empty: its shape is {a.shape}")
    return np.ascontiguousarray(a)


def weights_of(state):
    """A state dict of arrays or torch tensors as contiguous float64 arrays by name."""
    plain = {name: value.detach().cpu().numpy() if hasattr(value, "detach") else value for name, value in state.items()}
    return {name: np.ascontiguousarray(value, "float64") for name, value in plain.items()}


def address(array):
    """The address of an array's numbers; 0 for None."""
    return 0 if array is None else array.ctypes.data
