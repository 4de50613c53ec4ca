#!/usr/bin/env python3
"""Fits rules/shared/assignment-model.yaml: the mean of a logistic regression over named features and of a small ensemble of
shallow trees over the same features, both with the same bounds on what may speak for and against a credential.

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
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold

# Examples of trees without labels count less: nobody looked at each of them, and they are many.
NEGATIVE_WEIGHT = 0.05
REGULARISATION = 1.0
# Few and shallow trees: they are data in the binary, and are walked for every assignment that the linear part leaves open.
TREES, DEPTH, LEARNING_RATE, LEAST_IN_LEAF, TREE_REGULARISATION = 60, 3, 0.15, 40, 5.0
# Below this linear part no assignment of the training data came near the limit for medium confidence.
MARGIN = 1.0

# What must never speak for a credential, and what never against one, whatever a small set of repositories says.
NEVER_FOR = """name.reference name.about name.harmless name.verb name.bare_key name.auth role.test role.example role.documentation role.lock
    role.translation role.generated value.placeholder value.holds_placeholder value.sequence value.hash value.spaces value.one_space
    value.path value.url value.address value.dotted value.upper_snake value.repeats_name value.joined_words value.names_credential
    value.brackets value.common common_password+test value.word_and_digits value.identifier value.non_ascii value.date_or_version length.0-3 weak_name+unmixed weak_name+short
    key+unmixed key+short bare+prose bare+source bare+word value.number operator.space value.only_upper value.uuid file.text
    syntax.enum syntax.header syntax.import syntax.index syntax.label syntax.message syntax.part syntax.regex syntax.template syntax.test
    syntax.type""".split()
# What speaks against a credential at least so much.
AT_MOST = {"name.reference": -3.0, "value.sequence": -3.0, "value.hash": -3.0, "syntax.index": -6.0, "syntax.type": -6.0, "syntax.import": -6.0,
           "syntax.label": -4.0, "syntax.message": -4.0, "syntax.test": -4.0, "syntax.header": -4.0, "syntax.regex": -4.0}
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


def grown(matrix, truth, weights, names):
    """-> a boosted ensemble of trees, whose splits keep to the same bounds on signs"""
    signs = [-1 if name in NEVER_FOR else 1 if name in NEVER_AGAINST else 0 for name in names]
    trees = HistGradientBoostingClassifier(
        max_depth=DEPTH, max_iter=TREES, learning_rate=LEARNING_RATE, min_samples_leaf=LEAST_IN_LEAF,
        l2_regularization=TREE_REGULARISATION, monotonic_cst=signs, early_stopping=False, random_state=0)
    return trees.fit(matrix, truth, sample_weight=weights)


def complete(nodes, names):
    """-> features, limits and leaves of one tree, filled up to full depth: seven splits from the root down, eight leaves"""
    features, limits, leaves = [], [], []

    def walk(level):
        below = []
        for node in level:
            if nodes[node]["is_leaf"]:
                # A split that nothing passes: both sides are the same leaf.
                features.append(names[0])
                limits.append(0.0)
                below += [node, node]
            else:
                features.append(names[nodes[node]["feature_idx"]])
                limits.append(float(nodes[node]["num_threshold"]))
                below += [nodes[node]["left"], nodes[node]["right"]]
        return below

    level = [0]
    for _ in range(DEPTH):
        level = walk(level)
    leaves = [float(nodes[node]["value"]) for node in level]
    return features, limits, leaves


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

    linear, boosted = numpy.zeros(len(truth)), numpy.zeros(len(truth))
    for train, test in GroupKFold(5).split(matrix, truth, groups):
        bias, weight = fitted(matrix[train], truth[train], weights[train], names)
        linear[test] = matrix[test] @ weight + bias
        boosted[test] = grown(matrix[train], truth[train], weights[train], names).decision_function(matrix[test])
    labelled = weights == 1.0
    for what, scores in ("regression alone", linear), ("trees alone", boosted), ("their mean", (linear + boosted) / 2):
        print(f"held out, {what}: threshold precision recall F1, and alarms in trees without credentials")
        for threshold in numpy.arange(-2.0, 3.6, 0.25):
            reported = scores >= threshold
            hits = (reported & truth).sum()
            precision = hits / max(1, (reported & labelled).sum())
            recall = hits / truth.sum()
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            print(f"{threshold:6.2f} {precision:8.3f} {recall:7.3f} {f1:6.3f} {(reported & ~labelled).sum():6d} of {(~labelled).sum()}")

    if arguments.write:
        bias, weight = fitted(matrix, truth, weights, names)
        ensemble = grown(matrix, truth, weights, names)
        half = (matrix @ weight + bias) / 2
        total = half + ensemble.decision_function(matrix) / 2
        start = bias / 2 + float(ensemble._baseline_prediction.ravel()[0]) / 2
        # The linear part as the program adds it up holds the trees' baseline as well.
        half += start - bias / 2
        open_from = half[total >= arguments.medium].min() - MARGIN
        with open(arguments.write, "w", encoding="utf-8") as file:
            file.write("# Log-odds that a literal assigned to a credential-like name is a credential, by features of name, value and place.\n"
                       "# Fitted by training/fit.py; training/README.md says to what. A tree's splits stand from the root down, two below each;\n"
                       "# a value up to the limit goes left.\n")
            file.write(f"bias: {start:.3f}\nmedium: {arguments.medium}\nhigh: {arguments.high}\ntrees_from: {open_from:.2f}\nweights:\n")
            for name, value in zip(names, weight / 2):
                if abs(value) >= 0.005:
                    file.write(f"  - {{ feature: {name}, weight: {value:.3f} }}\n")
            file.write("trees:\n")
            for (predictor,) in ensemble._predictors:
                features, limits, leaves = complete(predictor.nodes, names)
                rounded = ", ".join(f"{limit:.4f}" for limit in limits)
                halves = ", ".join(f"{leaf / 2:.4f}" for leaf in leaves)
                file.write(f"  - {{ features: [{', '.join(features)}], limits: [{rounded}], leaves: [{halves}] }}\n")


if __name__ == "__main__":
    main()
