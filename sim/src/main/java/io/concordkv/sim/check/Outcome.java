package io.concordkv.sim.check;

/// What the caller learnt of its call.
public sealed interface Outcome {
  /// It was done, and the key held `before` then.
  record Saw(long before) implements Outcome {}

  /// It was done; what was there before nobody said.
  record Done() implements Outcome {}

  /// The comparison of a [Action.CompareAndPut] failed; with what, nobody said.
  record Refused() implements Outcome {}

  /// No answer: it was done at some time after it was asked for, perhaps much later, perhaps never.
  record Unknown() implements Outcome {}

  /// Whether a caller may be told this after `action` met a key that held `before`.
  default boolean fits(Action action, long before) {
    return switch (this) {
      case Saw(long seen) -> seen == before;
      case Done() -> !(action instanceof Action.CompareAndPut cas) || cas.expected() == before;
      case Refused() -> !(action instanceof Action.CompareAndPut cas) || cas.expected() != before;
      case Unknown() -> true;
    };
  }
}
