package io.concordkv.storage.engine.bplustree;

import io.concordkv.base.CorruptionError;
import io.concordkv.base.InvariantError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.storage.engine.Findings;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Checks the file of a closed engine, without changing it: the head, every page of its tree, and
/// that these make a tree. What is free in the file means nothing and is not looked at.
final class TreeExamination {
  private final TreeFile file;
  private final Findings findings;
  private boolean whole = true;

  private record Reference(long place, long generation, int kind) {}

  private TreeExamination(TreeFile file, Findings findings) {
    this.file = file;
    this.findings = findings;
  }

  /// Returns the mark, or -1 if it cannot be told.
  static long check(FileSystem files, String directory, Findings findings) {
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
      }
      var head = Heads.look(stored, number);
      if (head == null) {
        return -1;
      }
      var file = TreeFile.reading(files, directory, number, stored, head.unitBytes());
      new TreeExamination(file, findings).check(head);
      return head.mark();
    }
  }

  private void check(Head head) {
    var waiting = new ArrayDeque<Reference>();
    add(waiting, new Reference(head.root(), head.rootGeneration(), PageFormat.ON_ANY_LEVEL));
    add(waiting, new Reference(head.space(), head.spaceGeneration(), PageFormat.OF_UNITS));
    for (var next = waiting.poll(); next != null; next = waiting.poll()) {
      var page = read(next);
      for (int i = 0; page != null && i < page.count; i++) {
        if (page.type == PageFormat.BRANCH) {
          waiting.push(new Reference(page.childPlace(i), page.childGeneration(i), page.level - 1));
        } else if (page.type == PageFormat.LEAF && page.isLarge(i)) {
          waiting.push(
              new Reference(page.largePlace(i), page.largeGeneration(i), PageFormat.OF_A_VALUE));
        }
      }
    }
    if (whole) {
      try {
        if (head.space() != PageFormat.NOWHERE) {
          file.loadSpace(head);
        }
        TreeCheck.check(new Tree(file, head), null);
      } catch (CorruptionError damaged) {
        findings.damaged(damaged);
      } catch (InvariantError broken) {
        findings.damaged(PageFormat.damagedHead(file.path(), String.valueOf(broken.getMessage())));
      }
    }
  }

  private @Nullable Page read(Reference reference) {
    try {
      return file.read(reference.place, reference.generation, reference.kind);
    } catch (CorruptionError damaged) {
      whole = false;
      findings.damaged(damaged);
      return null;
    }
  }

  private static void add(ArrayDeque<Reference> waiting, Reference reference) {
    if (reference.place != PageFormat.NOWHERE) {
      waiting.add(reference);
    }
  }
}
