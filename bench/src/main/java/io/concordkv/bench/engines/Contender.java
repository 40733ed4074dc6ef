package io.concordkv.bench.engines;

import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// A store that can be measured.
///
/// @param survives for a person: what a write without a sync survives once it was acknowledged: the
///   death of the process (`kill -9`) and a power cut
record Contender(String name, Set<Trait> traits, String survives, Opener opener) {
  enum Trait {
    /// It can be scanned.
    ORDERED,
    /// It has files, and its content again when it is opened again.
    ON_DISK,
    /// Several threads may read it at once.
    READERS,
    /// It can be opened so that every write is on the medium when it is acknowledged; several
    /// threads may write it then.
    SYNCS,
    /// Nothing else is measured of it.
    ONLY_SYNCED
  }

  /// How a target is opened.
  ///
  /// @param synced every write is on the medium before it is acknowledged
  /// @param cacheBytes for blocks or pages, where it has a cache of its own
  /// @param bufferBytes for what is gathered in memory before it is sorted into files
  record Way(boolean synced, long cacheBytes, long bufferBytes) {
    Way durable() {
      return new Way(true, cacheBytes, bufferBytes);
    }
  }

  interface Opener {
    /// Opens or makes it in `directory`, which is there and belongs to it alone.
    Target open(Path directory, Way way);
  }

  Contender {
    traits = Collections.unmodifiableSet(traits);
  }

  static Contender of(String name, String survives, Opener opener, Trait first, Trait... more) {
    return new Contender(name, EnumSet.of(first, more), survives, opener);
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  Target open(Path directory, Way way) {
    return opener.open(directory, way);
  }
}
