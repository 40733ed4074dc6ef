package io.concordkv.embedded;

import io.concordkv.base.env.RealEnv;
import io.concordkv.embedded.Commit.Outcome;
import io.concordkv.storage.engine.lsm.TableBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Files of sorted pairs that a store takes in at once, with [ConcordDb#ingest].
///
/// ```java
/// try (var table = PreparedTable.create(Path.of("users.table"))) {
///   for (var user : sortedUsers) {
///     table.put(user.key(), user.value());
///   }
///   table.finish();
/// }
/// db.ingest(List.of(Path.of("users.table")));
/// ```
public final class PreparedTable {
  private PreparedTable() {}

  /// Begins `file`, which must not exist; its directory must. No store need be open.
  public static TableBuilder create(Path file) {
    var absolute = file.toAbsolutePath().normalize();
    return TableBuilder.create(
        RealEnv.filesUnder(absolute.getRoot()), absolute.toString(), RealEnv.chance());
  }

  /// To take them in as that transaction, and to tell `answer` of it.
  static Ingestion.Order order(
      List<Path> tables, long transaction, CompletableFuture<Outcome> answer) {
    var paths = tables.stream().map(each -> each.toAbsolutePath().normalize()).toList();
    return new Ingestion.Order(
        RealEnv.filesUnder(Path.of("").toAbsolutePath().getRoot()),
        paths.stream().map(Path::toString).toList(),
        transaction,
        answer::complete,
        answer::completeExceptionally);
  }
}
