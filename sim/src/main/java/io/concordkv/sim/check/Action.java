package io.concordkv.sim.check;

/// What a call wants of its key. Values are numbers that the workload never uses twice;
/// [Call#ABSENT] stands for a key that is not there.
public sealed interface Action {
  record Get() implements Action {}

  record Put(long value) implements Action {}

  record Delete() implements Action {}

  /// Puts `value` if the key holds `expected`.
  record CompareAndPut(long expected, long value) implements Action {}

  /// What the key holds after this was done to a key that held `before`.
  default long after(long before) {
    return switch (this) {
      case Get() -> before;
      case Put(long value) -> value;
      case Delete() -> Call.ABSENT;
      case CompareAndPut(long expected, long value) -> before == expected ? value : before;
    };
  }
}
