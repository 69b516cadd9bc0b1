// Net: networks, from their files to Class Activation Maps.
//
// The input is a model's name or its files and an array `[N, C, H, W]`; the output is the value of any
// node that was tapped, and the maps that follow from it. This module decodes no pictures and judges no
// errors. A network goes through these stages:
// 1. A `Model` holds a `Graph` and its `Parameters`, as loaded from a source of models (module Formats);
//    an `Architecture` builds its graph by rule, and gets seeded weights.
// 2. `Plan` compiles the graph for one backend choice, batch and input size: shapes, a `Program`
//    with one step per node, the passes that rewrite it, the layouts and places of values in memory,
//    packed weights.
// 3. `Executor` runs a plan as often as one likes, whole or step by step, with a `WorkerTeam`.
// 4. `ClassifierHead` finds the features that a `ClassActivationMap` is made of.
//
// The files:
// - `Operation.swift`, `Graph.swift`, `Graph+Shapes.swift`: the vocabulary, with MXNet's semantics at
//   inference, and the graph with its shapes.
// - `Parameters.swift`, `Graph+Check.swift`: weights by name, and whether they fit a graph.
// - `Model.swift`, `Model+InputSize.swift`: a network with its weights and metadata.
// - `Preprocessing.swift`: how pixels become an input; the command brings the pixels.
// - `Architectures/`: networks that are built by rule, DenseNets first, and weights for them that are the
//   same bits on every machine.
// - `Reference/`: the graph in double precision, node by node. Goldens and verdicts rest on it.
// - `Plan/`: steps, passes with one file each, layouts and the places of channels, the memory plan,
//   the executor.
// - `Operators/`: one file per operator, with everything about it except its bound (`Operator.swift`),
//   and the loops that run those that are not convolutions.
// - `CAM/`: the classifier's head, its maps, and the ranking of classes.
//
// A plan is immutable, so that any number of executors can run it. A graph that cannot run is
// refused while it is loaded or compiled, with a `GraphError` that names the node at fault where
// there is one.
