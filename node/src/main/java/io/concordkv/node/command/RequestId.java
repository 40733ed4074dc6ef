package io.concordkv.node.command;

/// Who asked: a node, in one of its lives, for the n-th time. The answer to a command goes to the
/// one who waits for its id, wherever it was proposed.
public record RequestId(long node, long incarnation, long sequence) {}
