"""Network files for tests: one network in every form that is read, and forms that must be refused."""

import io
import json
import pickle
import struct
import zipfile

import numpy as np


def arrays(network, weights="W{}", biases="b{}", flip=False):
    """The arrays of a network by name; `flip` is for libraries whose columns are neurons."""
    named = {weights.format(i): w.T if flip else w for i, w in enumerate(network.weights)}
    return named | {biases.format(i): b for i, b in enumerate(network.biases)}


def npz(compressed=False, **entries):
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **entries)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def lines_of(error):
    """The lines of code that an error prints."""
    return "\n".join(line[2:] for line in str(error).splitlines() if line.startswith("  "))


def raw_npy(header, body=b""):
    """An .npy file with any header at all."""
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


def zipped(compression=zipfile.ZIP_DEFLATED, **members):
    """A zip of raw members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return file.getvalue()


def safetensors(tensors, metadata=None, dtype="F32", header=None):
    """A safetensors file; `header` in place of the right one, if given."""
    kinds = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}
    parts, said, at = [], {}, 0
    for name, array in tensors.items():
        if dtype == "BF16":
            data = (np.asarray(array, "<f4").view("<u4") >> 16).astype("<u2").tobytes()
        else:
            data = np.asarray(array, kinds[dtype]).tobytes()
        said[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
        parts.append(data)
    if metadata:
        said["__metadata__"] = metadata
    text = json.dumps(said if header is None else header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def _text(text):
    data = text.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _tensor(array, key, location):
    """The opcodes that PyTorch writes for a tensor; one that is not contiguous is a view of its transpose."""
    kinds = {"f4": "Float", "f8": "Double", "f2": "Half", "i8": "Long"}
    ints = lambda numbers: b"(" + b"".join(b"J" + struct.pack("<i", n) for n in numbers) + b"t"  # noqa: E731
    strides = [step // array.itemsize for step in array.strides]
    storage = b"ctorch\n" + kinds[array.dtype.str[1:]].encode() + b"Storage\n"
    return (
        *(b"ctorch._utils\n_rebuild_tensor_v2\n((", _text("storage"), storage, _text(key), _text(location)),
        *(b"J" + struct.pack("<i", array.size), b"tQK\x00", ints(array.shape), ints(strides)),
        b"\x89ccollections\nOrderedDict\n)RtR",
    )


def torch_file(tensors, *, old=False, around=None, location="cpu"):
    """A file as torch.save writes it: of a state_dict, or of a dict that has one beside other numbers."""
    tensors = {name: np.asarray(array) for name, array in tensors.items()}
    parts = [b"ccollections\nOrderedDict\n)R("]
    for key, (name, array) in enumerate(tensors.items()):
        parts += [_text(name), *_tensor(array, str(key), location)]
    state = b"".join(parts) + b"u"
    if around:
        state = b"}(" + _text(around) + state + _text("epoch") + b"K\x03u"
    state = b"\x80\x02" + state + b"."
    data = {str(key): array.tobytes("A") for key, array in enumerate(tensors.values())}
    if not old:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("net/data.pkl", state)
            for key, numbers in data.items():
                archive.writestr(f"net/data/{key}", numbers)
        return file.getvalue()
    head = [pickle.dumps(one, 2) for one in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})]
    sizes = [struct.pack("<q", array.size) for array in tensors.values()]
    numbers = [part for pair in zip(sizes, data.values(), strict=True) for part in pair]
    return b"".join([*head, state, pickle.dumps(list(data), 2), *numbers])


def objects(*items):
    """An array of objects, as NumPy makes of a list of arrays of different shapes."""
    array = np.empty(len(items), object)
    array[:] = items
    return array


def plain_json(network):
    return json.dumps(
        {
            "weights": [w.tolist() for w in network.weights],
            "biases": [b.tolist() for b in network.biases],
            "activations": network.activations,
        }
    ).encode()


def big_endian(network):
    return {name: np.asfortranarray(array.astype(">f8")) for name, array in arrays(network).items()}


def every_form(network, own):
    """The network as files, by name; `own` is what its save wrote. All name their activations."""
    names = list(network.activations)
    text, comma = json.dumps(names), ",".join(names)
    torch = arrays(network, "{}.weight", "{}.bias")
    return {
        "own.npz": own,
        "named.npz": npz(**arrays(network), activations=names),
        "pressed.npz": npz(compressed=True, **arrays(network), activations=np.array(text)),
        "numbered.npz": npz(
            **{
                f"arr_{k}": array
                for k, array in enumerate(
                    one for pair in zip(network.weights, network.biases, strict=True) for one in pair
                )
            },
            activations=names,
        ),
        "columns.npz": npz(
            **{f"b{i}": b[:, None] for i, b in enumerate(network.biases)},
            **{f"W{i}": w for i, w in enumerate(network.weights)},
            activations=names,
        ),
        "sklearn.npz": npz(**arrays(network, "coefs_{}", "intercepts_{}", flip=True), activations=names),
        "keras.npz": npz(
            **{f"dense{f'_{i}' if i else ''}/kernel": w.T for i, w in enumerate(network.weights)},
            **{f"dense{f'_{i}' if i else ''}/bias": b for i, b in enumerate(network.biases)},
            activations=names,
        ),
        "fortran.npz": npz(**big_endian(network), activations=names),
        "torch.safetensors": safetensors(torch, {"activations": comma}),
        "double.safetensors": safetensors(torch, {"activations": text}, "F64"),
        "plain.json": plain_json(network),
        "turned.npz": npz(**arrays(network, flip=True), activations=names),
        "objects.npz": npz(
            weights=objects(*network.weights), biases=objects(*network.biases), activations=names
        ),
        "dict.pkl": pickle.dumps({**arrays(network), "activations": names}),
        "lists.pkl": pickle.dumps(
            {"weights": list(network.weights), "biases": list(network.biases), "activations": comma}
        ),
    }
