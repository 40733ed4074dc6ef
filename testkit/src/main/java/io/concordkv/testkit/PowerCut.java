package io.concordkv.testkit;

/// Unwinds the task in which a node died. Nobody catches it but the simulation: what the node would
/// have done afterwards never happens.
public final class PowerCut extends Error {
  PowerCut(String node, long operation) {
    super("node " + node + " died at file operation " + operation, null, false, false);
  }
}
