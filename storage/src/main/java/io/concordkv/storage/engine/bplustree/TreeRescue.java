package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import io.concordkv.storage.engine.KeyRange;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Reads what is whole of the file of a closed engine, without changing it: the tree of the newest
/// head that is valid, and for each page of it that is damaged the leaves that lie about in the
/// file with keys of its range.
///
/// A leaf is never changed in place, so older ones lie in units that are free until they are used
/// again. What is found that way was in the store once, but may have been changed or deleted since.
final class TreeRescue {
  private final TreeFile file;
  private final Findings findings;
  private final BiConsumer<Bytes, Bytes> pairs;
  private @Nullable LooseLeaves loose;

  private TreeRescue(TreeFile file, Findings findings, BiConsumer<Bytes, Bytes> pairs) {
    this.file = file;
    this.findings = findings;
    this.pairs = pairs;
  }

  /// Returns the mark; -1 if it cannot be told.
  static long run(
      FileSystem files, String directory, Findings findings, BiConsumer<Bytes, Bytes> pairs) {
    long number = Leftovers.newest(files, directory);
    if (number < 0) {
      return 0;
    }
    try (var stored = files.open(PageFormat.path(directory, number), FileSystem.Mode.READ)) {
      findings.file(stored.size());
      try {
        Heads.check(stored, number);
      } catch (CorruptionError damaged) {
        findings.damaged(damaged);
        findings.note(
            "a part of the head is damaged: should the newest head be gone, the result is what was"
                + " there before its checkpoint");
      }
      var head = Heads.look(stored, number);
      int unitBytes = head == null ? LooseLeaves.unitBytes(stored, number) : head.unitBytes();
      var file = TreeFile.reading(files, directory, number, stored, unitBytes);
      var rescue = new TreeRescue(file, findings, pairs);
      if (head == null) {
        rescue.fill(Bytes.EMPTY, null);
        return -1;
      }
      if (head.root() != PageFormat.NOWHERE) {
        rescue.walk(head.root(), head.rootGeneration(), PageFormat.ON_ANY_LEVEL, Bytes.EMPTY, null);
      }
      return head.mark();
    }
  }

  /// The keys of a page are from `low` on and below `end`.
  private void walk(long place, long generation, int kind, Bytes low, @Nullable Bytes end) {
    Page page;
    try {
      page = file.read(place, generation, kind);
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      fill(low, end);
      return;
    }
    for (int i = 0; i < page.count; i++) {
      if (page.isLeaf()) {
        pass(page, i);
      } else {
        var from = i == 0 ? low : page.key(i);
        var to = i + 1 == page.count ? end : page.key(i + 1);
        walk(page.childPlace(i), page.childGeneration(i), page.level - 1, from, to);
      }
    }
  }

  private void pass(Page leaf, int index) {
    var key = leaf.key(index);
    try {
      pairs.accept(key, value(leaf, index));
    } catch (CorruptionError damaged) {
      findings.damaged(damaged);
      findings.lost(new KeyRange(key, key.successor()), false, file.path());
    }
  }

  private Bytes value(Page leaf, int index) {
    var small = leaf.smallValue(index);
    return small != null
        ? small
        : file.read(leaf.largePlace(index), leaf.largeGeneration(index), PageFormat.OF_A_VALUE)
            .content();
  }

  private void fill(Bytes low, @Nullable Bytes end) {
    findings.lost(new KeyRange(low, end), true, file.path());
    var leaves = loose;
    if (leaves == null) {
      leaves = LooseLeaves.find(file);
      loose = leaves;
    }
    leaves.within(low, end).forEach((_, found) -> pass(found.leaf(), found.index()));
  }
}
