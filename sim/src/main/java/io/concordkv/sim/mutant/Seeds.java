package io.concordkv.sim.mutant;

/// Which seeds are run, and for how many seconds of chaos each: the same for all mutants.
record Seeds(long first, long last, long seconds) {
  /// `span` is one seed, or two with a dash between them.
  static Seeds of(String span, long seconds) {
    var ends = span.split("-", 2);
    return new Seeds(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]), seconds);
  }

  long count() {
    return last - first + 1;
  }
}
