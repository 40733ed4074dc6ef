package io.concordkv.mvcc;

import io.concordkv.base.Check;
import io.concordkv.base.ConcordException;
import io.concordkv.storage.engine.View;
import java.util.ArrayList;
import java.util.function.Supplier;

/// A guarded commit that writes nothing, at a frozen moment.
final class ReadOnlyCommit implements Supplier<Result.Committed> {
  private final Operation.GuardedCommit commit;
  private final LiveView live;
  private final View view;
  private final KeyspaceFormat format;
  private final long revision;
  private final long compactRevision;

  ReadOnlyCommit(
      Operation.GuardedCommit commit,
      LiveView live,
      View view,
      KeyspaceFormat format,
      long revision,
      long compactRevision) {
    this.commit = commit;
    this.live = live;
    this.view = view;
    this.format = format;
    this.revision = revision;
    this.compactRevision = compactRevision;
  }

  @Override
  public Result.Committed get() {
    try (view) {
      var versions = new Versions(view, format);
      return run(Conditions.choose(commit, live, versions::value), versions);
    }
  }

  private Result.Committed run(Conditions.Choice choice, Versions versions) {
    var results = new ArrayList<Result>();
    int inner = 0;
    for (var operation : choice.operations()) {
      switch (operation) {
        case Operation.Range range -> results.add(range(range.query(), versions));
        case Operation.GuardedCommit _ -> results.add(run(choice.nested().get(inner++), versions));
        case Operation.Put _ -> Check.that(false, "a commit that only reads does not put");
        case Operation.DeleteRange _ ->
            Check.that(false, "a commit that only reads does not delete");
      }
    }
    return new Result.Committed(revision, choice.succeeded(), results);
  }

  private Result.Ranged range(RangeQuery query, Versions versions) {
    var wrong = Arrangement.wrong(query, revision, compactRevision);
    if (wrong != null) {
      throw new ConcordException(wrong);
    }
    if (query.revision() > 0 && query.revision() < revision) {
      var scan = versions.scan(query);
      return Arrangement.arrange(query, scan.pairs(), scan.count(), revision);
    }
    var entries = live.entries(query.span(), Arrangement.fetches(query));
    var pairs =
        Arrangement.needsValues(query)
            ? versions.pairs(entries)
            : entries.stream().map(LiveEntry::keyOnly).toList();
    return Arrangement.arrange(query, pairs, live.count(query.span()), revision);
  }
}
