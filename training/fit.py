#!/usr/bin/env python3
"""Fits the weights of rules/shared/assignment-model.yaml, a logistic regression over named features.

usage: fit.py [--write rules/shared/assignment-model.yaml] LABELLED... [--negative FEATURES...]

LABELLED is a pair FEATURES:META. FEATURES is what `cargo run --release --example features -- FOLDER` prints, META a folder
of label files as the CredData benchmark has them (FilePath, LineStart, LineEnd, GroundTruth). Lines labelled T are
positive, all other lines negative. FEATURES after --negative come from trees taken to hold no credentials.

Printed are precision, recall and F1 over lines, on repositories that were left out of training (five folds by repository),
for several thresholds. Weights are written only after that, fitted to everything.
"""
import argparse
import collections
import csv
import json
import pathlib

import numpy
from scipy.optimize import minimize
from sklearn.model_selection import GroupKFold

# Examples of trees without labels count less: nobody looked at each of them, and they are many.
NEGATIVE_WEIGHT = 0.05
REGULARISATION = 1.0

# What must never speak for a credential, and what never against one, whatever a small set of repositories says.
NEVER_FOR = """name.reference name.about name.harmless name.verb name.bare_key name.auth role.test role.example role.documentation role.lock
    role.translation role.generated value.placeholder value.holds_placeholder value.sequence value.hash value.spaces value.one_space
    value.path value.url value.address value.dotted value.upper_snake value.repeats_name value.joined_words value.names_credential
    value.brackets value.common value.identifier value.non_ascii value.date_or_version length.0-3 weak_name+unmixed weak_name+short
    key+unmixed key+short bare+prose bare+source bare+word value.number operator.space value.only_upper value.uuid file.text
    syntax.enum syntax.header syntax.import syntax.index syntax.label syntax.message syntax.part syntax.regex syntax.template syntax.test
    syntax.type""".split()
# What speaks against a credential at least so much.
AT_MOST = {"name.reference": -2.0, "value.sequence": -2.0, "value.hash": -2.0}
NEVER_AGAINST = """name.password name.head password+config password+mixed key+long_mixed value.digits_letters value.three_classes
    value.hex value.base64 value.rare value.rarity value.entropy value.digit_share""".split()


def labels_of(folder):
    """-> {path from the repository id on: {line: spans of true values, None for the whole line}}, repository ids"""
    true, repositories = collections.defaultdict(lambda: collections.defaultdict(list)), set()
    for path in pathlib.Path(folder).glob("*.csv"):
        repositories.add(path.stem)
        with open(path, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["GroundTruth"] != "T":
                    continue
                first, last = int(row["LineStart"]), int(row["LineEnd"])
                span = (int(float(row["ValueStart"])), int(float(row["ValueEnd"] or row["ValueStart"]))) if row["ValueStart"] and first == last else None
                for line in range(first, last + 1):
                    true[row["FilePath"].split("/", 1)[1]][line].append(span)
    return true, repositories


def is_true(row, spans):
    """Whether an assignment's value overlaps a true value of its line."""
    first, last = row["start"], row["start"] + row["length"]
    return any(span is None or span[0] < last and first < span[1] for span in spans)


def rows_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def load(labelled, negative):
    """-> feature dictionaries, labels, groups, sample weights"""
    features, truth, groups, weights = [], [], [], []
    for pair in labelled:
        path, meta = pair.rsplit(":", 1)
        true, repositories = labels_of(meta)
        for row in rows_of(path):
            parts = row["path"].split("/")
            at = next(index for index, part in enumerate(parts) if part in repositories)
            features.append(row["features"])
            truth.append(is_true(row, true["/".join(parts[at:])].get(row["line"], ())))
            groups.append(parts[at])
            weights.append(1.0)
    for path in negative:
        for row in rows_of(path):
            features.append(row["features"])
            truth.append(False)
            groups.append("negative:" + "/".join(row["path"].split("/")[:-2])[-40:])
            weights.append(NEGATIVE_WEIGHT)
    return features, numpy.array(truth), numpy.array(groups), numpy.array(weights)


def matrix_of(features, names):
    column = {name: index for index, name in enumerate(names)}
    matrix = numpy.zeros((len(features), len(names)))
    for index, row in enumerate(features):
        for name, value in row.items():
            matrix[index, column[name]] = value
    return matrix


def fitted(matrix, truth, weights, names):
    """-> bias, weights: a logistic regression with bounds on signs, by L-BFGS-B"""
    sign = numpy.where(truth, 1.0, -1.0)
    bounds = [
        (None, AT_MOST.get(name, 0)) if name in NEVER_FOR else (0, None) if name in NEVER_AGAINST else (None, None)
        for name in names
    ]

    def loss(parameters):
        margin = sign * (matrix @ parameters[1:] + parameters[0])
        pull = -sign * weights / (1 + numpy.exp(numpy.clip(margin, -50, 50)))
        value = (weights * numpy.logaddexp(0, -margin)).sum() + REGULARISATION * (parameters[1:] ** 2).sum()
        gradient = numpy.concatenate([[pull.sum()], matrix.T @ pull + 2 * REGULARISATION * parameters[1:]])
        return value, gradient

    start = numpy.zeros(len(names) + 1)
    result = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds], options={"maxiter": 500})
    return result.x[0], result.x[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+")
    parser.add_argument("--negative", nargs="*", default=[])
    parser.add_argument("--write")
    parser.add_argument("--medium", type=float, default=0.0, help="log-odds for medium confidence")
    parser.add_argument("--high", type=float, default=3.0, help="log-odds for high confidence")
    arguments = parser.parse_args()
    features, truth, groups, weights = load(arguments.labelled, arguments.negative)
    names = sorted({name for row in features for name in row})
    matrix = matrix_of(features, names)
    print(f"{len(truth)} assignments, {truth.sum()} true, {len(set(groups))} groups, {len(names)} features")

    scores = numpy.zeros(len(truth))
    for train, test in GroupKFold(5).split(matrix, truth, groups):
        bias, weight = fitted(matrix[train], truth[train], weights[train], names)
        scores[test] = matrix[test] @ weight + bias
    labelled = weights == 1.0
    print("held out: threshold precision recall F1, and alarms in trees without credentials")
    for threshold in numpy.arange(-2.0, 3.6, 0.5):
        reported = scores >= threshold
        hits = (reported & truth).sum()
        precision = hits / max(1, (reported & labelled).sum())
        recall = hits / truth.sum()
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"{threshold:6.1f} {precision:8.3f} {recall:7.3f} {f1:6.3f} {(reported & ~labelled).sum():6d} of {(~labelled).sum()}")

    if arguments.write:
        bias, weight = fitted(matrix, truth, weights, names)
        with open(arguments.write, "w", encoding="utf-8") as file:
            file.write("# Log-odds that a literal assigned to a credential-like name is a credential, by features of name, value and place.\n"
                       "# Fitted by training/fit.py; training/README.md says to what.\n")
            file.write(f"bias: {bias:.3f}\nmedium: {arguments.medium}\nhigh: {arguments.high}\nweights:\n")
            for name, value in zip(names, weight):
                if abs(value) >= 0.01:
                    file.write(f"  - {{ feature: {name}, weight: {value:.3f} }}\n")


if __name__ == "__main__":
    main()
