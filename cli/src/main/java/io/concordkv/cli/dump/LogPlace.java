package io.concordkv.cli.dump;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.storage.wal.WalPicture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a log lies.
///
/// @param data the directory above it, which has the state too if it is a node's
/// @param directory the log's own, seen from `data`
/// @param segment the one to be shown; null for all
record LogPlace(Path data, String directory, @Nullable String segment) {
  private static final String SUFFIX = ".seg";
  private static final String WAL = "wal";

  /// @param path a data directory, the directory of a log, or a segment; absolute
  static LogPlace of(Path path) {
    if (Files.isDirectory(path.resolve(WAL))) {
      return new LogPlace(path, WAL, null);
    }
    if (Files.isDirectory(path) && hasSegments(path)) {
      return of(path, null);
    }
    if (Files.isRegularFile(path) && path.toString().endsWith(SUFFIX)) {
      return of(parent(path), path.getFileName().toString());
    }
    if (!Files.exists(path)) {
      throw new CommandFailure(ExitCode.IO, "there is no " + path);
    }
    throw DumpCommand.Part.notOne(
        path,
        "a log: a data directory has \"wal\" in it, a log has segments (*" + SUFFIX + ") in it");
  }

  private static LogPlace of(Path directory, @Nullable String segment) {
    return new LogPlace(parent(directory), directory.getFileName().toString(), segment);
  }

  private static Path parent(Path path) {
    var parent = path.getParent();
    if (parent == null) {
      throw DumpCommand.Part.notOne(path, "below a data directory");
    }
    return parent;
  }

  private static boolean hasSegments(Path directory) {
    try (var files = Files.list(directory)) {
      return files.anyMatch(file -> file.toString().endsWith(SUFFIX));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + directory, e);
    }
  }

  boolean hasState() {
    return Files.exists(data.resolve("state").resolve("CURRENT"));
  }

  /// The log as it stands now.
  WalPicture picture() {
    var files = OfflineEnv.reading(data);
    return segment == null
        ? WalPicture.take(files, directory)
        : WalPicture.ofSegment(files, directory, segment);
  }
}
