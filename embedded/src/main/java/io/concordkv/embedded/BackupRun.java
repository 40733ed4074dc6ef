package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.embedded.BackupSeal.Base;
import io.concordkv.embedded.BackupSeal.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A backup of a store that is open, made by the thread that asks for it while others go on.
///
/// What is copied never changes while it is: the files of a checkpoint that the store makes for
/// this, or pieces of the archive.
final class BackupRun {
  /// Engines whose files never change, so that most of them are in the base already. Of others an
  /// incremental backup has the log, if that is archived.
  private static final List<String> BY_FILE = List.of("lsm");

  private static final long FULL = 0;

  /// The store, as a thread of a caller sees it.
  interface Source {
    /// A number up to which all commits count by now.
    long published();

    /// Has a checkpoint made in [Checkpoint#DIRECTORY] of what no crash takes back, and waits for
    /// it.
    void checkpoint();

    /// Has all that counts by now archived, and waits for it; tells what is in the way.
    Optional<String> archive();
  }

  private final Env env;
  private final Options options;
  private final @Nullable Folder archive;
  private final Source source;
  private final BackupWriter writer;
  private final Folder parent;
  private final String name;
  private final StoreFile store;

  /// @param archive where the log is archived to
  /// @param at where the backup is to lie
  BackupRun(
      Env env,
      Options options,
      @Nullable Folder archive,
      Source source,
      Backups.Place at,
      LongConsumer pace,
      Consumer<BackupProgress> progress) {
    this.env = env;
    this.options = options;
    this.source = source;
    this.archive = archive;
    parent = at.parent();
    name = at.name();
    writer = new BackupWriter(parent, name, pace, progress);
    store = StoreFile.read(env.files(), StoreFile.NAME);
  }

  /// Makes it. Blocks.
  ///
  /// @param base the name of the backup to base it on; null for a full one
  BackupInfo run(@Nullable String base) {
    if (base == null) {
      return files(null).info(name);
    }
    var based = BackupSeal.chain(parent, base).getLast();
    if (based.seal().store() != store.id()) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          "the backup " + parent.in(base).describe() + " is that of another store");
    }
    boolean byFile = BY_FILE.contains(store.current().engine());
    return (archive == null || byFile ? files(based) : log(based, archive)).info(name);
  }

  private BackupSeal files(@Nullable Named base) {
    long to = source.published();
    source.checkpoint();
    var copy = new Folder(env.files(), Checkpoint.DIRECTORY);
    try {
      var engine = StoreFile.read(env.files(), copy.at(StoreFile.NAME)).current().engine();
      var folder = copy.in(Store.ENGINE);
      var names = folder.files().list(folder.path());
      var kind = base == null ? BackupInfo.Kind.FULL : BackupInfo.Kind.FILES;
      return write(folder, names, base, kind, engine, to);
    } finally {
      Checkpoint.discard(copy);
    }
  }

  private BackupSeal log(Named base, Folder from) {
    long published = source.published();
    var failure = source.archive();
    if (failure.isPresent()) {
      throw new ConcordException(
          ErrorCode.NO_SPACE, "the log cannot be archived: " + failure.get());
    }
    long to = base.seal().to();
    var pieces =
        Archive.of(from).pieces().stream().filter(piece -> piece.last() > base.seal().to());
    var names = new ArrayList<String>();
    for (var piece : pieces.toList()) {
      if (piece.first() > to + 1) {
        throw missing(base, to + 1, piece.first() - 1);
      }
      to = Math.max(to, piece.last());
      names.add(piece.name());
    }
    if (to < published) {
      throw missing(base, to + 1, published);
    }
    return write(from, names, base, BackupInfo.Kind.LOG, base.seal().engine(), to);
  }

  private ConcordException missing(Named base, long from, long to) {
    return new ConcordException(
        ErrorCode.BAD_SETTING,
        "the archive lacks the commits %d to %d, so nothing can be based on %s: make a full backup"
            .formatted(from, to, base.name()));
  }

  private BackupSeal write(
      Folder from,
      List<String> names,
      @Nullable Named base,
      BackupInfo.Kind kind,
      String engine,
      long to) {
    var seal = base == null ? null : base.seal();
    long time = env.clock().wall().toEpochMilli();
    return writer.write(
        from,
        names,
        seal,
        stored ->
            new BackupSeal(
                env.random("backup").nextLong(),
                store.id(),
                kind,
                base == null ? null : new Base(base.name(), base.seal().id()),
                engine,
                settings(engine),
                seal == null ? FULL : seal.to(),
                to,
                time,
                stored));
  }

  /// Those of the engine, if it is the one that the store was opened with.
  private SortedMap<String, String> settings(String engine) {
    return engine.equals(options.engine()) ? options.settings() : new TreeMap<>();
  }
}
