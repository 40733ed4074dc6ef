package io.concordkv.transport;

import io.concordkv.base.Bytes;

/// What travels between two nodes: a message for one group's replica, or (group 0) for the node
/// itself. `kind` tells the receiver how to read the payload.
public record Frame(Lane lane, long group, int kind, Bytes payload) {}
