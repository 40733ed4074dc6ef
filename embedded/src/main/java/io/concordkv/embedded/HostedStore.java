package io.concordkv.embedded;

import io.concordkv.base.env.Env;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A store on an [Env] that somebody else runs: how a simulator meets one. Its archive and its
/// backups lie on the disk of that world.
///
/// Whoever calls [#db()] waits by `Scheduler.postAndHelp`, which has to come back only when all is
/// done. What takes paths of the platform (checkpoints, prepared tables) is not for it.
public final class HostedStore {
  private static final String BACKUPS = "backups";

  private final ConcordDb db;
  private final Folder root;

  private HostedStore(ConcordDb db, Folder root) {
    this.db = db;
    this.root = root;
  }

  /// Opens or makes the store in the directory of `env`. Called where nothing else of it runs.
  /// Blocks.
  public static HostedStore open(Env env, Options options) {
    var root = new Folder(env.files(), "");
    var calls = new Calls();
    var readers = new Readership();
    var store = Store.open(env, options, archive(root, options), readers);
    var ground = new ConcordDb.Ground(env, Path.of(""), archive(root, options), () -> {}, () -> {});
    return new HostedStore(new ConcordDb(options, ground, store, calls, readers), root);
  }

  private static @Nullable Folder archive(Folder root, Options options) {
    var archive = options.backup().archive();
    return archive == null ? null : root.in(archive.toString());
  }

  public ConcordDb db() {
    return db;
  }

  /// As [ConcordDb#backup(Path, Path, Consumer)].
  ///
  /// @param base the name of an earlier one; null for a full one
  public BackupInfo backup(String name, @Nullable String base) {
    return db.backup(new Backups.Place(root.in(BACKUPS), name), base, _ -> {});
  }

  /// Waits until all that was acknowledged is durable. Nothing is written any more.
  public void settle() {
    db.settle();
  }

  /// Makes a store in `target`, which is empty, of a backup that lies on `source`, and tells `done`
  /// when it is durable. Blocks.
  ///
  /// @param archive of the log, on `source`; null if none is used
  public static void restore(
      Env source,
      String backup,
      @Nullable String archive,
      Until until,
      Env target,
      Consumer<Restored> done) {
    var root = new Folder(source.files(), "");
    var log = archive == null ? null : Archive.of(root.in(archive));
    new Restore(root.in(BACKUPS), backup, log, until, _ -> {}).run(target, done);
  }
}
