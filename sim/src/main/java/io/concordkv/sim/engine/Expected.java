package io.concordkv.sim.engine;

import io.concordkv.base.Bytes;
import io.concordkv.sim.violation.Violation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What an engine may have after a crash: the content after each batch, from the newest one that is
/// known to be durable on.
final class Expected {
  private final ArrayDeque<Content> possible = new ArrayDeque<>();

  /// What was durable once and is superseded by what is durable now.
  private final ArrayList<Content> superseded = new ArrayList<>();

  /// Copies that are being made: what may be in each.
  private final List<Copy> unfinished = new ArrayList<>();

  Expected(Content content) {
    possible.add(content);
  }

  /// A checkpoint in a directory of its own, which has one of `possible`.
  static final class Copy {
    final String directory;
    private final List<Content> possible = new ArrayList<>();
    boolean finished;

    private Copy(String directory, Content now) {
      this.directory = directory;
      possible.add(now);
    }

    Content among(long mark, List<Map.Entry<Bytes, Bytes>> found) {
      return one(possible, "engine.checkpoint", mark, found);
    }
  }

  Content now() {
    return possible.getLast();
  }

  /// The content is another one, or is about to be.
  void add(Content next) {
    possible.add(next);
    unfinished.forEach(copy -> copy.possible.add(next));
  }

  /// Nothing leads back behind the newest one.
  void settle() {
    while (possible.size() > 1) {
      superseded.add(possible.remove());
    }
  }

  /// A crash does not take back the batches up to `mark`.
  void durable(long mark) {
    while (possible.size() > 1 && possible.element().mark() < mark) {
      superseded.add(possible.remove());
    }
    Violation.unless(
        possible.element().mark() <= now().mark(),
        "engine.durable",
        "the mark " + mark + " is durable but was never written");
  }

  Copy copy(String directory) {
    var copy = new Copy(directory, now());
    unfinished.add(copy);
    return copy;
  }

  void finished(Copy copy) {
    copy.finished = true;
    unfinished.remove(copy);
  }

  /// The process is dead, and what was found is `found` with `mark`. With `older` it may be a
  /// content that is superseded.
  void recovered(long mark, List<Map.Entry<Bytes, Bytes>> found, boolean older) {
    var all = new ArrayList<>(possible);
    if (older) {
      all.addAll(superseded);
    }
    var content = one(all, "engine.recovery", mark, found);
    unfinished.clear();
    possible.clear();
    possible.add(content);
  }

  private static Content one(
      List<Content> possible, String check, long mark, List<Map.Entry<Bytes, Bytes>> found) {
    var marks = new ArrayList<Long>();
    for (var content : possible) {
      if (content.mark() == mark && content.is(found)) {
        return content;
      }
      marks.add(content.mark());
    }
    for (var content : possible) {
      if (content.mark() == mark) {
        content.expectPairs(check, found);
      }
    }
    throw new Violation(
        check,
        "the mark is " + mark + " and should be one of " + marks + "; " + found.size() + " pairs");
  }
}
