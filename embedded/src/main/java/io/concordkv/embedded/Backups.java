package io.concordkv.embedded;

import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.RealEnv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is done with the backups of stores that [ConcordDb#backup] has made. No store has to be
/// open.
///
/// A backup is a directory. One that is based on another needs the directory of that beside it,
/// under its name, and so on; together they can be copied elsewhere by any means.
public final class Backups {
  private static final String LOCK = "LOCK";

  /// What a restore that was cut off may leave.
  private static final Set<String> OURS =
      Set.of(LOCK, Store.ENGINE, StoreFile.NAME, StoreFile.NAME + Folder.UNFINISHED);

  private Backups() {}

  /// The engine that the store in `directory` is kept by, open or not.
  public static String engineOf(Path directory) {
    return StoreFile.read(RealEnv.filesIn(directory), StoreFile.NAME).current().engine();
  }

  /// A backup, or what there is instead of one.
  ///
  /// @param problem why it cannot be used; empty if nothing is known against it
  public record Entry(String name, Optional<BackupInfo> info, String problem) {}

  /// The backups in `parent`, oldest first, and those that are not complete. Their files are not
  /// looked at; [#verify] does that.
  public static List<Entry> list(Path parent) {
    if (!Files.isDirectory(parent)) {
      throw new FileException(FileException.Kind.NOT_FOUND, "list", parent.toString(), null);
    }
    var folder = Folder.at(parent);
    var entries = new ArrayList<Entry>();
    for (var name : folder.files().list("")) {
      var backup = folder.in(name);
      if (backup.has(BackupSeal.NAME)) {
        entries.add(entry(folder, name));
      } else if (backup.has(BackupSeal.NAME + Folder.UNFINISHED)) {
        entries.add(new Entry(name, Optional.empty(), "it was never completed"));
      }
    }
    entries.sort(
        Comparator.comparing(
            entry -> entry.info().map(info -> info.time().toEpochMilli()).orElse(Long.MAX_VALUE)));
    return entries;
  }

  private static Entry entry(Folder parent, String name) {
    try {
      var info = BackupSeal.read(parent, name).info(name);
      try {
        var _ = BackupSeal.chain(parent, name);
      } catch (ConcordException | CorruptionError broken) {
        return new Entry(name, Optional.of(info), String.valueOf(broken.getMessage()));
      }
      return new Entry(name, Optional.of(info), "");
    } catch (CorruptionError damaged) {
      return new Entry(name, Optional.empty(), String.valueOf(damaged.getMessage()));
    }
  }

  /// Compares every byte of the backup, and of what it needs of those that it is based on, with the
  /// digests that were sealed. Damage is a [CorruptionError].
  public static BackupInfo verify(Path backup) {
    var at = Place.of(backup);
    new Restore(at.parent(), at.name(), null, Until.NEWEST, _ -> {}).verify();
    return BackupSeal.read(at.parent(), at.name()).info(at.name());
  }

  /// Makes a store in `target`, which must not exist, of all that the backup has.
  public static Restored restore(Path backup, Path target) {
    return restore(backup, target, null, Until.NEWEST, _ -> {});
  }

  /// Makes a store in `target`, which must not exist, of what the backup and the archive of the
  /// store's log have up to `until`. It appears when it is whole.
  ///
  /// The result is another store than the one that was backed up: it archives to another directory,
  /// and its first incremental backup needs a full one before.
  ///
  /// A backup that is damaged or not complete, or of which a base is missing, is a
  /// [CorruptionError], as are commits that are missing in between; what cannot be had, since the
  /// backup is newer or all ends before, is a [ConcordException].
  ///
  /// @param archive null: there is none
  /// @param progress how far it is, told by another thread
  public static Restored restore(
      Path backup,
      Path target,
      @Nullable Path archive,
      Until until,
      Consumer<BackupProgress> progress) {
    var from = Place.of(backup);
    var to = Place.of(target);
    if (Files.exists(target)) {
      throw new FileException(FileException.Kind.EXISTS, "restore to", target.toString(), null);
    }
    if (archive != null && !Files.isDirectory(archive)) {
      throw new FileException(
          FileException.Kind.NOT_FOUND, "read the archive", archive.toString(), null);
    }
    var restore =
        new Restore(
            from.parent(),
            from.name(),
            archive == null ? null : Archive.of(Folder.at(archive)),
            until,
            progress);
    var unfinished = target.resolveSibling(to.name() + Folder.UNFINISHED);
    var restored = restore(restore, unfinished);
    try {
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failed) {
      throw new FileException(
          FileException.Kind.FAILED, "move what was restored to", target.toString(), failed);
    }
    to.parent().sync();
    return restored;
  }

  private static Restored restore(Restore restore, Path unfinished) {
    var calls = new Calls();
    var env =
        RealEnv.open(
            unfinished, "concord-restore", escaped -> calls.end(StoppedException.failed(escaped)));
    var folder = new Folder(env.files(), "");
    try (var _ = env.files().lock(LOCK)) {
      boolean done = false;
      try {
        clear(folder);
        Restored restored =
            calls.ask(
                env.loop(),
                answer -> {
                  try {
                    restore.run(env, answer::complete);
                  } catch (RuntimeException | Error failed) {
                    answer.completeExceptionally(failed);
                  }
                });
        done = true;
        return restored;
      } finally {
        env.close();
        if (!done) {
          clear(folder);
        }
      }
    } catch (FileException | ConcordException | StoppedException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new FileException(FileException.Kind.FAILED, "unlock", LOCK, failed);
    }
  }

  /// Removes what an earlier try has left.
  static void clear(Folder folder) {
    var names = folder.files().list("");
    if (!OURS.containsAll(names)) {
      throw new FileException(
          FileException.Kind.EXISTS, "restore by way of", folder.describe(), null);
    }
    for (var name : names) {
      if (name.equals(Store.ENGINE)) {
        folder.in(name).remove();
      } else if (!name.equals(LOCK)) {
        folder.discard(name);
      }
    }
  }

  /// Removes from the archive what nobody needs who restores that backup or a newer one. Returns
  /// how many pieces that were.
  public static int prune(Path archive, Path backup) {
    var at = Place.of(backup);
    var seal = BackupSeal.chain(at.parent(), at.name()).getLast().seal();
    var found = Archive.of(Folder.at(archive));
    if (found.store() != seal.store()) {
      throw new ConcordException(
          ErrorCode.BAD_SETTING,
          "the archive " + archive + " is that of another store than the backup " + backup);
    }
    return found.prune(seal.to());
  }

  /// Where a backup lies, and its name there.
  record Place(Folder parent, String name) {
    static Place of(Path directory) {
      var path = directory.toAbsolutePath().normalize();
      var parent = path.getParent();
      var name = path.getFileName();
      if (parent == null || name == null) {
        throw new ConcordException(
            ErrorCode.BAD_SETTING, directory + " cannot be the directory of a backup or a store");
      }
      return new Place(Folder.at(parent), name.toString());
    }

    /// The name of the backup `base`, which has to lie beside this one.
    String sibling(Path base) {
      var other = of(base);
      if (!parent.describe().equals(other.parent.describe())) {
        throw new ConcordException(
            ErrorCode.BAD_SETTING,
            "a backup lies beside the one that it is based on: " + base + " is elsewhere");
      }
      return other.name;
    }
  }
}
