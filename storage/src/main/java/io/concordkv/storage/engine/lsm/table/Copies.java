package io.concordkv.storage.engine.lsm.table;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.env.FileSystem;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which copy of a file counts, where that is not the one that was written here first.
///
/// Replicas that go in step give a file the same number. One that is sent a content may have files
/// of the same numbers itself: damaged ones, or those of work that it gives up. What comes is then
/// another copy, with a name of its own beside them, and the manifest says which one it is.
///
/// @param numbers by the id of the file; where there is none, it is copy 0
public record Copies(SortedMap<Long, Integer> numbers) {
  public static final Copies NONE = new Copies(new TreeMap<>());

  private record Numbered(long file, int copy) {}

  public Copies {
    numbers = Collections.unmodifiableSortedMap(new TreeMap<>(numbers));
  }

  /// One file alone.
  public static Copies of(long file, int copy) {
    var one = new TreeMap<Long, Integer>();
    one.put(file, copy);
    return new Copies(one);
  }

  /// The same, but for one file.
  Copies with(long file, int copy) {
    var all = new TreeMap<>(numbers);
    all.put(file, copy);
    all.values().removeIf(each -> each == 0);
    return new Copies(all);
  }

  public boolean isEmpty() {
    return numbers.isEmpty();
  }

  int of(long file) {
    return numbers.getOrDefault(file, 0);
  }

  /// Of these files alone.
  public Copies of(Collection<Long> files) {
    if (numbers.isEmpty()) {
      return this;
    }
    var some = new TreeMap<>(numbers);
    some.keySet().retainAll(files);
    return new Copies(some);
  }

  /// What `directory` has, for those who have nothing that says which ones count: the latest.
  static Copies found(FileSystem files, String directory) {
    var latest = new TreeMap<Long, Integer>();
    for (var name : files.list(directory)) {
      long file = Math.max(TableFormat.id(name), ValueFormat.id(name));
      if (file >= 0) {
        latest.merge(file, TableFormat.copy(name), Math::max);
      }
    }
    latest.values().removeIf(copy -> copy == 0);
    return new Copies(latest);
  }

  public Bytes encoded() {
    return new ByteWriter()
        .list(
            List.copyOf(numbers.entrySet()),
            (out, each) -> out.u64(each.getKey()).varint(each.getValue()))
        .finish();
  }

  public static Copies decode(Bytes encoded) {
    var in = new ByteReader(encoded);
    var all = new TreeMap<Long, Integer>();
    in.list(each -> new Numbered(each.u64(), (int) each.varint()))
        .forEach(each -> all.put(each.file, each.copy));
    in.end();
    return new Copies(all);
  }
}
