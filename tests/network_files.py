"""Network files for tests: one network in every form that is read, and forms that must be refused."""

import io
import json
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


def raw_npy(header, body=b"", version=1):
    """An .npy file with any header at all."""
    text = header.encode()
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(text)) + text + body


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
    }
