package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.embedded.BackupSeal.Named;
import io.concordkv.embedded.BackupSeal.Stored;
import io.concordkv.embedded.StoreFile.Place;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes a store of a backup and of what it is based on, and of the archive of its log if there is
/// one. Every byte is compared with its digest on the way.
///
/// The store gets a log and an id of its own: what is written to it has the numbers that commits of
/// the old one had, so it must not come into the same archive.
final class Restore {
  private final List<Named> chain;
  private final Folder parent;
  private final @Nullable Archive archive;
  private final Until until;
  private final Meter meter;
  private final Copier copier;

  /// @param parent where the backup and its bases lie
  Restore(
      Folder parent,
      String backup,
      @Nullable Archive archive,
      Until until,
      Consumer<BackupProgress> progress) {
    this.parent = parent;
    this.archive = archive;
    this.until = until;
    chain = BackupSeal.chain(parent, backup);
    meter = new Meter(progress);
    copier = new Copier(meter::moved);
    if (archive != null && archive.store() != newest().seal().store()) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          "the archive in "
              + archive.folder().describe()
              + " is that of another store than the backup "
              + backup);
    }
  }

  private Named newest() {
    return chain.getLast();
  }

  /// The newest backup of the chain that has an engine's files.
  private int content() {
    int at = chain.size() - 1;
    while (chain.get(at).seal().kind() == BackupInfo.Kind.LOG) {
      at--;
      if (at < 0) {
        throw new CorruptionError("no backup of " + newest().name() + " has a content");
      }
    }
    return at;
  }

  /// Compares all that is needed with its digests. Blocks.
  void verify() {
    int content = content();
    meter.expect(bytes(content, content) + bytes(content + 1, chain.size() - 1));
    for (var file : chain.get(content).seal().files()) {
      var holder = holder(content, file);
      Copier.check(holder, file, copier.digest(existing(holder, file), file.name()));
    }
    verifyLogs(content + 1);
  }

  private void verifyLogs(int from) {
    for (var each : chain.subList(from, chain.size())) {
      var files = parent.in(each.name()).in(BackupSeal.FILES);
      for (var file : each.seal().files()) {
        Copier.check(files, file, copier.digest(existing(files, file), file.name()));
      }
    }
  }

  private static Folder existing(Folder folder, Stored file) {
    if (!folder.has(file.name())) {
      throw new CorruptionError(
          folder.files().describe(folder.at(file.name())), 0, "it is missing. Use another backup");
    }
    return folder;
  }

  /// Where `file`, which belongs to the backup `at` of the chain, lies.
  private Folder holder(int at, Stored file) {
    for (int i = at; i >= 0; i--) {
      var named = chain.get(i);
      for (var each : named.seal().files()) {
        if (each.here() && each.name().equals(file.name()) && each.same(file)) {
          return parent.in(named.name()).in(BackupSeal.FILES);
        }
      }
    }
    throw new CorruptionError(
        "no backup that " + newest().name() + " is based on has its file " + file.name());
  }

  /// Makes the store at the root of the files of `env`, on its loop, and tells `done` when it is
  /// durable. What fails is thrown, and then there is nothing that opens as that store. Blocks but
  /// for the very end.
  void run(Env env, Consumer<Restored> done) {
    int content = content();
    var seal = chain.get(content).seal();
    expect(content);
    verifyLogs(content + 1);
    var place = new Place(seal.engine(), 0);
    var target = new Folder(env.files(), place.directory());
    target.make();
    for (var file : seal.files()) {
      var holder = holder(content, file);
      Copier.check(holder, file, copier.copy(existing(holder, file), target, file.name()));
    }
    target.sync();
    var home = Home.open(env, place, seal.settings());
    boolean replayed = false;
    try {
      replay(home, content);
      replayed = true;
    } finally {
      if (!replayed) {
        home.engine.close();
      }
    }
    home.saveNow(() -> {
      long commit = home.engine.mark();
      home.engine.close();
      StoreFile.ensure(env, "", place.engine());
      done.accept(new Restored(place.engine(), commit));
    });
  }

  /// The content is copied; a log is compared first, and then replayed.
  private void expect(int content) {
    meter.expect(bytes(content, content) + 2 * bytes(content + 1, chain.size() - 1));
    if (archive != null) {
      archive.pieces().forEach(piece -> meter.expect(archive.folder().size(piece.name())));
    }
  }

  /// What the files of some backups of the chain have.
  private long bytes(int from, int to) {
    return chain.subList(from, to + 1).stream()
        .flatMap(each -> each.seal().files().stream())
        .mapToLong(Stored::length)
        .sum();
  }

  private void replay(Home home, int content) {
    var replay = new Replay(home.engine, until);
    var seal = chain.get(content).seal();
    replay.begin(chain.get(content).name(), Instant.ofEpochMilli(seal.time()));
    for (var each : chain.subList(content + 1, chain.size())) {
      var files = parent.in(each.name()).in(BackupSeal.FILES);
      LogFile.list(files).forEach(piece -> add(replay, files, piece, each.seal().store()));
    }
    if (archive != null) {
      archive.pieces().forEach(piece -> add(replay, archive.folder(), piece, archive.store()));
    }
    replay.end();
  }

  private void add(Replay replay, Folder files, LogFile piece, long store) {
    replay.add(files, piece, store);
    meter.moved(files.size(piece.name()));
  }
}
