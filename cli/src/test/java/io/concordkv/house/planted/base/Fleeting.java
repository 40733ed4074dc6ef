package io.concordkv.house.planted.base;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Hash tables whose order differs from run to run, and one whose order does not.
public final class Fleeting {
  enum Kind {
    ONE
  }

  static final class Thing {}

  record Pair(int number, Kind kind) {}

  final Map<Kind, Integer> byEnum = new HashMap<>();
  final Set<Thing> byIdentity = new HashSet<>();
  final Map<Pair, Integer> byRecordOfEnum = new HashMap<>();
  final Map<Long, Integer> byNumber = new HashMap<>();
}
